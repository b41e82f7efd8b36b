// One entry of a stream to a node.

import type { TreeEntry } from '../eggroll/tree.ts';

export interface TransferItem {
  readonly entry: TreeEntry;
  /** Where the bytes come from: a file below the package's root (by the entry's path), or these. */
  readonly content?: Buffer;
}
