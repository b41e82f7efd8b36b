// The generated schemas, rows and statements run on real servers, with the results that EGGROLL.md section 5 reports.

import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { databaseInitFiles } from '../../../src/rehearsal/database-init.ts';
import { type GuideOptions, guideSql } from '../../../src/rehearsal/guide.ts';
import { type Release, schemaLevel } from '../../../src/rehearsal/releases.ts';
import { columnsAt, schemaSql } from '../../../src/rehearsal/schema.ts';
import { seedSql } from '../../../src/rehearsal/seed.ts';
import { databaseOf, type Flavour, rootPassword, type StartedTestContainer } from '../../support/containers.ts';
import { withSiblings } from '../../support/extent.ts';

describe.each(withSiblings<Flavour>(['mysql'], ['mariadb']))('%s', (flavour) => {
  let server: StartedTestContainer;
  let root: Connection;

  beforeAll(async () => {
    server = await databaseOf(flavour).start();
    const address = { host: server.getHost(), port: server.getMappedPort(3306) };
    root = await createConnection({ ...address, user: 'root', password: rootPassword, multipleStatements: true });
    const account = { database: 'eggroll_meta', user: 'fate', password: 'of-fate' };
    const files = databaseInitFiles({ version: '2.0.2', ...account, sessions: 5, stores: 6 });
    for (const [, sql] of [...files].toSorted()) await root.query(sql);
  });
  afterAll(async () => {
    await root.end();
    await server.stop();
  });

  async function freshSchema(version: Release) {
    await root.query('DROP DATABASE IF EXISTS probe; CREATE DATABASE probe CHARACTER SET latin1; USE probe');
    await root.query(schemaSql(version) + seedSql(version, { sessions: 5, stores: 6 }));
  }

  async function columns(): Promise<Map<string, string[]>> {
    const [rows] = await root.query<RowDataPacket[]>(
      `SELECT table_name AS name, GROUP_CONCAT(column_name ORDER BY ordinal_position) AS columns
       FROM information_schema.columns WHERE table_schema = 'probe' GROUP BY table_name`,
    );
    return new Map(rows.map((row) => [row['name'], row['columns'].split(',')]));
  }

  const rowCount = async (table: string) => {
    const [rows] = await root.query<RowDataPacket[]>(`SELECT COUNT(*) AS count FROM ${table}`);
    return rows[0]?.['count'];
  };

  test.each(['2.0.0', '2.1.0', '2.2.0', '2.2.1', '2.5.1', '3.0.0'] as const)('the schema of %s', async (version) => {
    await freshSchema(version);
    expect(await columns()).toEqual(columnsAt(schemaLevel(version)));
    expect(await rowCount('probe.store_partition')).toBe(24);
  });

  test.each<[Release, '2.0-2.2' | '2.2-2.2', GuideOptions]>([
    ['2.0.2', '2.0-2.2', {}],
    ['2.0.2', '2.0-2.2', { comments: true, lineEnd: '\r\n' }],
    ['2.1.0', '2.2-2.2', {}],
    ['2.2.0', '2.2-2.2', { comments: true }],
  ])("the guide's statements on %s", async (version, list, options) => {
    await freshSchema(version);
    await root.query(guideSql(list, options));
    const found = await columns();
    expect(found.get('session_option')?.at(-1)).toBe('store_option_id');
    expect(found.get('store_option')?.at(-1)).toBe('store_option_id');
    const [rows] = await root.query<RowDataPacket[]>('SHOW COLUMNS FROM probe.session_main LIKE "session_id"');
    expect(rows[0]).toMatchObject({ Type: 'varchar(767)', Null: 'NO', Key: 'PRI' });
    expect(await rowCount('probe.store_option')).toBe(6);
  });

  test("the guide's statements fail on 2.2.1 and later", async () => {
    await freshSchema('2.2.1');
    await expect(root.query(guideSql('2.0-2.2'))).rejects.toMatchObject({ errno: 1060 });
  });

  test('the files of the init folder make account, rights, schema and rows', async () => {
    const address = { host: server.getHost(), port: server.getMappedPort(3306) };
    const fate = await createConnection({ ...address, user: 'fate', password: 'of-fate', multipleStatements: true });
    const [rows] = await fate.query<RowDataPacket[]>('SELECT COUNT(*) AS count FROM eggroll_meta.store_locator');
    expect(rows[0]?.['count']).toBe(6);
    await fate.query('CREATE DATABASE eggroll_meta_scratch; DROP DATABASE eggroll_meta_scratch');
    await expect(fate.query('CREATE DATABASE elsewhere')).rejects.toMatchObject({ errno: 1044 });
    await fate.end();
  });
});
