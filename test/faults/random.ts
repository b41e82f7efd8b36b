// The random mode: a random fault at a random moment of a random run, sometimes a second one in the run that follows, then the same
// command until it is done, and the oracle.

import { differences } from '../../src/rehearsal/differences.ts';
import { checkResult } from '../support/check-result.ts';
import type { TestCluster } from '../support/cluster.ts';
import { docker } from '../support/docker.ts';
import type { JobRun, RunningJob } from '../support/job.ts';
import { findSecrets } from '../support/secrets.ts';
import { leftovers } from '../support/violations.ts';
import type { Ends, Verdict } from './case.ts';
import { type Fault, waitUntilReady } from './faults.ts';
import { isWanted, keyOf } from './job/event-key.mts';
import type { Random } from './job/random-numbers.mts';
import type { Point } from './points.ts';
import { prepareData, type Reference } from './reference.ts';
import type { Scenario } from './scenarios.ts';

/** So long after a line of the run's output. Not a time on the clock: the next run may be slower or faster than the one before. */
interface Moment {
  readonly point: Point;
  readonly afterMs: number;
}

export interface RandomCase {
  readonly number: number;
  readonly scenario: Scenario;
  /** The first strikes in the scenario's command, the second in the run after it. */
  readonly strikes: readonly { readonly fault: Fault; readonly moment: Moment }[];
  readonly way: 'upgrade' | 'recover';
  /** For what a fault chooses by itself. */
  readonly random: Random;
}

/** How often the command is run again before it must be done. */
const tries = 3;
const limitMs = 300_000;

/** The case with this number; the same random numbers give the same case. */
export function randomCase(
  number: number,
  references: readonly Reference[],
  faults: readonly Fault[],
  random: Random,
): RandomCase {
  const first = random.pick(references);
  const way = random.pick(['upgrade', 'recover'] as const);
  const moments = [momentIn(first, random), momentIn(first, random)];
  const strikes = moments.slice(0, random.pick([1, 1, 2])).map((moment) => ({ fault: random.pick(faults), moment }));
  return { number, scenario: first.scenario, strikes, way, random };
}

function momentIn({ points }: Reference, random: Random): Moment {
  return { point: random.pick(points), afterMs: random.pick([0, 0, random.below(100), random.below(2000)]) };
}

export async function runRandomCase(cluster: TestCluster, kase: RandomCase, ends: Ends): Promise<Verdict> {
  const startMs = performance.now();
  const { scenario, strikes, way } = kase;
  const runs: JobRun[] = [];
  const violations: string[] = [];
  const done: string[] = [];
  try {
    await prepareData(cluster, scenario.data);
    await scenario.prepare(cluster);
    for (const [index, strike] of strikes.entries()) {
      const command = index === 0 ? scenario.command : way;
      const struck = await strikeAt(cluster, command, kase, strike, runs);
      done.push(struck);
      if (index === 0) await scenario.cure(cluster);
    }
    violations.push(...(await untilDone(cluster, kase, runs)));
    for (const { fault } of strikes) await fault.heal?.(cluster);
    violations.push(...differences(way === 'upgrade' ? ends.new : ends.old, await cluster.snapshot()));
    violations.push(...(await leftovers(cluster)), ...(await findSecrets(cluster, runs)));
  } catch (error) {
    violations.push(`the test itself: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
  const codes = runs.map(({ command, exitCode }) => `${command} ${exitCode}`).join(', ');
  const title = `${kase.number}: ${scenario.name}; ${done.join('; then ')}; then ${way} [${codes}]`;
  const kind = `random: ${strikes.map(({ fault }) => fault.kind)[0]}`;
  return { kind, title, violations, runs, tookMs: performance.now() - startMs };
}

/** Starts a command, lets the fault strike at its moment, and waits for the end of both. Gives what happened, in words. */
async function strikeAt(
  cluster: TestCluster,
  command: string,
  { scenario, random }: RandomCase,
  { fault, moment }: RandomCase['strikes'][number],
  runs: JobRun[],
): Promise<string> {
  const reached = Promise.withResolvers<void>();
  const { point, afterMs } = moment;
  let seen = 0;
  const job = cluster.start(command, scenario.options, (event) => {
    if (!isWanted(keyOf(event), point.key)) return;
    seen += 1;
    if (seen === point.nth) setTimeout(reached.resolve, afterMs);
  });
  const when = `${afterMs > 0 ? `${afterMs} ms after` : 'at'} ${point.key}`;
  const first = await Promise.race([reached.promise.then(() => 'reached'), job.ended.then(() => 'ended')]);
  const others: JobRun[] = [];
  const what =
    first === 'ended'
      ? `${fault.kind} came too late`
      : await fault.strike({ cluster, job, random, options: scenario.options, runs: others });
  runs.push(...others, await within(job));
  await waitUntilReady(cluster);
  return `${what} ${when} of ${command}`;
}

/** Runs the command until it is done; a result that contradicts itself, or no end within the tries, is a violation. */
async function untilDone(cluster: TestCluster, { way, scenario }: RandomCase, runs: JobRun[]): Promise<string[]> {
  const violations = runs.flatMap((run) => (run.result ? checkResult(run, cluster) : []));
  for (let count = 1; count <= tries; count += 1) {
    const run = await within(cluster.start(way, scenario.options));
    runs.push(run);
    if (run.exitCode === 0) return [...violations, ...checkResult(run, cluster, way === 'upgrade' ? 'new' : 'old')];
    violations.push(...checkResult(run, cluster));
  }
  return [...violations, `not done after ${tries} more runs: ${runs.at(-1)?.result?.message ?? 'no result'}`];
}

/** The end of a job; one that hangs is killed, and that is an error. */
async function within(job: RunningJob): Promise<JobRun> {
  const timer = setTimeout(() => void docker(['kill', job.name]), limitMs);
  const startMs = performance.now();
  const run = await job.ended;
  clearTimeout(timer);
  if (performance.now() - startMs >= limitMs)
    throw new Error(`${run.command} did not end within ${limitMs / 1000} s:\n${run.stdout}`);
  return run;
}
