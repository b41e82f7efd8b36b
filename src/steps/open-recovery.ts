// What is there to recover? Under the locks: the last run, unless it was recovered already.

import { UpgradeError } from '../engine/errors.ts';
import type { Step } from '../engine/step.ts';
import { runBackup } from './back-up-database.ts';
import { adopt, refreshFacts, refuseOtherHosts } from './open-run.ts';
import { recordsOfLatestRun, stateOf } from './run-records.ts';
import { currentRun, type World } from './world.ts';

export const openRecovery: Step<World> = {
  id: 'open-recovery',
  title: 'find the last run',
  reach: 'nothing',
  probe: async () => 'pending',
  async apply(world) {
    await refreshFacts(world);
    const records = recordsOfLatestRun(world);
    const [record] = records;
    if (!record || stateOf(records) === 'recovered') {
      world.nothingToDo = true;
      return;
    }
    refuseOtherHosts(world, record);
    adopt(world, records);
    refuseDatabaseMismatch(world);
    // A damaged backup is found now, before anything is touched.
    if (world.database) await runBackup(world);
    world.emit({ type: 'run-adopted', message: `Run ${record.run} (${record.from} to ${record.to}) is undone.` });
  },
};

function refuseDatabaseMismatch(world: World): void {
  const { id, database } = currentRun(world);
  if (world.database?.name === database) return;
  const found = `Run ${id} worked on ${database ? `database ${database}` : 'no database'}, which is not what is configured now.`;
  throw new UpgradeError({
    code: 'RUN_CONFLICT',
    where: 'MYSQL_DB and MYSQL_FILE',
    found,
    remedy: 'Set both as they were for the upgrade.',
  });
}
