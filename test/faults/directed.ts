// Faults that strike exactly at a point of a run and pass again, and what the oracle says of the run that met them.

import { differences } from '../../src/rehearsal/differences.ts';
import { checkResult } from '../support/check-result.ts';
import type { TestCluster } from '../support/cluster.ts';
import type { JobOptions, JobRun } from '../support/job.ts';
import { findSecrets } from '../support/secrets.ts';
import { leftovers } from '../support/violations.ts';
import type { Ends, Verdict } from './case.ts';
import { waitUntilReady } from './faults.ts';
import { type HeldJob, startHeld } from './held.ts';
import { prepareData } from './reference.ts';
import type { StepPoint } from './step-points.ts';

export interface Meeting {
  readonly cluster: TestCluster;
  readonly job: HeldJob;
  readonly point: StepPoint;
  /** Notes for the title of the verdict: what was measured. */
  readonly notes: string[];
}

/** A case of the directed kind: a table row counts those of one `kind`. */
export interface DirectedCase {
  readonly kind: string;
  readonly title: string;
  readonly point: StepPoint;
  readonly options?: JobOptions;
  /** Before the run, on a cluster that is ready for the command. */
  prepare?(cluster: TestCluster): Promise<void>;
  /** While the run is held at the point. */
  strike?(meeting: Meeting): Promise<void>;
  /** After the run was let go, while it works. Gives violations. */
  watch?(meeting: Meeting): Promise<readonly string[]>;
  /** What the run that met the fault must end with. */
  check(run: JobRun, meeting: Meeting): readonly string[];
  /** Takes the fault away, whether it passed or not; then the same command must end well. */
  heal?(cluster: TestCluster): Promise<void>;
}

/** Runs a case on a cluster that was just reset. Never throws: what goes wrong with the test itself is a violation too. */
export async function runDirected(cluster: TestCluster, kase: DirectedCase, ends: Ends): Promise<Verdict> {
  const startMs = performance.now();
  const { scenario } = kase.point;
  const runs: JobRun[] = [];
  const notes: string[] = [];
  const violations: string[] = [];
  try {
    await prepareData(cluster, scenario.data);
    await scenario.prepare(cluster);
    await kase.prepare?.(cluster);
    try {
      violations.push(...(await meet(cluster, kase, runs, notes)));
    } finally {
      await kase.heal?.(cluster);
    }
    await waitUntilReady(cluster);
    violations.push(...(await finish(cluster, kase, ends, runs)));
  } catch (error) {
    violations.push(`the test itself: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
  const title = [kase.title, ...notes].join('; ');
  return { kind: kase.kind, title, violations, runs, tookMs: performance.now() - startMs };
}

async function meet(cluster: TestCluster, kase: DirectedCase, runs: JobRun[], notes: string[]): Promise<string[]> {
  const { point } = kase;
  const job = await startHeld(cluster, point.scenario.command, { ...point.scenario.options, ...kase.options }, [point]);
  const meeting: Meeting = { cluster, job, point, notes };
  try {
    await job.reached();
    await kase.strike?.(meeting);
    await job.letGo();
    const watched = await kase.watch?.(meeting);
    const run = await job.ended;
    runs.push(run);
    const told = run.result ? checkResult(run, cluster) : [];
    return [...(watched ?? []), ...told, ...kase.check(run, meeting)];
  } finally {
    // A job that a failing test leaves behind ends by itself once it is let go.
    await job.letGo();
  }
}

async function finish(cluster: TestCluster, { point }: DirectedCase, ends: Ends, runs: JobRun[]): Promise<string[]> {
  const { command, options } = point.scenario;
  const violations: string[] = [];
  const state = command === 'upgrade' ? 'new' : 'old';
  if (runs.at(-1)?.exitCode !== 0) {
    const next = await cluster.start(command, options).ended;
    runs.push(next);
    if (next.exitCode !== 0)
      violations.push(`${command} after it ended with ${next.exitCode}: ${next.result?.message}`);
  }
  const last = runs.at(-1);
  return [
    ...violations,
    ...(last ? checkResult(last, cluster, state) : []),
    ...differences(ends[state], await cluster.snapshot()),
    ...(await leftovers(cluster)),
    ...(await findSecrets(cluster, runs)),
  ];
}

/** How often a run began again by itself. */
export function retriesOf({ events }: JobRun): number {
  return events.filter(({ type, message }) => type === 'warning' && /^The same again/.test(String(message))).length;
}

/** The run met the fault, went on by itself and ended well, with so many retries at most. */
export function wentOn(run: JobRun, retries: number): string[] {
  const count = retriesOf(run);
  const { exitCode, result, stderr } = run;
  return [
    ...(exitCode === 0 ? [] : [`the run did not go on by itself: ${exitCode}, ${result?.message ?? stderr}`]),
    ...(count <= retries ? [] : [`${count} retries, ${retries} would do`]),
  ];
}

/** Milliseconds from a moment until the run told that something is wrong; undefined when it never did. */
export function noticedAfterMs({ heard }: HeldJob, sinceMs: number): number | undefined {
  const isTelling = (type: unknown, outcome: unknown, message: unknown) =>
    (type === 'step-finished' && outcome === 'failed') || (type === 'warning' && /may pass/.test(String(message)));
  const found = heard.find(
    ({ event, atMs }) => atMs > sinceMs && isTelling(event['type'], event['outcome'], event['message']),
  );
  return found && found.atMs - sinceMs;
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
