// Phases that are a job each: the commands that a user would run, in the user's order.

import { type Finding, UpgradeError } from '../engine/errors.ts';
import type { Event, Result } from '../engine/events.ts';
import { type Say, translated } from '../messages/phrases.ts';
import { newStory } from '../report/html-teller.ts';
import { durationText } from '../report/units.ts';
import type { JobOptions, JobRun } from './job.ts';
import { keepJobPage } from './job-page.ts';
import { phase } from './phase.ts';
import { known, type RehearsalWorld } from './world.ts';

export const job = {
  plan: phase('plan', 'plan', async (world) => {
    const { plan } = await succeed(world, 'plan', 'plan');
    const count = plan?.database?.statements.length ?? 0;
    const time = durationText(plan?.downtime.expectedMs ?? 0);
    return world.say('{count} statements, expected downtime about {time}', { count, time });
  }),
  upgrade: phase('upgrade', 'upgrade', async (world) => {
    const begunMs = world.clock.monotonicMs();
    const result = await succeed(world, 'upgrade', 'upgrade');
    if (result.outcome !== 'succeeded') throw unexpected('There was nothing to upgrade.', 'PKG_BASE_PATH');
    world.upgraded = result;
    world.upgradeMs = world.clock.monotonicMs() - begunMs;
    return world.say('services were down for {time}', { time: durationText(result.downtimeMs) });
  }),
  upgradeAgain: phase('upgrade-again', 'upgrade once more: nothing to do', async (world) => {
    const { outcome, message } = await succeed(world, 'upgrade-again', 'upgrade');
    if (outcome === 'unchanged') return message;
    throw unexpected(`A second upgrade was not without effect: ${message}`, 'the rehearsal');
  }),
  recover: phase('recover', 'recover', async (world) => {
    const { downtimeMs, message } = await succeed(world, 'recover', 'recover');
    return world.say('{message} Services were down for {time}.', { message, time: durationText(downtimeMs) });
  }),
};

/** Runs a job of a phase that must end well, and keeps its report. Throws its findings; its exit code is kept. */
export async function succeed(world: RehearsalWorld, ofPhase: string, command: string): Promise<Result> {
  const { story, take } = newStory(world.clock.monotonicMs);
  const { result, exitCode } = await runJob(world, command, { hear: (event) => take(world.redact(event)) });
  if (result) await keepJobPage(world, ofPhase, { result, story });
  if (result && exitCode === 0) return result;
  world.failedJob = result;
  // What a job has told is told already: its remedies stay as they are.
  const [first, ...rest] = (result?.findings ?? []) as readonly Finding[];
  if (first) throw new UpgradeError([first, ...rest]);
  throw unexpected(`${command} ended with ${exitCode}: ${result?.message ?? 'it gave no result'}`, 'the rehearsal');
}

/** Runs a job, and shows what it tells. */
export function runJob(
  world: RehearsalWorld,
  command: string,
  { hear, ...options }: { readonly hear?: (event: Event) => void } & Pick<JobOptions, 'killAfterMs'>,
): Promise<JobRun> {
  const { clock, signal } = world;
  const onEvent = (event: Event) => {
    // The nodes have other names here than the database knows them by, and may be fewer.
    if (event.type === 'warning' && event.message.startsWith(strangersIn(world.say))) return;
    hear?.(event);
    show(world, command, event);
  };
  return known(world.jobs, 'jobs').run(command, { clock, signal, onEvent, ...options });
}

function show({ emit, warned, say, language }: RehearsalWorld, command: string, event: Event): void {
  if (event.type === 'step-finished') {
    const title = translated(language, event.title);
    const words = say(
      event.outcome === 'failed' ? 'FAILED' : event.outcome === 'already-done' ? 'nothing to do' : 'done',
    );
    emit({ type: 'job', command, message: `${title}: ${words} (${durationText(event.durationMs)})` });
  }
  if (event.type !== 'warning') return;
  const text = `${event.host ?? ''} ${event.message}`;
  if (warned.has(text)) return;
  warned.add(text);
  // Time and run are those of the job.
  const { time: _time, run: _run, ...told } = event;
  emit(told);
}

/** The beginning of the warning of NodeManagers that no list names. */
function strangersIn(say: Say): string {
  const mark = '\0';
  const text = say('EggRoll knows NodeManagers that no list names: {nodes}. They are left as they are.', {
    nodes: mark,
  });
  return text.slice(0, text.indexOf(mark));
}

function unexpected(found: string, where: string): UpgradeError {
  return new UpgradeError({ code: 'STATE_UNEXPECTED', where, found, remedy: 'Look at the output above.' });
}
