// What is there to recover? Under the locks: the last run, unless it was recovered already.

import type { Step } from '../engine/step.ts';
import { adopt } from './adopt-run.ts';
import { refreshFacts } from './open-run.ts';
import { recordsOfLatestRun, stateOf } from './run-records.ts';
import { backupToRestore } from './run-state.ts';
import type { World } from './world.ts';

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
    adopt(world, records);
    // A backup that is missing or damaged is found now, before anything is touched.
    await backupToRestore(world);
    world.emit({ type: 'run-adopted', message: `Run ${record.run} (${record.from} to ${record.to}) is undone.` });
  },
};
