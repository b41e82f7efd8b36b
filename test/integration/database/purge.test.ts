import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DatabaseConfig } from '../../../src/config/config.ts';
import { type Backup, describeTables, readBackup } from '../../../src/database/backup.ts';
import type { Database } from '../../../src/database/database.ts';
import { tableNames } from '../../../src/database/fingerprint.ts';
import { checkGrants } from '../../../src/database/inspect.ts';
import { asideName, quoteTable } from '../../../src/database/names.ts';
import { type PurgeBackups, purge, readPurged, restorePurged } from '../../../src/database/purge.ts';
import { estimateDumpBytes } from '../../../src/database/sizes.ts';
import { remedyOf } from '../../../src/engine/errors.ts';
import type { Flavour } from '../../support/containers.ts';
import { withSiblings } from '../../support/extent.ts';
import {
  schema20,
  startServer,
  type TestServer,
  userPassword,
  withDatabase,
  withLockedDatabase,
} from '../../support/mysql.ts';

describe.each(withSiblings<Flavour>(['mysql'], ['mariadb']))('purge on %s', (flavour) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(flavour);
    await server.asRoot("GRANT ALL PRIVILEGES ON fate_flow.* TO 'fate'@'%'");
  });
  beforeEach(async () => {
    await server.asRoot(['DROP DATABASE IF EXISTS fate_flow', 'CREATE DATABASE fate_flow']);
    await server.asRoot(fateTables, 'fate_flow');
  });
  afterAll(() => server.stop());

  const fateTables = [
    'CREATE TABLE t_job (f_job_id VARCHAR(25) PRIMARY KEY)',
    'CREATE TABLE t_tracking_metric_20220301 (id INT PRIMARY KEY)',
    'CREATE TABLE trackingmetric (id INT PRIMARY KEY)',
    'CREATE TABLE users (id INT PRIMARY KEY)',
    "INSERT INTO t_job VALUES ('202203010001')",
    'INSERT INTO t_tracking_metric_20220301 VALUES (1), (2)',
    'INSERT INTO users VALUES (1)',
  ];

  async function prepared() {
    const config = await server.createDatabase();
    await server.asRoot(
      [...schema20, 'CREATE TABLE t_task (id INT PRIMARY KEY)', 'INSERT INTO t_task VALUES (1)'],
      config.name,
    );
    return { config, dir: await mkdtemp(join(server.tools.tempDir, 'purge-')) };
  }
  const run = '20260102-abcdef';
  /** Backups in a folder, and what was made safe. */
  const backupsIn = (dir: string) => {
    const kept: Backup[] = [];
    const backups: PurgeBackups = {
      folder: (schema) => join(dir, schema),
      find: (schema) => readBackup(join(dir, schema)),
      keep: async (_schema, backup) => void kept.push(backup),
    };
    return { backups, kept };
  };
  const doPurge = (db: Database, config: DatabaseConfig, which: DatabaseConfig['purge'], backups: PurgeBackups) =>
    purge(db, config, { run, which, backups, tools: server.tools });
  const countRows = async (db: Database) => {
    const tables = [...(await describeTables(db, db.name)), ...(await describeTables(db, 'fate_flow'))];
    return Object.fromEntries(tables.map(({ name, rows }) => [name, rows]));
  };
  const counts = (config: DatabaseConfig) => withLockedDatabase(config, countRows);
  const full = {
    server_node: 2,
    session_main: 2,
    session_option: 2,
    store_option: 3,
    t_task: 1,
    t_job: 1,
    t_tracking_metric_20220301: 2,
    trackingmetric: 0,
    users: 1,
  };
  const noEggroll = { session_main: 0, session_option: 0, store_option: 0 };
  const noFate = { t_task: 0, t_job: 0, t_tracking_metric_20220301: 0 };

  it.each([
    ['none', {}, 0],
    ['eggroll', noEggroll, 7],
    ['fate', noFate, 4],
    ['all', { ...noEggroll, ...noFate }, 11],
  ] as const)(
    'with PURGE=%s empties what it names and nothing else, and brings it back',
    async (which, emptied, rows) => {
      const { config, dir } = await prepared();
      await withLockedDatabase(config, async (db) => {
        const before = [await describeTables(db, db.name), await describeTables(db, 'fate_flow')];
        const { backups, kept } = backupsIn(dir);
        const purged = await doPurge(db, config, which, backups);
        expect(kept.every(({ proven }) => proven)).toBe(true);
        expect(await readPurged(db, run)).toEqual(purged);
        expect(purged.reduce((sum, table) => sum + table.rows, 0)).toBe(rows);
        expect(await countRows(db)).toEqual({ ...full, ...emptied });
        await restorePurged(db, config, { run, backups });
        expect([await describeTables(db, db.name), await describeTables(db, 'fate_flow')]).toEqual(before);
        const { changes } = db;
        await restorePurged(db, config, { run, backups });
        expect(db.changes).toBe(changes);
      });
    },
  );

  it('is not done again by a resumed run, when new rows are there', async () => {
    const { config, dir } = await prepared();
    const { backups } = backupsIn(dir);
    await withLockedDatabase(config, async (db) => {
      const first = await doPurge(db, config, 'eggroll', backups);
      const rows = [
        "INSERT INTO session_main VALUES ('new', '', 'NEW')",
        "INSERT INTO session_option (session_id, name) VALUES ('new', 'k')",
        "INSERT INTO store_option (store_locator_id, name) VALUES ('9', 'k')",
      ];
      await server.asRoot(rows, config.name);
      expect(await doPurge(db, config, 'eggroll', backups)).toEqual(first);
    });
    expect(await counts(config)).toMatchObject({ session_main: 1, session_option: 1, store_option: 1 });
  });

  it('knows from the database alone what was purged, and refuses to bring back what it has no backup of', async () => {
    const { config, dir } = await prepared();
    const { backups } = backupsIn(dir);
    await withLockedDatabase(config, async (db) => {
      await doPurge(db, config, 'eggroll', backups);
      await rm(join(dir, config.name), { recursive: true });
      await expect(restorePurged(db, config, { run, backups })).rejects.toMatchObject({
        code: 'RESTORE_FAILED',
        exitCode: 11,
      });
      expect(await readPurged(db, run)).toHaveLength(3);
    });
  });

  it('does not empty a table before its backup is safe', async () => {
    const { config, dir } = await prepared();
    const { backups } = backupsIn(dir);
    const full = new Error('no room for the copy');
    await withLockedDatabase(config, async (db) => {
      const keep = () => Promise.reject(full);
      await expect(doPurge(db, config, 'all', { ...backups, keep })).rejects.toBe(full);
    });
    expect(await counts(config)).toMatchObject({ session_main: 2, t_task: 1 });
  });

  const since = {
    own: [
      "INSERT INTO session_main VALUES ('new', '', 'NEW')",
      "INSERT INTO store_option (store_locator_id, name) VALUES ('9', 'new')",
    ],
    fate: ["INSERT INTO t_job VALUES ('new')", 'INSERT INTO users VALUES (99)'],
  };
  /** A database that was purged and then written to, and what it held before. */
  async function purged(change: Partial<DatabaseConfig> = {}) {
    const { config: base, dir } = await prepared();
    const config = { ...base, ...change };
    const { backups } = backupsIn(dir);
    const before = await withLockedDatabase(config, async (db) => {
      const state = [await describeTables(db, db.name), await describeTables(db, 'fate_flow')];
      await doPurge(db, config, 'all', backups);
      return state;
    });
    await server.asRoot(since.own, config.name);
    await server.asRoot(since.fate, 'fate_flow');
    return { config, backups, before };
  }
  /** What was purged is back, what was written since stands aside, and the other tables were not touched. */
  async function expectBroughtBack({ config, backups, before }: Awaited<ReturnType<typeof purged>>): Promise<void> {
    await withLockedDatabase(config, async (db) => {
      await restorePurged(db, config, { run, backups });
      expect(await readPurged(db, run)).toEqual([]);
      const kept = async (schema: string, table: string) =>
        (await db.query(`SELECT * FROM ${quoteTable(schema, asideName(run, table))}`)).length;
      expect(await kept(db.name, 'session_main')).toBe(1);
      expect(await kept(db.name, 'store_option')).toBe(1);
      expect(await kept('fate_flow', 't_job')).toBe(1);
      const names = [...(await tableNames(db, db.name, true)), ...(await tableNames(db, 'fate_flow', true))];
      for (const name of ['users', 'server_node']) expect(names).not.toContain(asideName(run, name));
      await server.asRoot('DELETE FROM users WHERE id = 99', 'fate_flow');
      expect([await describeTables(db, db.name), await describeTables(db, 'fate_flow')]).toEqual(before);
    });
    expect(await server.asRoot(`SHOW DATABASES LIKE '${config.scratchName}'`)).toEqual([]);
  }

  it('keeps aside what was written since the purge when it brings the rows back', async () => {
    await expectBroughtBack(await purged());
  });

  it('brings the rows back in place where there is no scratch schema and no proof is asked for', async () => {
    await expectBroughtBack(await purged({ requireProof: false, scratchName: 'not_allowed' }));
  });

  it.each([
    ['restoring into the scratch schema', true, /^INSERT INTO `session_main`/],
    ['swapping the tables', true, /^RENAME TABLE `eggroll_meta/],
    ['swapping those of fate_flow', true, /^RENAME TABLE `fate_flow/],
    ['comparing fate_flow, when the first schema is swapped', true, /^SHOW CREATE TABLE `fate_flow`\.`t_job`/],
    ['forgetting the purge', true, /^DELETE FROM `eggroll_meta_\d+`\.`eggroll_upgrade_purged`/],
    ['moving tables aside in place', false, /^RENAME TABLE/],
    ['restoring in place', false, /^INSERT INTO `session_main`/],
  ] as const)('is finished by a second try after it was killed while %s', async (_, requireProof, pattern) => {
    const state = await purged({ requireProof, ...(requireProof ? {} : { scratchName: 'not_allowed' }) });
    const { config, backups } = state;
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
      await expect(restorePurged(fragile, config, { run, backups })).rejects.toMatchObject({ code: 'DATABASE_LOST' });
    });
    await expectBroughtBack(state);
  });

  it('needs no more rights on fate_flow than it asks for', async () => {
    const { config: base, dir } = await prepared();
    const config = { ...base, user: 'limited', purge: 'fate' as const };
    const literal = userPassword.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
    await server.asRoot([
      `CREATE USER 'limited'@'%' IDENTIFIED BY '${literal}'`,
      `GRANT ALL PRIVILEGES ON ${config.name}.* TO 'limited'@'%'`,
      `GRANT ALL PRIVILEGES ON ${config.scratchName}.* TO 'limited'@'%'`,
      "GRANT SELECT ON fate_flow.* TO 'limited'@'%'",
    ]);
    const missing = await withDatabase(config, (db) => checkGrants(db, config));
    await server.asRoot(missing.map((finding) => /run: (GRANT .*;)$/.exec(remedyOf(finding))?.[1] ?? ''));
    const { backups } = backupsIn(dir);
    await withLockedDatabase(config, async (db) => {
      expect(await checkGrants(db, config)).toEqual([]);
      await doPurge(db, config, 'fate', backups);
      await server.asRoot("INSERT INTO t_job VALUES ('new')", 'fate_flow');
      await restorePurged(db, config, { run, backups });
      expect(await countRows(db)).toEqual(full);
    });
  });

  // MySQL with GTIDs refuses to empty such a table in a transaction, and so the whole purge.
  if (flavour === 'mariadb') {
    it('keeps the first dump of a table without transactions that a killed purge has emptied', async () => {
      const { config, dir } = await prepared();
      await server.asRoot('ALTER TABLE session_option ENGINE=MyISAM', config.name);
      const { backups } = backupsIn(dir);
      const before = await withLockedDatabase(config, (db) => describeTables(db, db.name));
      await withLockedDatabase(config, async (db) => {
        const fragile = {
          ...db,
          change: async (sql: string, params?: readonly unknown[]) => {
            if (sql.includes('`store_option`')) await server.asRoot(`KILL ${db.connectionId}`);
            return db.change(sql, params);
          },
        };
        await expect(doPurge(fragile, config, 'eggroll', backups)).rejects.toMatchObject({ code: 'DATABASE_LOST' });
      });
      expect(await counts(config)).toMatchObject({ session_main: 2, session_option: 0, store_option: 3 });
      await withLockedDatabase(config, async (db) => {
        await doPurge(db, config, 'eggroll', backups);
        await restorePurged(db, config, { run, backups });
        expect(await describeTables(db, db.name)).toEqual(before);
      });
    });
  }

  it('estimates the dumps of a run, those of a purge too', async () => {
    const { config } = await prepared();
    await withLockedDatabase(config, async (db) => {
      const plain = await estimateDumpBytes(db, 'none');
      expect(plain).toBeGreaterThan(0);
      expect(await estimateDumpBytes(db, 'all')).toBeGreaterThan(await estimateDumpBytes(db, 'eggroll'));
      expect(await estimateDumpBytes(db, 'eggroll')).toBeGreaterThan(plain);
    });
  });

  it('empties all tables of a schema or none', async () => {
    const { config, dir } = await prepared();
    const { backups } = backupsIn(dir);
    await withLockedDatabase(config, async (db) => {
      const fragile = {
        ...db,
        change: async (sql: string, params?: readonly unknown[]) => {
          if (sql.includes('`store_option`')) await server.asRoot(`KILL ${db.connectionId}`);
          return db.change(sql, params);
        },
      };
      await expect(doPurge(fragile, config, 'eggroll', backups)).rejects.toMatchObject({
        code: 'DATABASE_LOST',
      });
    });
    expect(await counts(config)).toEqual(full);
    await withLockedDatabase(config, async (db) => {
      await doPurge(db, config, 'eggroll', backups);
    });
    expect(await counts(config)).toEqual({ ...full, ...noEggroll });
  });
});
