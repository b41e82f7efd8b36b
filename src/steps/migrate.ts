// Step 8: the migration, statement by statement, each recorded in the ledger before and after.

import { migrate as runStatements } from '../database/migration.ts';
import { restoreBackup } from '../database/restore.ts';
import type { Step } from '../engine/step.ts';
import { onDatabase, tellStatements } from './at-work.ts';
import { expectStopped } from './expect-stopped.ts';
import { backupToRestore, isMigrated } from './run-state.ts';
import { currentRun, type World } from './world.ts';

const step = 'migrate';

export const migrate: Step<World> = {
  id: step,
  title: 'migrate the database',
  reach: 'cluster',
  probe: async (world) => ((await isMigrated(world)) ? 'done' : 'pending'),
  async apply(world) {
    const { database, statements, config, emit, say } = world;
    if (!database || !config.database) return;
    await expectStopped(world);
    tellStatements(world);
    await runStatements(database, config.database, currentRun(world).id, statements, {
      begins: (index) => emit({ type: 'statement', phase: 'begins', step, index }),
      ends({ index, count, durationMs }) {
        const ms = Math.round(durationMs);
        emit({ type: 'statement', phase: 'ends', step, index, durationMs: ms });
        emit({
          type: 'database',
          step,
          message: say('statement {index} of {count} done in {ms} ms', { index, count, ms }),
        });
      },
    });
  },
  undo: {
    title: 'put the database back',
    async apply(world) {
      const { database, config, emit } = world;
      const backup = await backupToRestore(world);
      if (!database || !config.database || !backup) return;
      const databaseConfig = config.database;
      await onDatabase(world, () => restoreBackup(database, databaseConfig, backup, currentRun(world).id));
      emit({ type: 'database', step, message: world.say('restored, equal to the state at backup time') });
    },
  },
};
