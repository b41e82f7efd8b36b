// Step 4: the migration is tried on a scratch copy of the database, data included, while EggRoll still runs.

import { migrationState } from '../database/migration.ts';
import { clearScratch, rehearse } from '../database/scratch.ts';
import type { Step } from '../engine/step.ts';
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
    const { database, statements, config, emit } = world;
    if (!database || !config.database) return;
    const timings = await rehearse(database, config.database, statements);
    const totalMs = timings.reduce((sum, { durationMs }) => sum + durationMs, 0);
    const message = `${timings.length} statements passed on a copy in ${Math.round(totalMs)} ms`;
    emit({ type: 'database', step: 'rehearse-sql', message });
  },
  undo: {
    // It holds a copy of the data; every step removes its own, unless it was killed.
    title: 'remove the scratch schema',
    async apply({ database, config }) {
      if (database && config.database) await clearScratch(database, config.database);
    },
  },
};
