// Phase: an upgrade is killed at a random moment and run again; it must come to its end, and `recover` bring back the first state.

import { durationText } from '../report/units.ts';
import { expectNewState } from './check-new.ts';
import { expectFirstState } from './compare.ts';
import { runJob, succeed } from './job-phase.ts';
import { phase } from './phase.ts';

/** The phase of one kill of so many. */
export function fault(number: number, count: number) {
  return phase(`fault-${number}`, `kill -9 and resume, ${number} of ${count}`, async (world) => {
    const { emit, random, upgradeMs } = world;
    const killAfterMs = Math.round(random() * upgradeMs);
    const { result, lastStep } = await runJob(world, 'upgrade', killAfterMs);
    const moment = result
      ? `it had ended before the kill after ${durationText(killAfterMs)}`
      : `killed after ${durationText(killAfterMs)}, in: ${lastStep ?? 'nothing yet'}`;
    emit({ type: 'job', command: 'upgrade', message: moment });
    await succeed(world, 'upgrade');
    await expectNewState(world);
    await succeed(world, 'recover');
    await expectFirstState(world);
    return moment;
  });
}
