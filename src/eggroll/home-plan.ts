// What a node's five program folders shall hold after the switch.

import type { PropertiesMerge } from './properties.ts';
import type { Tree, TreeEntry } from './tree.ts';

export type Source =
  /** `copyOf` is a path in the node's own folders that holds the same content. */
  | { readonly from: 'package'; readonly copyOf?: string }
  /** Carried over from the node's own `path`, with its mode and time. */
  | { readonly from: 'home'; readonly path: string }
  | { readonly from: 'merge'; readonly content: Buffer };

export interface PlannedEntry {
  /** As it shall be on the node. */
  readonly entry: TreeEntry;
  readonly source: Source;
}

export interface HomePlan {
  /** By path, parents before children. */
  readonly entries: ReadonlyMap<string, PlannedEntry>;
  /** What the merge of eggroll.properties did; absent when there was nothing to merge. */
  readonly properties?: PropertiesMerge;
}

/** The tree that verification must find on the node. */
export function expectedTree(plan: HomePlan): Tree {
  return new Map([...plan.entries].map(([path, planned]) => [path, planned.entry]));
}
