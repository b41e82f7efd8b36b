// Step 4: the migration is tried on a scratch copy of the database, data included, while EggRoll still runs.

import { migrationState } from '../database/migration.ts';
import { clearScratch, type Rehearsal, rehearse } from '../database/scratch.ts';
import type { Step } from '../engine/step.ts';
import { onDatabase, tellStatements } from './at-work.ts';
import { describeFlaws, offerBuiltIn } from './built-in-migration.ts';
import { rehearsedDatabaseMs } from './expected-downtime.ts';
import { isMigrated } from './run-state.ts';
import { currentRun, type World } from './world.ts';

export const rehearseSql: Step<World> = {
  id: 'rehearse-sql',
  title: 'rehearse the SQL on a scratch copy',
  reach: 'nothing',
  async probe(world) {
    const { database, statements } = world;
    if (!database || statements.length === 0 || (await isMigrated(world))) return 'done';
    // A migration that has begun was rehearsed before it began; the schema of today is half-way.
    return (await migrationState(database, currentRun(world).id, statements)) === 'none' ? 'pending' : 'done';
  },
  async apply(world) {
    const { database, statements, config, emit, inputs } = world;
    if (!database || !config.database) return;
    const databaseConfig = config.database;
    const isFile = inputs?.statements !== undefined;
    tellStatements(world);
    const rehearsal = await onDatabase(world, () => rehearse(database, databaseConfig, statements)).catch(
      async (error: unknown) => {
        throw isFile ? await offerBuiltIn(error, database, inputs.package.version) : error;
      },
    );
    if (!rehearsal) return;
    for (const { statement, durationMs } of rehearsal.statements) {
      const { index } = statement;
      emit({ type: 'statement', phase: 'ends', step: 'rehearse-sql', index, durationMs: Math.round(durationMs) });
    }
    emit({ type: 'database', step: 'rehearse-sql', message: describeTimes(rehearsal) });
    const flaws = isFile ? describeFlaws(rehearsal.columns) : [];
    if (flaws.length === 0) return;
    const message = world.say(
      'After these statements {flaws}. The built-in migration (MYSQL_FILE=auto) does it right.',
      {
        flaws: flaws.map((flaw) => world.say(flaw)).join(world.say(', and ')),
      },
    );
    emit({ type: 'warning', message });
  },
  undo: {
    // It holds a copy of the data; every step removes its own, unless it was killed.
    title: 'remove the scratch schema',
    async apply({ database, config }) {
      if (database && config.database) await clearScratch(database, config.database);
    },
  },
};

function describeTimes(rehearsal: Rehearsal): string {
  const { statements, copyMs } = rehearsal;
  const totalMs = statements.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const slowest = statements.toSorted((left, right) => right.durationMs - left.durationMs)[0];
  const named =
    slowest && slowest.durationMs >= 1000
      ? `, statement ${slowest.statement.index} alone ${inSeconds(slowest.durationMs)}`
      : '';
  const expected = `Expect ${inSeconds(rehearsedDatabaseMs(rehearsal))} of downtime for the database, backup included.`;
  return `${statements.length} statements passed on a copy in ${inSeconds(totalMs)}${named}; the copy took ${inSeconds(copyMs)}. ${expected}`;
}

function inSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
