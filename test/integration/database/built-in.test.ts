// MYSQL_FILE=auto on real servers: from every schema level to every later one, rows included, and once more on what the guide leaves.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectDatabase } from '../../../src/database/database.ts';
import { inspectDatabase } from '../../../src/database/inspect.ts';
import { parseStatements } from '../../../src/database/statements.ts';
import { builtInMigration, detectSchemaLevel, levelOfVersion } from '../../../src/eggroll/migrations.ts';
import { guideSql } from '../../../src/rehearsal/guide.ts';
import type { Release } from '../../../src/rehearsal/releases.ts';
import { schemaSql } from '../../../src/rehearsal/schema.ts';
import { seedSql } from '../../../src/rehearsal/seed.ts';
import { type Flavour, startServer, type TestServer } from '../../support/mysql.ts';

// One release of each level.
const releases: readonly Release[] = ['2.0.2', '2.1.0', '2.2.0', '2.2.1', '2.5.1', '3.0.0'];
const pairs = releases.flatMap((from, index) => releases.slice(index).map((to) => ({ from, to })));
const flavours: readonly Flavour[] = ['mysql', 'mariadb'];

describe.each(flavours)('built-in migrations on %s', (flavour) => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer(flavour);
  });
  afterAll(() => server.stop());

  const statementsOf = (sql: string) => parseStatements(sql, 'fixture').map((statement) => statement.sql);

  async function databaseOf(release: Release, more: readonly string[] = []) {
    const config = await server.createDatabase();
    const fixture = [
      ...statementsOf(schemaSql(release)),
      ...statementsOf(seedSql(release, { sessions: 5, stores: 6 })),
    ];
    await server.asRoot([...fixture, ...more], config.name);
    return config;
  }

  async function levelOf(config: Awaited<ReturnType<typeof databaseOf>>) {
    const db = await connectDatabase(config);
    try {
      return detectSchemaLevel((await inspectDatabase(db)).columns);
    } finally {
      await db.close();
    }
  }

  async function migrate(config: Awaited<ReturnType<typeof databaseOf>>, to: Release) {
    const detected = await levelOf(config);
    const target = levelOfVersion(to);
    if (detected.level === 'unknown' || !target) throw new Error(detected.reasons.join('; '));
    const migration = builtInMigration(detected.level, target, detected);
    if ('refusal' in migration) throw new Error(migration.refusal);
    await server.asRoot(migration.statements, config.name);
    return migration.statements.length;
  }

  const rowsOf = async (name: string) =>
    server.asRoot(
      `SELECT (SELECT COUNT(*) FROM session_main) AS sessions, (SELECT COUNT(*) FROM store_option) AS options`,
      name,
    );

  it.each(pairs)('leads from $from to $to, and a second time has nothing to do', async ({ from, to }) => {
    const config = await databaseOf(from);
    const rows = await rowsOf(config.name);
    await migrate(config, to);
    // 2.1.0 and 2.2.0 differ in the prefixes of indexes alone.
    const reached = (await levelOf(config)).level;
    expect(reached === '2.1' ? '2.2.0' : reached).toBe(levelOfVersion(to) === '2.1' ? '2.2.0' : levelOfVersion(to));
    expect(await rowsOf(config.name)).toEqual(rows);
    expect(await migrate(config, to)).toBe(0);
  });

  it('repairs what the guide leaves behind on its way to 3.0', async () => {
    const config = await databaseOf('2.0.2', statementsOf(guideSql('2.0-2.2')));
    expect((await levelOf(config)).level).toBe('seed-migrated');
    await migrate(config, '3.0.0');
    expect(await levelOf(config)).toMatchObject({ level: '3.0', misnamedOptionId: false, nullableLocatorId: false });
  });
});
