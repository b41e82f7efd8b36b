// Tells what an upgrade changes in conf, for the report. Nodes whose file was the same and becomes the same are looked at once, so that
// a large cluster costs no more than a few questions.

import type { ClusterNode } from '../cluster/node.ts';
import type { ConfChange } from '../engine/plan.ts';
import { confChanges } from './conf-diff.ts';
import { inParallel } from './nodes.ts';
import type { NodePlan, World } from './world.ts';

/** Of each path so many different files are compared; the nodes of the others are named. */
const mostOfPath = 20;
const largestBytes = 262_144;

interface Alike {
  readonly path: string;
  readonly nodes: ClusterNode[];
  readonly plan: NodePlan;
}

/** Throws what the questions to nodes throw. */
export async function tellConfChanges(world: World): Promise<void> {
  const byPath = Map.groupBy(changedTexts(world), ({ path }) => path);
  const told = [...byPath.values()].flatMap((files) => files.slice(0, mostOfPath));
  const changes = await inParallel(told, world.config.concurrency, (alike) => changeOf(world, alike));
  // Files that differ elsewhere may have the same difference.
  const groups = Map.groupBy(changes, ({ path, diff }) => JSON.stringify([path, diff]));
  for (const [first, ...others] of groups.values()) {
    if (!first) continue;
    const hosts = [first, ...others].flatMap((change) => change.hosts);
    world.emit({ type: 'conf-change', hosts, path: first.path, diff: first.diff });
  }
  for (const [path, files] of byPath) {
    const hosts = files.slice(mostOfPath).flatMap(({ nodes }) => nodes.map(({ name }) => name));
    if (hosts.length > 0) world.emit({ type: 'conf-change', hosts, path, diff: [] });
  }
}

async function changeOf(
  world: World,
  { path, nodes, plan }: Alike,
): Promise<ConfChange & { readonly hosts: readonly string[] }> {
  const [first] = nodes;
  const [change] = first ? await confChanges(world, first, plan, [path]) : [];
  return { hosts: nodes.map(({ name }) => name), path, diff: change?.diff ?? [] };
}

function changedTexts(world: World): Alike[] {
  const groups = new Map<string, Alike>();
  for (const node of world.nodes) {
    const plan = world.plans.get(node.name);
    if (!plan) continue;
    for (const { path, key } of changedIn(plan)) {
      const group = groups.get(key);
      if (group) group.nodes.push(node);
      else groups.set(key, { path, nodes: [node], plan });
    }
  }
  return [...groups.values()];
}

function changedIn({ old, plan }: NodePlan): { readonly path: string; readonly key: string }[] {
  return [...plan.entries.values()].flatMap(({ entry: after }) => {
    const { path } = after;
    if (!path.startsWith('conf/')) return [];
    const before = old.get(path);
    const isText = before?.type === 'file' && after.type === 'file';
    if (!isText || before.sha256 === after.sha256) return [];
    if (Math.max(before.sizeBytes, after.sizeBytes) > largestBytes) return [];
    return [{ path, key: JSON.stringify([path, before.sha256, after.sha256]) }];
  });
}
