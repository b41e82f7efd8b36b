// What is there to recover? Under the locks: the last run, unless it was recovered already.

import type { Step } from '../engine/step.ts';
import { adopt } from './adopt-run.ts';
import { expectRecoverable } from './expect-state.ts';
import { refreshFacts } from './open-run.ts';
import { recordsOfLatestRun, stateOf } from './run-records.ts';
import { requireBackups } from './run-state.ts';
import { settleRecords } from './settle-records.ts';
import type { World } from './world.ts';

export const openRecovery: Step<World> = {
  id: 'open-recovery',
  title: 'find the last run',
  reach: 'nothing',
  probe: async () => 'pending',
  async apply(world) {
    await refreshFacts(world);
    await settleRecords(world);
    const records = recordsOfLatestRun(world);
    const [record] = records;
    const state = stateOf(records);
    if (!record || !state || state === 'recovered') {
      world.nothingToDo = true;
      return;
    }
    adopt(world, records);
    // What is missing, damaged or changed is found now, before anything is touched.
    await expectRecoverable(world, state);
    await requireBackups(world);
    const { run, from, to } = record;
    const message = world.say('Run {run} ({from} to {to}) is undone.', { run, from, to });
    world.emit({ type: 'run-adopted', message, resumes: state === 'recovering' });
  },
};
