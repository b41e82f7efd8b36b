// MYSQL_FILE=auto on real servers: from every schema level to every later one, rows included, and once more on what the guide leaves.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { schemaFingerprint, type TableStructure } from '../../../src/database/fingerprint.ts';
import { columnFacts, inspectDatabase } from '../../../src/database/inspect.ts';
import { rehearse } from '../../../src/database/scratch.ts';
import { parseStatements } from '../../../src/database/statements.ts';
import { builtInMigration, detectSchemaLevel, levelOfVersion } from '../../../src/eggroll/migrations.ts';
import { guideSql } from '../../../src/rehearsal/guide.ts';
import type { Release } from '../../../src/rehearsal/releases.ts';
import { schemaSql } from '../../../src/rehearsal/schema.ts';
import { seedSql } from '../../../src/rehearsal/seed.ts';
import { describeFlaws, offerBuiltIn } from '../../../src/steps/built-in-migration.ts';
import type { Flavour } from '../../support/containers.ts';
import { withSiblings } from '../../support/extent.ts';
import { startServer, type TestServer, withDatabase } from '../../support/mysql.ts';

// One release of each level.
const releases: readonly Release[] = ['2.0.2', '2.1.0', '2.2.0', '2.2.1', '2.5.1', '3.0.0'];
const pairs = releases.flatMap((from, index) => releases.slice(index).map((to) => ({ from, to })));
describe.each(withSiblings<Flavour>(['mysql'], ['mariadb']))('built-in migrations on %s', (flavour) => {
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
    return withDatabase(config, async (db) => detectSchemaLevel((await inspectDatabase(db)).columns));
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

  async function structureOf(config: Awaited<ReturnType<typeof databaseOf>>) {
    return withDatabase(config, async (db) => (await schemaFingerprint(db, db.name)).tables.flatMap(factsOf));
  }

  it.each(pairs)(
    'leads from $from to the columns and keys of a new $to, but for listed differences',
    async ({ from, to }) => {
      const [migrated, fresh] = [await databaseOf(from), await databaseOf(to)];
      await migrate(migrated, to);
      const [found, wanted] = [await structureOf(migrated), await structureOf(fresh)];
      const without = (facts: readonly string[], others: readonly string[]) =>
        facts.filter((fact) => !others.includes(fact));
      expect({ tooMuch: without(found, wanted), missing: without(wanted, found) }).toEqual(knownDifferences(from, to));
    },
  );

  it("offers itself where the guide's list cannot work, and says what the list leaves behind where it can", async () => {
    const fails = await databaseOf('2.2.1');
    const statements = parseStatements(guideSql('2.0-2.2'), 'guide.sql');
    await withDatabase(fails, async (db) => {
      const failure = await rehearse(db, fails, statements).catch((error: unknown) => error);
      const offered = String(await offerBuiltIn(failure, db, '2.4.9'));
      expect(offered).toContain('Statement 2 of 5 failed: Duplicate column name');
      expect(offered).toContain('The tables are those of EggRoll 2.2.1');
      expect(offered).toContain('For 2.4.9 there is nothing to do: set MYSQL_FILE=auto');
      expect(String(await offerBuiltIn(failure, db, '3.0.0'))).toContain('For 3.0.0 7 statements lead there');
    });
    const works = await databaseOf('2.0.2');
    await withDatabase(works, async (db) => {
      const rehearsal = await rehearse(db, works, statements);
      expect(describeFlaws(rehearsal?.columns ?? [])).toHaveLength(2);
      expect(describeFlaws(await columnFacts(db, db.name))).toEqual([]);
    });
  });

  it.each(['2.0-2.2', '2.2-2.2'] as const)(
    'repairs what the list %s leaves behind on 2.0.x, on its way to 3.0',
    async (list) => {
      const config = await databaseOf('2.0.2', statementsOf(guideSql(list)));
      expect((await levelOf(config)).level).toBe('seed-migrated');
      await migrate(config, '3.0.0');
      expect(await levelOf(config)).toMatchObject({ level: '3.0', misnamedOptionId: false, nullableLocatorId: false });
    },
  );
});

/**
 * A line for each column and key. Left out are what docs/database.md names: the order of columns, and how much of a long text an index
 * that is not unique covers; names of keys differ from release to release as well.
 */
function factsOf({ name, columns, keys }: TableStructure): string[] {
  const covered = (column: string, isUnique: boolean) => (isUnique ? column : column.replace(/\(\d+\)$/, ''));
  return [
    ...columns.map((column) =>
      [`${name}.${column.name}`, column.type, column.nullable ? 'NULL' : 'NOT NULL', column.default, column.extra].join(
        ' ',
      ),
    ),
    ...keys.map(
      ({ unique, columns: parts }) =>
        `${name} ${unique ? 'unique ' : ''}key (${parts.map((part) => covered(part, unique)).join(', ')})`,
    ),
  ];
}

/** As docs/database.md lists them: what 2.x has and 3.x does not name stays. */
function knownDifferences(from: Release, to: Release) {
  const stays = levelOfVersion(to) === '3.0' && levelOfVersion(from) !== '3.0' ? ['partitioner', 'serdes'] : [];
  return {
    tooMuch: stays.map((column) => expect.stringContaining(`store_locator.${column} varchar(2000)`)),
    missing: [],
  };
}
