import { mkdtemp, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DatabaseConfig } from '../../../src/config/config.ts';
import { describeTables } from '../../../src/database/backup.ts';
import type { Database } from '../../../src/database/database.ts';
import { purge, restorePurged } from '../../../src/database/purge.ts';
import { type Flavour, schema20, startServer, type TestServer, withLockedDatabase } from '../../support/mysql.ts';

describe.each<Flavour>(['mysql', 'mariadb'])('purge on %s', (flavour) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(flavour);
    await server.asRoot(['CREATE DATABASE fate_flow', "GRANT ALL PRIVILEGES ON fate_flow.* TO 'fate'@'%'"]);
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
        const purged = await purge(db, config, which, dir, server.tools);
        expect(purged.reduce((sum, table) => sum + table.rows, 0)).toBe(rows);
        expect(await countRows(db)).toEqual({ ...full, ...emptied });
        await restorePurged(db, config, dir);
        expect([await describeTables(db, db.name), await describeTables(db, 'fate_flow')]).toEqual(before);
        const { changes } = db;
        await restorePurged(db, config, dir);
        expect(db.changes).toBe(changes);
      });
    },
  );

  it('is not done again by a resumed run, when new rows are there', async () => {
    const { config, dir } = await prepared();
    await withLockedDatabase(config, async (db) => {
      const first = await purge(db, config, 'eggroll', dir, server.tools);
      const rows = [
        "INSERT INTO session_main VALUES ('new', '', 'NEW')",
        "INSERT INTO session_option (session_id, name) VALUES ('new', 'k')",
        "INSERT INTO store_option (store_locator_id, name) VALUES ('9', 'k')",
      ];
      await server.asRoot(rows, config.name);
      expect(await purge(db, config, 'eggroll', dir, server.tools)).toEqual(first);
    });
    expect(await counts(config)).toMatchObject({ session_main: 1, session_option: 1, store_option: 1 });
  });

  it('keeps the rows when it was killed right after emptying', async () => {
    const { config, dir } = await prepared();
    await withLockedDatabase(config, async (db) => {
      const before = await describeTables(db, db.name);
      await purge(db, config, 'eggroll', dir, server.tools);
      const record = join(dir, `purged-${config.name}`, 'purged.json');
      await rename(record, `${record}.lost`);
      await purge(db, config, 'eggroll', dir, server.tools);
      await rename(record, `${record}.lost`);
      await restorePurged(db, config, dir);
      expect(await describeTables(db, db.name)).toEqual(before);
    });
  });

  it('empties all tables of a schema or none', async () => {
    const { config, dir } = await prepared();
    await withLockedDatabase(config, async (db) => {
      const fragile = {
        ...db,
        change: async (sql: string, params?: readonly unknown[]) => {
          if (sql.includes('`store_option`')) await server.asRoot(`KILL ${db.connectionId}`);
          return db.change(sql, params);
        },
      };
      await expect(purge(fragile, config, 'eggroll', dir, server.tools)).rejects.toMatchObject({
        code: 'DATABASE_LOST',
      });
    });
    expect(await counts(config)).toEqual(full);
    await withLockedDatabase(config, async (db) => {
      await purge(db, config, 'eggroll', dir, server.tools);
    });
    expect(await counts(config)).toEqual({ ...full, ...noEggroll });
  });
});
