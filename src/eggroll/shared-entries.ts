// Entries of trees and of plans, which a cluster's nodes have mostly alike: what is equal is one object, so that 1000 nodes fit into memory.

import type { PlannedEntry } from './home-plan.ts';
import type { TreeEntry } from './tree.ts';

const known = new Map<string, readonly TreeEntry[]>();
/** Of each path, those seen last: the old one, the new one, and a few where nodes differ. */
const mostOfPath = 8;

/** An equal entry that was seen before; this one, when there is none. */
export function sharedEntry(entry: TreeEntry): TreeEntry {
  const ofPath = known.get(entry.path) ?? [];
  const same = ofPath.find((other) => isSame(entry, other));
  if (same) return same;
  known.set(entry.path, [entry, ...ofPath.slice(0, mostOfPath - 1)]);
  return entry;
}

function isSame(one: TreeEntry, other: TreeEntry): boolean {
  return (
    one.type === other.type &&
    one.mode === other.mode &&
    one.sizeBytes === other.sizeBytes &&
    one.modifiedSeconds === other.modifiedSeconds &&
    one.sha256 === other.sha256 &&
    one.target === other.target
  );
}

const packaged = new WeakMap<TreeEntry, PlannedEntry>();

/** An entry whose content is the package's, of which a node may have a copy: one object as long as nodes have it at the same path. */
export function packagedEntry(entry: TreeEntry, copyOf?: string): PlannedEntry {
  const last = packaged.get(entry);
  if (last?.source.from === 'package' && last.source.copyOf === copyOf) return last;
  const planned: PlannedEntry = { entry, source: { from: 'package', ...(copyOf === undefined ? {} : { copyOf }) } };
  packaged.set(entry, planned);
  return planned;
}
