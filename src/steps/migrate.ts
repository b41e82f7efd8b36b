// Step 8: the migration, statement by statement, each recorded in the ledger before and after.

import { migrationState, migrate as runStatements } from '../database/migration.ts';
import { restoreBackup } from '../database/restore.ts';
import { UpgradeError } from '../engine/errors.ts';
import type { Step } from '../engine/step.ts';
import { backupFolder, databaseTouched, runBackup } from './back-up-database.ts';
import { currentRun, type World } from './world.ts';

export const migrate: Step<World> = {
  id: 'migrate',
  title: 'migrate the database',
  reach: 'cluster',
  probe: async (world) => ((await isMigrated(world)) ? 'done' : 'pending'),
  async apply(world) {
    const { database, statements, config, emit } = world;
    if (!database || !config.database) return;
    await runStatements(database, config.database, currentRun(world).id, statements, ({ index, count, durationMs }) => {
      const message = `statement ${index} of ${count} done in ${Math.round(durationMs)} ms`;
      emit({ type: 'database', step: 'migrate', message });
    });
  },
  undo: {
    title: 'put the database back',
    async apply(world) {
      const { database, config, emit } = world;
      if (!database || !config.database || !(await databaseTouched(world))) return;
      const backup = await runBackup(world);
      if (!backup) {
        const found = `The backup of run ${currentRun(world).id} is not in ${backupFolder(world)}.`;
        const remedy = 'Mount the STATE_DIR of that run, then run `recover`.';
        throw new UpgradeError({ code: 'STATE_UNEXPECTED', where: `database ${database.name}`, found, remedy });
      }
      await restoreBackup(database, config.database, backup, currentRun(world).id);
      emit({ type: 'database', step: 'migrate', message: 'restored, equal to the state at backup time' });
    },
  },
};

/** Is every statement done, by this run or by the finished one before it? */
export async function isMigrated(world: World): Promise<boolean> {
  const { database, statements } = world;
  if (!database || statements.length === 0) return true;
  const { id, previous } = currentRun(world);
  for (const run of previous === undefined ? [id] : [id, previous]) {
    if ((await migrationState(database, run, statements)) === 'complete') return true;
  }
  return false;
}
