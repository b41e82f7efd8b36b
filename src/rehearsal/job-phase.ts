// Phases that are a job each: the commands that a user would run, in the user's order.

import { type Finding, UpgradeError } from '../engine/errors.ts';
import type { EventBody, Result } from '../engine/events.ts';
import { durationText } from '../report/units.ts';
import type { JobRun } from './job.ts';
import { phase } from './phase.ts';
import { known, type RehearsalWorld } from './world.ts';

export const job = {
  plan: phase('plan', 'plan', async (world) => {
    const { plan } = await succeed(world, 'plan');
    const statements = plan?.database?.statements.length ?? 0;
    const expected = plan ? `, expected downtime about ${durationText(plan.downtime.expectedMs)}` : '';
    return `${statements} statements${expected}`;
  }),
  upgrade: phase('upgrade', 'upgrade', async (world) => {
    const begunMs = world.clock.monotonicMs();
    const result = await succeed(world, 'upgrade');
    if (result.outcome !== 'succeeded') throw unexpected('There was nothing to upgrade.', 'PKG_BASE_PATH');
    world.upgraded = result;
    world.upgradeMs = world.clock.monotonicMs() - begunMs;
    return `services were down for ${durationText(result.downtimeMs)}`;
  }),
  upgradeAgain: phase('upgrade-again', 'upgrade once more: nothing to do', async (world) => {
    const { outcome, message } = await succeed(world, 'upgrade');
    if (outcome === 'unchanged') return message;
    throw unexpected(`A second upgrade was not without effect: ${message}`, 'the rehearsal');
  }),
  recover: phase('recover', 'recover', async (world) => {
    const { downtimeMs, message } = await succeed(world, 'recover');
    return `${message} Services were down for ${durationText(downtimeMs)}.`;
  }),
};

/** Runs a job that must end well. Throws its findings; its exit code is kept. */
export async function succeed(world: RehearsalWorld, command: string): Promise<Result> {
  const { result, exitCode } = await runJob(world, command);
  if (result && exitCode === 0) return result;
  world.failedJob = result;
  // What a job has told is told already: its remedies stay as they are.
  const [first, ...rest] = (result?.findings ?? []) as readonly Finding[];
  if (first) throw new UpgradeError([first, ...rest]);
  throw unexpected(`${command} ended with ${exitCode}: ${result?.message ?? 'it gave no result'}`, 'the rehearsal');
}

/** Runs a job, and shows what it tells. */
export function runJob(world: RehearsalWorld, command: string, killAfterMs?: number): Promise<JobRun> {
  const { clock, signal } = world;
  const onEvent = (event: EventBody) => show(world, command, event);
  const kill = killAfterMs === undefined ? {} : { killAfterMs };
  return known(world.jobs, 'jobs').run(command, { clock, signal, onEvent, ...kill });
}

function show({ emit, warned }: RehearsalWorld, command: string, event: EventBody): void {
  if (event.type === 'step-finished') {
    const words = event.outcome === 'failed' ? 'FAILED' : event.outcome === 'already-done' ? 'nothing to do' : 'done';
    emit({ type: 'job', command, message: `${event.title}: ${words} (${durationText(event.durationMs)})` });
  }
  // The nodes have other names here than the database knows them by, and may be fewer.
  if (event.type !== 'warning' || /^EggRoll knows NodeManagers/.test(event.message)) return;
  const text = `${event.host ?? ''} ${event.message}`;
  if (warned.has(text)) return;
  warned.add(text);
  emit(event);
}

function unexpected(found: string, where: string): UpgradeError {
  return new UpgradeError({ code: 'STATE_UNEXPECTED', where, found, remedy: 'Look at the output above.' });
}
