// Work on many nodes at once, within CONCURRENCY; every failure is collected, none hides another.

import pLimit from 'p-limit';
import type { ClusterNode } from '../cluster/node.ts';
import { type Finding, UpgradeError } from '../engine/errors.ts';
import { atWork } from './at-work.ts';
import type { World } from './world.ts';

/** Runs `work` for every item; waits for all of them; then throws all findings in one error, or gives the results in order. */
export async function inParallel<T, R>(
  items: readonly T[],
  concurrency: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const limit = pLimit(concurrency);
  const settled = await Promise.allSettled(items.map((item) => limit(() => work(item))));
  const failures = settled
    .filter((outcome) => outcome.status === 'rejected')
    .map((outcome) => outcome.reason as unknown);
  if (failures.length > 0) throw together(failures);
  return settled.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
}

export function onNodes<R>(
  world: Pick<World, 'nodes' | 'config' | 'emit'>,
  work: (node: ClusterNode) => Promise<R>,
  nodes: readonly ClusterNode[] = world.nodes,
): Promise<R[]> {
  return inParallel(nodes, world.config.concurrency, (node) => atWork(world, node.name, () => work(node)));
}

/** CANARY_HOST alone first, then all others: when it fails there, no other node is touched. */
export async function canaryFirst(
  world: Pick<World, 'nodes' | 'config'>,
  work: (nodes: readonly ClusterNode[]) => Promise<unknown>,
): Promise<void> {
  const isCanary = ({ host }: ClusterNode) => host.name === world.config.canary;
  await work(world.nodes.filter(isCanary));
  await work(world.nodes.filter((node) => !isCanary(node)));
}

/** One error for several: catalogue findings joined; an error of another kind is a defect and goes first. */
export function together(failures: readonly unknown[]): unknown {
  const foreign = failures.find((failure) => !(failure instanceof UpgradeError));
  if (foreign !== undefined) return foreign;
  const all = failures.flatMap((failure) => (failure instanceof UpgradeError ? failure.findings : []));
  const [first, ...rest] = distinct(all) as [Finding, ...Finding[]];
  return new UpgradeError([first, ...rest], { cause: failures[0] });
}

/** Findings that are alike, once: a signal stops the work on every node, a lost node fails a step and its put-back. */
export function distinct(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values()];
}
