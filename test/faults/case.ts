// One case: a run that is killed, what a person does then, and what the oracle says of it.

import { differences } from '../../src/rehearsal/differences.ts';
import { checkResult } from '../support/check-result.ts';
import type { Snapshot, TestCluster } from '../support/cluster.ts';
import { docker } from '../support/docker.ts';
import type { JobOptions, JobRun } from '../support/job.ts';
import { findSecrets, watchProcesses } from '../support/secrets.ts';
import { leftovers } from '../support/violations.ts';
import { hold, isHeld, release } from './hold.ts';
import { describePoint, type KillPoint, withKill } from './points.ts';
import { prepareData } from './reference.ts';
import type { Scenario } from './scenarios.ts';

/** What the cluster must be like in the end. */
export interface Ends {
  readonly old: Snapshot;
  readonly new: Snapshot;
}

export interface KillCase {
  readonly scenario: Scenario;
  /** Killed one after the other: the first in the scenario's command, each further one in the run that comes after. */
  readonly kills: readonly [KillPoint, ...KillPoint[]];
  readonly way: 'upgrade' | 'recover';
  /** Whether STATE_DIR was lost with the runner. */
  readonly state: 'kept' | 'lost';
  /** Watches the processes of a node all the while, and runs a second upgrade in the end, which must change nothing. */
  readonly again: boolean;
}

export interface Verdict {
  /** Cases of one kind are one row of the table. */
  readonly kind: string;
  readonly title: string;
  readonly violations: readonly string[];
  readonly runs: readonly JobRun[];
  readonly tookMs: number;
  /** Keeps in a folder what the cluster is like, before it is set back. */
  keepCluster?(folder: string): Promise<void>;
}

function describeCase({ scenario, kills, way, state }: KillCase): string {
  const killed = kills.map(describePoint).join(', then ');
  return `${scenario.name}, killed ${killed}; ${state === 'lost' ? 'STATE_DIR lost; ' : ''}then ${way}`;
}

/** Runs a case on a cluster that was just reset. Never throws: what goes wrong with the test itself is a violation too. */
export async function runCase(cluster: TestCluster, kase: KillCase, ends: Ends): Promise<Verdict> {
  const startMs = performance.now();
  const runs: JobRun[] = [];
  const violations: string[] = [];
  try {
    await prepareData(cluster, kase.scenario.data);
    await kase.scenario.prepare(cluster);
    const watched = kase.again ? await watchProcesses(cluster, 'nm1') : undefined;
    violations.push(...(await killed(cluster, kase, runs)));
    await kase.scenario.cure(cluster);
    if (kase.state === 'lost') await cluster.loseState();
    violations.push(...(await finished(cluster, kase, ends, runs)), ...((await watched?.()) ?? []));
  } catch (error) {
    violations.push(`the test itself: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    await release(cluster);
  }
  const kind = kase.kills.length > 1 ? 'kill: pairs' : `kill: ${kase.scenario.name}`;
  return { kind, title: describeCase(kase), violations, runs, tookMs: performance.now() - startMs };
}

async function killed(cluster: TestCluster, kase: KillCase, runs: JobRun[]): Promise<string[]> {
  const { scenario, kills, way } = kase;
  const violations: string[] = [];
  for (const [index, point] of kills.entries()) {
    const command = index === 0 ? scenario.command : way;
    const run = await killAt(cluster, command, scenario.options, point);
    runs.push(run);
    // A run may end before a kill that comes some time after a line, and a second one may not come by a point at all.
    const missed = run.exitCode !== 137 && point.moment.kind !== 'inside' && index === 0;
    if (missed) violations.push('the run never came to the point');
  }
  return violations;
}

async function killAt(cluster: TestCluster, command: string, options: JobOptions, point: KillPoint): Promise<JobRun> {
  if (point.moment.kind !== 'held') return cluster.start(command, withKill(options, point)).ended;
  await hold(cluster, point.moment.call);
  const job = cluster.start(command, options);
  if (await isHeld(cluster, job.ended)) await docker(['kill', job.name]);
  return job.ended;
}

async function finished(cluster: TestCluster, kase: KillCase, ends: Ends, runs: JobRun[]): Promise<string[]> {
  const { way, scenario, again } = kase;
  const last = await cluster.start(way, scenario.options).ended;
  runs.push(last);
  const remains = await atWork(cluster, kase);
  const expected = way === 'upgrade' ? ends.new : ends.old;
  const violations = [
    ...expectEnd(last),
    ...checkResult(last, cluster, way === 'upgrade' ? 'new' : 'old'),
    ...differences(expected, await cluster.snapshot()),
    ...remains,
  ];
  if (again && way === 'upgrade') {
    const second = await cluster.start('upgrade', scenario.options).ended;
    runs.push(second);
    const changes = second.events.filter(({ type }) => type === 'change').length;
    if (second.result?.outcome !== 'unchanged' || changes > 0) {
      violations.push(`a second upgrade: ${second.result?.outcome}, ${changes} changes`);
    }
  }
  return [...violations, ...(await findSecrets(cluster, runs))];
}

/** What is still at work after the last run. Held scripts go on after that, and what they do shows in the comparison. */
async function atWork(cluster: TestCluster, { kills }: KillCase): Promise<string[]> {
  const moments = kills.flatMap(({ moment }) => (moment.kind === 'held' ? [moment] : []));
  if (moments.length === 0) return leftovers(cluster);
  const held = moments.every(({ call }) => call.isKnown) ? await leftovers(cluster) : [];
  await release(cluster);
  return [...held, ...(await leftovers(cluster))];
}

function expectEnd({ command, exitCode, result, stderr }: JobRun): string[] {
  const outcome = result?.outcome;
  if (exitCode === 0 && (outcome === 'succeeded' || outcome === 'unchanged')) return [];
  return [`${command} ended with ${exitCode}, ${outcome ?? 'no result'}: ${result?.message ?? stderr}`];
}
