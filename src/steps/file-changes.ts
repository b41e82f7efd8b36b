// What changes in the five folders of the nodes, as people ask for it: added, changed, removed, and what that does to conf.

import { compareTrees } from '../cluster/manifest.ts';
import type { ClusterNode } from '../cluster/node.ts';
import { expectedTree } from '../eggroll/home-plan.ts';
import type { PropertiesMerge } from '../eggroll/properties.ts';
import { withoutRunTimeFiles } from '../eggroll/run-time-files.ts';
import type { Tree } from '../eggroll/tree.ts';
import type { PlannedFiles } from '../engine/plan.ts';
import { confChanges } from './conf-diff.ts';
import { planNode } from './node-plan.ts';
import { onNodes } from './nodes.ts';
import type { NodePlan, World } from './world.ts';

/** Paths of files and links of a node, by what becomes of them, each sorted. */
export interface Changes {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  readonly unchanged: readonly string[];
}

/** The changes on all nodes; nodes with the same changes are one group, in the order of the lists. */
export async function fileChanges(world: World): Promise<PlannedFiles[]> {
  const all = await onNodes(world, (node) => changesOf(world, node));
  const groups = new Map<string, PlannedFiles>();
  for (const { hosts, ...changes } of all) {
    const key = JSON.stringify(changes);
    groups.set(key, { hosts: [...(groups.get(key)?.hosts ?? []), ...hosts], ...changes });
  }
  return [...groups.values()];
}

async function changesOf(world: World, node: ClusterNode): Promise<PlannedFiles> {
  const plan = await planNode(world, node);
  const { added, changed, removed } = changesIn(plan);
  const conf = await confChanges(world, node, plan, changed);
  const notes = plan.plan.properties ? notesOf(plan.plan.properties) : [];
  return { hosts: [node.name], added, changed, removed, conf, notes };
}

export function changesIn({ old: before, plan }: NodePlan): Changes {
  const old = filesOf(withoutRunTimeFiles(before));
  const next = filesOf(expectedTree(plan));
  const added = [...next.keys()].filter((path) => !old.has(path)).sort();
  const removed = [...old.keys()].filter((path) => !next.has(path)).sort();
  const kept = [...next].filter(([path]) => old.has(path));
  const [changed, unchanged] = [true, false].map((wanted) =>
    kept.flatMap(([path, entry]) => (differs(path, old.get(path), entry) === wanted ? [path] : [])).sort(),
  );
  return { added, changed: changed ?? [], removed, unchanged: unchanged ?? [] };
}

function filesOf(tree: Tree): Tree {
  return new Map([...tree].filter(([, { type }]) => type !== 'directory'));
}

type Entry = NonNullable<ReturnType<Tree['get']>>;

function differs(path: string, before: Entry | undefined, after: Entry): boolean {
  if (!before) return true;
  return compareTrees(new Map([[path, before]]), new Map([[path, after]]), { times: false }).length > 0;
}

// What the diff does not say by itself.
function notesOf({ skipped, changed, duplicates }: PropertiesMerge): string[] {
  return [
    ...changed.map(({ key, before, after }) => `${key} moves from ${before} to ${after}`),
    ...skipped.map(({ key, reason }) => `${key} is new and not added: ${reason}`),
    ...duplicates.map((key) => `${key} is there more than once already`),
  ];
}
