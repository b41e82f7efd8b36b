// What was seen of a node's folders holds until they may have been changed: under this run's lock nobody else changes what is asked about here.

import type { ClusterNode } from '../cluster/node.ts';
import type { ProgramFolder } from '../eggroll/tree.ts';

/** Where the old and the new one of a folder are. */
export interface FolderState {
  readonly staged: boolean;
  readonly live: boolean;
  readonly backup: boolean;
}

export type SwitchState = ReadonlyMap<ProgramFolder, FolderState>;

/** Gives what was seen at a place of a node since the last change of its folders, or looks. */
export type Look<T> = (node: ClusterNode, place: string, look: () => Promise<T>) => Promise<T>;

export function lookOnce<T>(): Look<T> {
  const seen = new WeakMap<ClusterNode, { place: string; changes: number; answer: Promise<T> }>();
  return (node, place, look) => {
    const { folderChanges: changes } = node;
    const known = seen.get(node);
    if (known?.place === place && known.changes === changes) return known.answer;
    const answer = look();
    seen.set(node, { place, changes, answer });
    answer.catch(() => seen.delete(node));
    return answer;
  };
}
