import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DatabaseConfig } from '../../../src/config/config.ts';
import { asideTables, dropAside } from '../../../src/database/aside.ts';
import { describeTables } from '../../../src/database/backup.ts';
import type { Database } from '../../../src/database/database.ts';
import { type Backup, dumpDatabase, isBackupCurrent, proveBackup } from '../../../src/database/dump.ts';
import { tableNames } from '../../../src/database/fingerprint.ts';
import { checkGrants } from '../../../src/database/inspect.ts';
import { migrate, migrationState } from '../../../src/database/migration.ts';
import { asideName, sha256 } from '../../../src/database/names.ts';
import { everyTable, unsupportedObjects } from '../../../src/database/objects.ts';
import { restoreBackup } from '../../../src/database/restore.ts';
import { parseStatements, type Statement } from '../../../src/database/statements.ts';
import type { Flavour } from '../../support/containers.ts';
import { withSiblings } from '../../support/extent.ts';
import { migration22, schema20, startServer, type TestServer, withLockedDatabase } from '../../support/mysql.ts';

describe.each(withSiblings<Flavour>(['mysql'], ['mariadb']))('restore on %s', (flavour) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(flavour);
    // Else a trigger of an account without more rights is refused where statements are logged.
    await server.asRoot('SET GLOBAL log_bin_trust_function_creators = 1');
  });
  afterAll(() => server.stop());

  const longName = `t_tracking_output_data_info_${'x'.repeat(36)}`;
  // The server still finds names for the constraints of this one, but not once it is moved aside.
  const ratherLongName = longName.slice(0, 56);
  const text = `${migration22} CREATE TABLE session_ranks (a INT); DROP TABLE server_node;`;

  /** A database that was backed up and then migrated, by `sql` or else by the guide's list and more. */
  async function migrated(options: { readonly scratchRights?: boolean; readonly sql?: string } = {}) {
    const base = await server.createDatabase(options);
    const config = { ...base, requireProof: options.scratchRights !== false };
    const long = [`CREATE TABLE ${longName} (a INT)`, `CREATE TABLE ${ratherLongName} (a INT)`];
    await server.asRoot([...schema20, ...long], config.name);
    const sql = options.sql ?? text.replace('%DB%', config.name);
    const statements = parseStatements(sql, 'm.sql', config.name);
    const dir = await mkdtemp(join(server.tools.tempDir, 'backup-'));
    let backup: Backup | undefined;
    await withLockedDatabase(config, async (db) => {
      backup = await proveBackup(db, config, await dumpDatabase(db, config, dir, server.tools));
      await migrate(db, config, 'run-1', statements);
    });
    if (!backup) throw new Error('no backup');
    return { config, backup, statements };
  }

  /** Nothing but what was there at backup time, and tables kept aside. */
  async function expectRestored(db: Database, config: DatabaseConfig, backup: Backup): Promise<string[]> {
    expect(await isBackupCurrent(db, backup)).toBe(true);
    expect(await describeTables(db, db.name)).toEqual(backup.tables);
    expect(await server.asRoot(`SHOW DATABASES LIKE '${config.scratchName}'`)).toEqual([]);
    const own = (await tableNames(db, db.name, true)).filter((name) => name.startsWith('eggroll_upgrade_'));
    expect(own.filter((name) => !name.startsWith('eggroll_upgrade_aside_'))).toEqual([]);
    return own;
  }

  it('puts back the state at backup time, keeps the replaced tables aside, and forgets the run', async () => {
    const { config, backup, statements } = await migrated();
    await withLockedDatabase(config, async (db) => {
      expect(await isBackupCurrent(db, backup)).toBe(false);
      await restoreBackup(db, config, backup, 'run-1');
      const aside = await expectRestored(db, config, backup);
      expect(aside).toContain('eggroll_upgrade_aside_run-1_session_ranks');
      expect(aside).toContain(asideName('run-1', longName));
      expect(aside).toHaveLength(6);
      const kept = await db.query('SELECT status FROM `eggroll_upgrade_aside_run-1_session_main` ORDER BY session_id');
      expect(kept).toEqual([{ status: 'ACTIVE!' }, { status: 'KILLED!' }]);
      expect(await migrationState(db, 'run-1', statements)).toBe('none');
      const { changes } = db;
      await restoreBackup(db, config, backup, 'run-1');
      expect(db.changes).toBe(changes);
    });
  });

  it('can be followed by another migration and restore of the same run', async () => {
    const { config, backup, statements } = await migrated();
    await withLockedDatabase(config, async (db) => {
      await restoreBackup(db, config, backup, 'run-1');
      await migrate(db, config, 'run-1', statements);
      await restoreBackup(db, config, backup, 'run-1');
      expect(await expectRestored(db, config, backup)).toContain('eggroll_upgrade_aside_run-1_session_main_2');
    });
  });

  it.each([
    ['restoring into the scratch schema', /^INSERT INTO `session_main`/],
    ['swapping the tables', /^RENAME TABLE/],
    ['comparing after the swap', /^CHECKSUM TABLE `eggroll_meta_\d+`\.`store_option`/],
    ['forgetting the run', /^DELETE FROM `eggroll_meta_\d+`\.`eggroll_upgrade_ledger`/],
  ])('is finished by a second try after it was killed while %s', async (_, pattern) => {
    const { config, backup } = await migrated();
    await withLockedDatabase(config, async (db) => {
      const killing = (method: Database['change']) => async (sql: string, params?: readonly unknown[]) => {
        if (pattern.test(sql)) await server.asRoot(`KILL ${db.connectionId}`);
        return method(sql, params);
      };
      const fragile: Database = {
        ...db,
        query: killing(db.query as never) as never,
        change: killing(db.change),
        work: killing(db.work),
      };
      await expect(restoreBackup(fragile, config, backup, 'run-1')).rejects.toMatchObject({
        code: 'DATABASE_LOST',
        exitCode: 75,
      });
    });
    await withLockedDatabase(config, async (db) => {
      await restoreBackup(db, config, backup, 'run-1');
      await expectRestored(db, config, backup);
    });
  });

  it('puts no table in its place once the lock is lost', async () => {
    const { config, backup } = await migrated();
    await withLockedDatabase(config, async (db) => {
      const before = await describeTables(db, db.name);
      // While the dump is fed to the scratch schema.
      const work: Database['work'] = async (sql, params) => {
        if (/^INSERT INTO `session_main`/.test(sql)) await db.query('SELECT RELEASE_ALL_LOCKS() AS n');
        return db.work(sql, params);
      };
      await expect(restoreBackup({ ...db, work }, config, backup, 'run-1')).rejects.toMatchObject({
        code: 'LOCK_LOST',
      });
      expect(await describeTables(db, db.name)).toEqual(before);
    });
  });

  // Killed before its end. A file may not make all of these, but what stands in the ledger is what goes. The server makes up names for
  // two of the constraints.
  const helpers = [
    'CREATE TABLE helper_table (id INT PRIMARY KEY, x INT, CONSTRAINT helper_check CHECK (x > 0), CHECK (x < 9))',
    `ALTER TABLE ${longName} ADD CONSTRAINT helper_key FOREIGN KEY (a) REFERENCES helper_table (id)`,
    `ALTER TABLE ${ratherLongName} ADD FOREIGN KEY (a) REFERENCES helper_table (id), ADD CHECK (a < 9)`,
    "CREATE PROCEDURE helper_procedure() UPDATE session_main SET status = 'CALLED'",
    'CREATE FUNCTION helper_function() RETURNS INT DETERMINISTIC RETURN 1',
    "CREATE TRIGGER helper_trigger BEFORE INSERT ON session_main FOR EACH ROW SET NEW.status = 'FIRED'",
    'CREATE VIEW helper_view AS SELECT session_id FROM session_main',
    'CREATE EVENT helper_event ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1',
    'DROP PROCEDURE helper_procedure',
  ].map((sql, before): Statement => {
    return { index: before + 2, sql, file: 'm.sql', line: before + 2, column: 1, hash: sha256(sql), kind: 'ddl' };
  });

  it.each([
    ['in the scratch schema', true],
    ['in place', false],
  ])('drops what a killed migration has made beside tables, and nothing else: %s', async (_, scratchRights) => {
    const { config, backup, statements: done } = await migrated({ scratchRights, sql: 'DO 1' });
    const statements = [...done, ...helpers];
    await withLockedDatabase(config, async (db) => {
      const fragile: Database = {
        ...db,
        change: async (sql, params) => {
          if (sql.includes('DROP PROCEDURE')) await server.asRoot(`KILL ${db.connectionId}`);
          return db.change(sql, params);
        },
      };
      await expect(migrate(fragile, config, 'run-1', statements)).rejects.toMatchObject({ code: 'DATABASE_LOST' });
    });
    await withLockedDatabase(config, async (db) => {
      expect(await unsupportedObjects(db, db.name)).toEqual(
        expect.arrayContaining(['procedure helper_procedure', 'trigger helper_trigger of session_main']),
      );
      // Neither resuming nor recovering is refused, as either takes them away.
      expect(await checkGrants(db, config)).toEqual([]);
      await server.asRoot('CREATE PROCEDURE of_somebody() SELECT 1', config.name);
      expect(await checkGrants(db, config)).toMatchObject([{ found: 'It holds procedure of_somebody.' }]);
      await restoreBackup(db, config, backup, 'run-1');
      await expectRestored(db, config, backup);
      expect(await unsupportedObjects(db, db.name)).toEqual(['procedure of_somebody']);
      expect(await checkGrants(db, config)).toMatchObject([{ found: 'It holds procedure of_somebody.' }]);
      // No name is in the way of another try.
      await migrate(db, config, 'run-1', statements.slice(0, -1));
      await restoreBackup(db, config, backup, 'run-1');
      await expectRestored(db, config, backup);
      expect(await unsupportedObjects(db, db.name)).toEqual(['procedure of_somebody']);
    });
  });

  it('puts back text that has moved from one column to the next, which no checksum sees', async () => {
    const sql = 'UPDATE server_node SET name = CONCAT(name, LEFT(host, 1)), host = SUBSTR(host, 2)';
    const { config, backup } = await migrated({ sql });
    await withLockedDatabase(config, async (db) => {
      const nodes = () => db.query('SELECT name, host FROM server_node ORDER BY server_node_id');
      expect(await nodes()).toEqual([
        { name: 'n', host: 'm1' },
        { name: 'n', host: 'm2' },
      ]);
      expect(await isBackupCurrent(db, backup)).toBe(true);
      await restoreBackup(db, config, backup, 'run-1');
      await expectRestored(db, config, backup);
      expect(await nodes()).toEqual([
        { name: '', host: 'nm1' },
        { name: '', host: 'nm2' },
      ]);
    });
  });

  if (flavour === 'mariadb') {
    it('moves aside tables of any kind: one with a history, and a sequence', async () => {
      const { config, backup } = await migrated({ sql: 'ALTER TABLE session_main ADD SYSTEM VERSIONING' });
      await server.asRoot('CREATE SEQUENCE helper_sequence', config.name);
      await withLockedDatabase(config, async (db) => {
        expect(await unsupportedObjects(db, db.name)).toEqual(
          expect.arrayContaining(['system versioned session_main', 'sequence helper_sequence']),
        );
        await restoreBackup(db, config, backup, 'run-1');
        await expectRestored(db, config, backup);
        expect(await unsupportedObjects(db, db.name)).toEqual([]);
        const [kept] = await db.query('SELECT COUNT(*) AS n FROM `eggroll_upgrade_aside_run-1_session_main`');
        expect(Number(kept?.['n'])).toBe(2);
        // And `prune` finds them.
        await dropAside(db, await asideTables(db));
        expect(await everyTable(db, db.name)).toEqual(backup.tables.map(({ name }) => name));
      });
    });
  }

  it('works in place without a scratch schema when no proof is asked for', async () => {
    const { config, backup } = await migrated({ scratchRights: false });
    expect(backup.proven).toBe(false);
    await withLockedDatabase(config, async (db) => {
      await restoreBackup(db, config, backup, 'run-1');
      expect(await expectRestored(db, config, backup)).toHaveLength(6);
    });
  });

  it('refuses a backup of another database', async () => {
    const { config, backup } = await migrated();
    await withLockedDatabase(config, async (db) => {
      const wrong = { ...backup, database: 'other' };
      await expect(restoreBackup(db, config, wrong, 'run-1')).rejects.toMatchObject({
        code: 'RESTORE_FAILED',
        exitCode: 11,
      });
      expect(await isBackupCurrent(db, backup)).toBe(false);
    });
  });
});
