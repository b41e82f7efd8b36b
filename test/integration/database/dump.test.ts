import { readdirSync, readlinkSync } from 'node:fs';
import {
  appendFile,
  type FileHandle,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Database } from '../../../src/database/database.ts';
import { dumpDatabase, isBackupCurrent, proveBackup, readBackup } from '../../../src/database/dump.ts';
import { parseStatements } from '../../../src/database/statements.ts';
import { schemaSql } from '../../../src/rehearsal/schema.ts';
import { seedSql } from '../../../src/rehearsal/seed.ts';
import type { Flavour } from '../../support/containers.ts';
import { withSiblings } from '../../support/extent.ts';
import { schema20, startServer, type TestServer, userPassword, withDatabase } from '../../support/mysql.ts';

describe.each(withSiblings<Flavour>(['mysql'], ['mariadb']))('backup on %s', (flavour) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(flavour);
  });
  afterAll(() => server.stop());

  async function prepared() {
    const config = await server.createDatabase();
    await server.asRoot(schema20, config.name);
    const dir = await mkdtemp(join(server.tools.tempDir, 'backup-'));
    return { config, dir };
  }

  it('dumps, proves by restoring, and is current until a row changes', async () => {
    const { config, dir } = await prepared();
    await withDatabase(config, async (db) => {
      const backup = await proveBackup(db, config, await dumpDatabase(db, config, dir, server.tools));
      expect(backup.proven).toBe(true);
      expect(backup.tables.map(({ name, rows }) => [name, rows])).toEqual([
        ['server_node', 2],
        ['session_main', 2],
        ['session_option', 2],
        ['store_option', 3],
      ]);
      expect(await readBackup(dir)).toEqual(backup);
      expect(await isBackupCurrent(db, backup)).toBe(true);
      await server.asRoot("UPDATE session_main SET name = 'other' WHERE session_id = 's1'", config.name);
      expect(await isBackupCurrent(db, backup)).toBe(false);
      expect(db.changes).toBe(0);
    });
    const schemas = await server.asRoot(`SHOW DATABASES LIKE '${config.scratchName.replaceAll('_', '\\_')}'`);
    expect(schemas).toEqual([]);
  });

  it.each(['2.0.2', '2.2.0', '2.2.1', '2.5.1', '3.2.0'] as const)(
    'proves a lived-in database of %s',
    async (release) => {
      const config = await server.createDatabase();
      const statements = parseStatements(schemaSql(release) + seedSql(release), 'fixture.sql').map(({ sql }) => sql);
      await server.asRoot(statements, config.name);
      const dir = await mkdtemp(join(server.tools.tempDir, 'backup-'));
      await withDatabase(config, async (db) => {
        const backup = await proveBackup(db, config, await dumpDatabase(db, config, dir, server.tools));
        expect(backup.proven).toBe(true);
        expect(backup.tables.length).toBeGreaterThanOrEqual(7);
      });
    },
  );

  it('keeps every digit of a FLOAT, and the time of the last change beside it', async () => {
    const { config, dir } = await prepared();
    await server.asRoot(
      [
        'CREATE TABLE f (a VARCHAR(9), b DATE, x FLOAT, y FLOAT, at DATETIME DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, PRIMARY KEY (a, b))',
        "INSERT INTO f VALUES ('é', '2020-01-01', 16777217, 0.1, '2020-01-01'), ('', '2020-01-01', 1.17549435e-38, NULL, '2020-01-01'), ('plain', '2020-01-01', 1, 2.5, '2020-01-01')",
      ],
      config.name,
    );
    await withDatabase(config, async (db) => {
      const backup = await proveBackup(db, config, await dumpDatabase(db, config, dir, server.tools));
      expect(backup.proven).toBe(true);
    });
    // Only what six digits do not give.
    const dump = await readFile(join(dir, 'dump.sql'), 'utf8');
    expect(dump.match(/^UPDATE .*$/gm)).toHaveLength(2);
    expect(dump).toMatch(/\n-- Dump completed\n$/);
  });

  it('makes a dump that fits a server of small statements, and says so when a row does not', async () => {
    const { config, dir } = await prepared();
    const [before] = await server.asRoot('SELECT @@GLOBAL.max_allowed_packet AS n');
    await server.asRoot(['CREATE TABLE big (id INT PRIMARY KEY, b MEDIUMBLOB)', ...rows(6, 300_000)], config.name);
    await server.asRoot('SET GLOBAL max_allowed_packet = 1048576');
    try {
      await withDatabase(config, async (db) => {
        const backup = await proveBackup(db, config, await dumpDatabase(db, config, dir, server.tools));
        expect(backup.proven).toBe(true);
        await server.asRoot(`SET GLOBAL max_allowed_packet = ${before?.['n']}`);
        await server.asRoot(rows(1, 700_000, 100), config.name);
        const other = await mkdtemp(join(server.tools.tempDir, 'backup-'));
        const tooBig = await dumpDatabase(db, config, other, server.tools);
        const error = await proveBackup(db, config, tooBig).catch((thrown: unknown) => thrown);
        expect(error).toMatchObject({ code: 'BACKUP_UNPROVEN' });
        expect(String(error)).toContain('max_allowed_packet 1048576');
        expect(await db.query('SELECT 1')).toHaveLength(1);
      });
    } finally {
      await server.asRoot(`SET GLOBAL max_allowed_packet = ${before?.['n']}`);
    }
  });

  function rows(count: number, sizeBytes: number, from = 0): string[] {
    return Array.from(
      { length: count },
      (_, index) => `INSERT INTO big VALUES (${from + index}, REPEAT(CHAR(${index}), ${sizeBytes}))`,
    );
  }

  it('leaves no file with the password, and a dump that only its owner can read', async () => {
    const { config, dir } = await prepared();
    const before = await readdir(server.tools.tempDir);
    await withDatabase(config, (db) => dumpDatabase(db, config, dir, server.tools));
    expect(await readdir(server.tools.tempDir)).toEqual(before);
    expect((await stat(join(dir, 'dump.sql'))).mode & 0o777).toBe(0o600);
    expect(await readdir(dir)).toEqual(['backup.json', 'dump.sql']);
    for (const file of await readdir(dir)) expect(await readFile(join(dir, file), 'utf8')).not.toContain(userPassword);
  });

  it('does not take our own book-keeping into the dump', async () => {
    const { config, dir } = await prepared();
    await server.asRoot('CREATE TABLE eggroll_upgrade_ledger (a INT)', config.name);
    const backup = await withDatabase(config, (db) => dumpDatabase(db, config, dir, server.tools));
    expect(await readFile(join(dir, 'dump.sql'), 'utf8')).not.toContain('eggroll_upgrade_ledger');
    expect(backup.tables.map(({ name }) => name)).not.toContain('eggroll_upgrade_ledger');
  });

  it('takes an equal backup that is there, and does not replace one of another structure', async () => {
    const { config, dir } = await prepared();
    await withDatabase(config, async (db) => {
      const first = await dumpDatabase(db, config, dir, server.tools);
      expect(await dumpDatabase(db, config, dir, server.tools)).toEqual(first);
      await server.asRoot('ALTER TABLE session_main ADD COLUMN x INT', config.name);
      await expect(dumpDatabase(db, config, dir, server.tools)).rejects.toMatchObject({ code: 'BACKUP_FAILED' });
      expect(await readBackup(dir)).toEqual(first);
    });
  });

  it('tells a dump that restores to something else', async () => {
    const { config, dir } = await prepared();
    await withDatabase(config, async (db) => {
      const backup = await dumpDatabase(db, config, dir, server.tools);
      const file = join(dir, 'dump.sql');
      await writeFile(file, (await readFile(file, 'utf8')).replace("'first'", "'fairy'"));
      await expect(proveBackup(db, config, backup)).rejects.toMatchObject({
        code: 'BACKUP_UNPROVEN',
        message: expect.stringContaining('table session_main has other content'),
      });
      await writeFile(file, (await readFile(file, 'utf8')).replace('CREATE TABLE `session_main`', 'CREATE TABEL x'));
      await expect(proveBackup(db, config, backup)).rejects.toMatchObject({ code: 'BACKUP_UNPROVEN' });
    });
  });

  it('detects a dump that was cut, flipped or lengthened, and a lost one', async () => {
    const { config, dir } = await prepared();
    await withDatabase(config, (db) => dumpDatabase(db, config, dir, server.tools));
    const file = join(dir, 'dump.sql');
    const good = await readFile(file);
    const damaged = { code: 'BACKUP_DAMAGED', exitCode: 11 };
    for (let percent = 0; percent < 100; percent += 10) {
      await truncate(file, Math.floor((good.length * percent) / 100));
      await expect(readBackup(dir)).rejects.toMatchObject(damaged);
      await writeFile(file, good);
    }
    const flipped = Buffer.from(good);
    flipped.writeUInt8(flipped.readUInt8(500) ^ 1, 500);
    await writeFile(file, flipped);
    await expect(readBackup(dir)).rejects.toMatchObject(damaged);
    await writeFile(file, good);
    await appendFile(file, '\n');
    await expect(readBackup(dir)).rejects.toMatchObject(damaged);
    await writeFile(file, good);
    const record = join(dir, 'backup.json');
    await writeFile(record, (await readFile(record, 'utf8')).replace(/"rows": ?3/, '"rows":4'));
    await expect(readBackup(dir)).rejects.toMatchObject(damaged);
  });

  it('is on the disk before it counts', async () => {
    const { config, dir } = await prepared();
    const syncs = await syncsIn(dir, () => withDatabase(config, (db) => dumpDatabase(db, config, dir, server.tools)));
    // What is synced, and what is in the folder by then.
    expect(syncs).toEqual([
      ['dump.sql.partial', 'dump.sql.partial'],
      ['', 'dump.sql'],
      ['backup.json.partial', 'backup.json.partial dump.sql'],
      ['', 'backup.json dump.sql'],
    ]);
  });

  it('refuses what a client has left half-way and calls a success', async () => {
    const { config, dir } = await prepared();
    const home = await mkdtemp(join(server.tools.tempDir, 'client-'));
    const program = flavour === 'mysql' ? 'mysqldump' : 'mariadb-dump';
    await mkdir(join(home, 'bin'));
    const text = `#!/bin/sh\n${config.clientHome}/bin/${program} "$@" | grep -v '^-- Dump completed'\n`;
    await writeFile(join(home, 'bin', program), text, { mode: 0o755 });
    await withDatabase(config, async (db) => {
      await expect(dumpDatabase(db, { ...config, clientHome: home }, dir, server.tools)).rejects.toMatchObject({
        code: 'BACKUP_FAILED',
        message: expect.stringContaining('The dump lacks its last line.'),
      });
    });
    expect(await readBackup(dir)).toBeUndefined();
  });

  it('refuses a dump of tables that somebody writes to meanwhile', async () => {
    const { config, dir } = await prepared();
    await withDatabase(config, async (db) => {
      let isWritten = false;
      // Right after the last table was described for the first time.
      const query: Database['query'] = async (sql, params) => {
        const rows = await db.query(sql, params);
        if (sql.startsWith('SHOW CREATE TABLE') && sql.includes('store_option') && !isWritten) {
          isWritten = true;
          await server.asRoot("UPDATE session_main SET name = 'late'", config.name);
        }
        return rows;
      };
      await expect(dumpDatabase({ ...db, query }, config, dir, server.tools)).rejects.toMatchObject({
        code: 'BACKUP_FAILED',
        message: expect.stringContaining('It was written to while it was dumped: table session_main has other content'),
      });
    });
    expect(await readBackup(dir)).toBeUndefined();
  });

  it('says so when the client fails', async () => {
    const { config, dir } = await prepared();
    await withDatabase(config, async (db) => {
      const wrong = { ...config, password: 'wrong' };
      await expect(dumpDatabase(db, wrong, dir, server.tools)).rejects.toMatchObject({
        code: 'BACKUP_FAILED',
        message: expect.stringContaining('Access denied'),
      });
      const none = { ...config, clientHome: '/nowhere' };
      await expect(dumpDatabase(db, none, dir, server.tools)).rejects.toMatchObject({
        code: 'DUMP_CLIENT_MISSING',
        exitCode: 78,
      });
    });
    expect(await readBackup(dir)).toBeUndefined();
  });
});

/** What `work` syncs in a folder, each with the names that are there at that moment. */
async function syncsIn(dir: string, work: () => Promise<unknown>): Promise<[string, string][]> {
  const handle = await open(dir);
  const prototype = Object.getPrototypeOf(handle) as FileHandle;
  await handle.close();
  const syncs: [string, string][] = [];
  const { sync } = prototype;
  const spy = vi.spyOn(prototype, 'sync').mockImplementation(async function (this: FileHandle) {
    const path = readlinkSync(`/proc/self/fd/${this.fd}`);
    if (path.startsWith(dir)) syncs.push([path.slice(dir.length + 1), readdirSync(dir).sort().join(' ')]);
    return sync.call(this);
  });
  try {
    await work();
  } finally {
    spy.mockRestore();
  }
  return syncs;
}
