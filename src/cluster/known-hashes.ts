// What is known of the content of a node's files, by what the file system tells of them: a file that nobody has written to since it was
// hashed need not be read again.

import type { ListedEntry, Listing } from './listing.ts';

export interface KnownHashes {
  /** Is what runs before have recorded still to be learnt? It is longer than a listing of the files, so it is sent once. */
  readonly wantsRecords: boolean;
  /** Takes up what runs before have recorded, at the first look at the node. */
  learn(listing: Listing): void;
  /** The hash of a file; undefined when it has to be read. */
  get(listed: ListedEntry): string | undefined;
  /** Notes the hash of a listed file that was read since `nowSeconds`, by the node's clock. */
  add(listed: ListedEntry, sha256: string, nowSeconds: number): void;
  /** For remote/keep-hashes.sh. */
  lines(): string;
}

/** Younger than this, a file may have been written again without another time: the clock of a file system goes in steps. */
const stepSeconds = 0.1;
/** The same where it keeps whole seconds only. */
const coarseStepSeconds = 2;

/** With `trustsRecords` false, what runs before have recorded does not count. */
export function knownHashes(trustsRecords: boolean): KnownHashes {
  const known = new Map<string, string>();
  // What was recorded of files that nobody has asked for yet: of those that are gone nothing is recorded any more.
  const recorded = new Map<string, string>();
  let wantsRecords = trustsRecords;
  return {
    get wantsRecords() {
      return wantsRecords;
    },
    learn(listing) {
      if (!wantsRecords) return;
      wantsRecords = false;
      for (const [identity, sha256] of listing.recorded) recorded.set(identity, sha256);
    },
    get({ identity }) {
      const sha256 = known.get(identity) ?? recorded.get(identity);
      if (sha256 !== undefined) known.set(identity, sha256);
      recorded.delete(identity);
      return sha256;
    },
    add({ identity, changedSeconds }, sha256, nowSeconds) {
      // Whatever was written before the reading was read; whatever is written from then on shows, once the clock has gone on.
      const step = Number.isInteger(changedSeconds) ? coarseStepSeconds : stepSeconds;
      if (nowSeconds - changedSeconds > step) known.set(identity, sha256);
    },
    lines: () => [...known].map(([identity, sha256]) => `${identity} ${sha256}\n`).join(''),
  };
}
