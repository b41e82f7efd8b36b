// The two ends that are allowed: taken from clusters on which nothing went wrong, and checked against what the package asks for.

import type { TestCluster } from '../support/cluster.ts';
import { differencesFromPackage } from '../support/expected-tree.ts';
import type { JobRun } from '../support/job.ts';
import { logStatements } from '../support/secrets.ts';
import { leftovers } from '../support/violations.ts';
import type { Ends } from './case.ts';
import { type HeldCall, noteCalls, notedCalls } from './hold.ts';
import { type KillPoint, killPointsOf, type Point, pointsOf } from './points.ts';
import type { Scenario } from './scenarios.ts';

/** Every kill point of a reference. */
export function killsOf({ points, calls }: Reference): KillPoint[] {
  return killPointsOf(points, calls);
}

/** Puts beside the metadata what a scenario needs, with rows that are the same each time. */
export async function prepareData(cluster: TestCluster, data: Scenario['data']): Promise<void> {
  await logStatements(cluster);
  if (data === 'metadata') return;
  await cluster.sql(
    `CREATE DATABASE fate_flow; USE fate_flow;
     CREATE TABLE t_job (f_job_id VARCHAR(25) PRIMARY KEY, f_name VARCHAR(500));
     INSERT INTO t_job VALUES ('202001010000000001', 'one'), ('202001010000000002', 'two');
     CREATE TABLE t_task (f_job_id VARCHAR(25), f_task_id VARCHAR(100) PRIMARY KEY);
     INSERT INTO t_task VALUES ('202001010000000001', 'a'), ('202001010000000001', 'b');
     CREATE TABLE kept_by_the_purge (id INT PRIMARY KEY); INSERT INTO kept_by_the_purge VALUES (1);`,
  );
}

/** The old and the new end of one kind of data. Throws when the undisturbed upgrade does not do what it should. */
export async function takeEnds(
  cluster: TestCluster,
  { data, options }: Pick<Scenario, 'data' | 'options'>,
): Promise<Ends> {
  await prepareData(cluster, data);
  const old = await cluster.snapshot();
  const { result, stdout } = await cluster.job('upgrade', options);
  const fresh = await cluster.snapshot();
  const problems = [...(await differencesFromPackage(cluster, old, fresh)), ...(await leftovers(cluster))];
  if (result.outcome !== 'succeeded' || problems.length > 0) {
    throw new Error(`An undisturbed upgrade went wrong: ${[result.message, ...problems].join('\n')}\n${stdout}`);
  }
  return { old, new: fresh };
}

export interface Reference {
  readonly scenario: Scenario;
  readonly points: readonly Point[];
  /** What the scripts called on one of the nodes. */
  readonly calls: readonly HeldCall[];
  readonly run: JobRun;
}

/** The points of a scenario's command, from one run that nothing kills. Throws when it does not end as it should. */
export async function takePoints(cluster: TestCluster, scenario: Scenario): Promise<Reference> {
  await prepareData(cluster, scenario.data);
  await scenario.prepare(cluster);
  await noteCalls(cluster);
  const run = await cluster.job(scenario.command, scenario.options);
  const calls = await notedCalls(cluster);
  if (run.exitCode !== scenario.exitCode) {
    throw new Error(`${scenario.name} ended with ${run.exitCode}, expected ${scenario.exitCode}:\n${run.stdout}`);
  }
  return { scenario, points: pointsOf(run.events), calls, run };
}
