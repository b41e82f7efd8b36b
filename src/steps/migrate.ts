// Step 8: the migration, statement by statement, each recorded in the ledger before and after.

import { migrate as runStatements } from '../database/migration.ts';
import { restoreBackup } from '../database/restore.ts';
import type { Step } from '../engine/step.ts';
import { expectStopped } from './expect-stopped.ts';
import { backupToRestore, isMigrated } from './run-state.ts';
import { currentRun, type World } from './world.ts';

export const migrate: Step<World> = {
  id: 'migrate',
  title: 'migrate the database',
  reach: 'cluster',
  probe: async (world) => ((await isMigrated(world)) ? 'done' : 'pending'),
  async apply(world) {
    const { database, statements, config, emit, say } = world;
    if (!database || !config.database) return;
    await expectStopped(world);
    await runStatements(database, config.database, currentRun(world).id, statements, ({ index, count, durationMs }) => {
      const message = say('statement {index} of {count} done in {ms} ms', { index, count, ms: Math.round(durationMs) });
      emit({ type: 'database', step: 'migrate', message });
    });
  },
  undo: {
    title: 'put the database back',
    async apply(world) {
      const { database, config, emit } = world;
      const backup = await backupToRestore(world);
      if (!database || !config.database || !backup) return;
      await restoreBackup(database, config.database, backup, currentRun(world).id);
      emit({ type: 'database', step: 'migrate', message: world.say('restored, equal to the state at backup time') });
    },
  },
};
