// Phase: an upgrade is killed at a random moment and run again; it must come to its end, and `recover` bring back the first state.

import { type Say, translated } from '../messages/phrases.ts';
import { durationText } from '../report/units.ts';
import { expectNewState } from './check-new.ts';
import { expectFirstState } from './compare.ts';
import { runJob, succeed } from './job-phase.ts';
import { phase } from './phase.ts';

/** The phase of one kill of so many. */
export function fault(number: number, count: number, say: Say) {
  const title = say('kill -9 and resume, {number} of {count}', { number, count });
  return phase(`fault-${number}`, title, async (world) => {
    const { emit, random, upgradeMs, language } = world;
    const killAfterMs = Math.round(random() * upgradeMs);
    const { result, lastStep } = await runJob(world, 'upgrade', killAfterMs);
    const time = durationText(killAfterMs);
    const step = lastStep === undefined ? say('nothing yet') : translated(language, lastStep);
    const moment = result
      ? say('it had ended before the kill after {time}', { time })
      : say('killed after {time}, in: {step}', { time, step });
    emit({ type: 'job', command: 'upgrade', message: moment });
    await succeed(world, 'upgrade');
    await expectNewState(world);
    await succeed(world, 'recover');
    await expectFirstState(world);
    return moment;
  });
}
