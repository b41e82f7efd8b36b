// What an upgrade would do to the database.

import { statementStates } from '../database/migration.ts';
import { purgedTables, schemasOf } from '../database/purge.ts';
import { tableSizes } from '../database/sizes.ts';
import type { PlannedDatabase } from '../engine/plan.ts';
import { isMigrated } from './run-state.ts';
import type { World } from './world.ts';

/** Undefined without database work. */
export async function plannedDatabase(world: World): Promise<PlannedDatabase | undefined> {
  const { database, config, statements, run, schemaBefore } = world;
  if (!database || !config.database) return undefined;
  const { purge } = config.database;
  const states = run ? await statementStates(database, run.id) : new Map<number, 'begun' | 'done'>();
  const migrated = await isMigrated(world);
  const sizes = await tableSizes(database, database.name);
  const purged = await Promise.all(
    schemasOf(database).map(async (schema) =>
      (await purgedTables(database, schema, purge)).map((table) => `${schema}.${table}`),
    ),
  );
  return {
    name: database.name,
    before: schemaBefore ?? 'unknown',
    tables: sizes.length,
    bytes: sizes.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    statements: statements.map(({ index, file, line, sql }) => ({
      index,
      from: `${file}:${line}`,
      sql,
      state: migrated ? 'done' : (states.get(index) ?? 'pending'),
    })),
    purge: purged.flat(),
  };
}
