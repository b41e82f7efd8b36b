// What is to be done so that a staged tree becomes the planned one, whatever of it is there already. Pure: no node is asked.

import { treeDifferences } from '../cluster/manifest.ts';
import type { TransferItem } from '../cluster/transfer-item.ts';
import { expectedTree, type HomePlan, type PlannedEntry } from '../eggroll/home-plan.ts';
import type { Tree } from '../eggroll/tree.ts';

export interface StagingWork {
  /** Paths in the staged tree that are to go, children before parents. */
  readonly remove: readonly string[];
  /** What of the package goes over the network: the same for every node that lacks the same. */
  readonly send: readonly TransferItem[];
  /** What is sent to this node alone, after that: what was merged for it, its own folders and links. */
  readonly own: readonly TransferItem[];
  readonly copies: readonly LocalCopy[];
}

/** A file that the node copies from its own folders. */
export interface LocalCopy {
  /** Relative to EGGROLL_HOME. */
  readonly from: string;
  /** Relative to the staged tree. */
  readonly to: string;
  /** That it has to get when the file it is a copy of has another one. */
  readonly mode?: number;
}

/** `old` is the node's own tree, `staged` what is staged of the new one. */
export function stagingWork(plan: HomePlan, old: Tree, staged: Tree): StagingWork {
  const wrong = treeDifferences(expectedTree(plan), staged, { times: true }).map(({ path }) => path);
  // A folder that is there gets its mode from the stream; to remove it would remove what is in it.
  const stays = (path: string) =>
    staged.get(path)?.type === 'directory' && plan.entries.get(path)?.entry.type === 'directory';
  const remove = wrong.filter((path) => staged.has(path) && !stays(path)).reverse();
  const needed = wrong.flatMap((path) => plan.entries.get(path) ?? []);
  const copies = needed.flatMap((planned) => localCopyOf(planned, old) ?? []);
  const copied = new Set(copies.map(({ to }) => to));
  const sent = needed.filter(({ entry }) => !copied.has(entry.path));
  const [send, own] = [true, false].map((shared) =>
    sent.filter(({ source }) => (source.from === 'package') === shared).map(itemOf),
  );
  return { remove, copies, send: send ?? [], own: own ?? [] };
}

/** Of files alone: a folder or a link is no more than a line of the stream. */
function localCopyOf({ entry, source }: PlannedEntry, old: Tree): LocalCopy | undefined {
  const from = source.from === 'home' ? source.path : source.from === 'package' ? source.copyOf : undefined;
  if (from === undefined || entry.type !== 'file') return undefined;
  const copy = { from, to: entry.path };
  return old.get(from)?.mode === entry.mode ? copy : { ...copy, mode: entry.mode };
}

function itemOf({ entry, source }: PlannedEntry): TransferItem {
  return source.from === 'merge' ? { entry, content: source.content } : { entry };
}

export function isNone({ remove, send, own, copies }: StagingWork): boolean {
  return remove.length + send.length + own.length + copies.length === 0;
}

/** Bytes of content in a stream. */
export function contentBytes(items: readonly TransferItem[]): number {
  return items.reduce((sum, { entry }) => sum + (entry.type === 'file' ? entry.sizeBytes : 0), 0);
}
