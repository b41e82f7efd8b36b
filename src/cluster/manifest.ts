// A tree on a node as data, and how trees differ.

import { sharedEntry } from '../eggroll/shared-entries.ts';
import type { Tree, TreeEntry } from '../eggroll/tree.ts';
import { UpgradeError } from '../engine/errors.ts';
import { type ListedEntry, type Listing, parseListing, parseRead } from './listing.ts';
import type { ClusterNode } from './node.ts';
import type { Question } from './remote-scripts.ts';

/** Which properties of an entry have to agree. Times of folders never count: they change with every file made in them. */
export interface Comparison {
  readonly times: boolean;
}

export interface Difference {
  readonly path: string;
  /** `missing`, `not expected`, or in what it differs. */
  readonly what: string;
}

/** How two trees differ, sorted by path; nothing when they agree. */
export function treeDifferences(expected: Tree, actual: Tree, { times }: Comparison): Difference[] {
  const paths = [...new Set([...expected.keys(), ...actual.keys()])].sort();
  return paths.flatMap((path) => {
    const want = expected.get(path);
    const have = actual.get(path);
    if (!have) return [{ path, what: 'missing' }];
    if (!want) return [{ path, what: 'not expected' }];
    const what = differenceOf(want, have, times);
    return what ? [{ path, what }] : [];
  });
}

/** The same as lines such as `lib/a.jar: missing`. */
export function compareTrees(expected: Tree, actual: Tree, comparison: Comparison): string[] {
  return treeDifferences(expected, actual, comparison).map(({ path, what }) => `${path}: ${what}`);
}

function differenceOf(want: TreeEntry, have: TreeEntry, times: boolean): string | undefined {
  if (want.type !== have.type) return `is a ${have.type}, expected a ${want.type}`;
  if (want.type === 'symlink') return want.target === have.target ? undefined : 'links to another place';
  // Of a file with another size, nobody needs the hash.
  if (want.sha256 !== have.sha256) return 'has other content';
  if (want.mode !== have.mode) return `has mode ${have.mode.toString(8)}, expected ${want.mode.toString(8)}`;
  if (times && want.type === 'file' && want.modifiedSeconds !== have.modifiedSeconds) return 'has another time';
  return undefined;
}

// Every byte may be read; the keep-alive notices a node that is gone.
const readLimitMs = 1_800_000;

export interface ReadOptions {
  /** Which files have to be hashed; all, when it is absent. Another one has a hash in the tree only when it is known already. */
  readonly wants?: (entry: Omit<TreeEntry, 'sha256'>) => boolean;
  /** Reads every file, whatever is known of it. */
  readonly anew?: boolean;
}

/** The tree of some folders below `root` on a node. Throws NODE_UNFIT when it holds a device or the like, or changed while it was read. */
export async function readTree(
  node: ClusterNode,
  root: string,
  folders: readonly string[],
  options: ReadOptions = {},
): Promise<Tree> {
  const { stdout } = await node.ask(...listingOf(node, root, folders));
  return treeFrom(node, root, stdout, options);
}

/** Asks for what `treeFrom` takes, for those who have more to ask in the same command. */
export function listingOf({ home, hashes }: ClusterNode, root: string, folders: readonly string[]): Question {
  return ['manifest', [hashes.wantsRecords ? `${home}/.eggroll-upgrade/hashes` : '', root, ...folders]];
}

/** The tree in a listing of a node, as `readTree` gives it: files of which nothing is known are hashed. Throws NODE_UNFIT. */
export async function treeFrom(
  node: ClusterNode,
  root: string,
  printed: Buffer,
  options: ReadOptions = {},
): Promise<Tree> {
  try {
    const listing = parseListing(printed);
    node.hashes.learn(listing);
    const hashes = await hashesOf(node, root, listing, options);
    return new Map(
      listing.entries.map((listed) => [listed.entry.path, sharedEntry(withHash(listed, hashes, options))]),
    );
  } catch (error) {
    if (error instanceof UpgradeError) throw error;
    const found = `${root} cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    throw new UpgradeError({ code: 'NODE_UNFIT', where: node.name, found }, { cause: error });
  }
}

/** Hashes by path: what is known, and what is read now as it is wanted. */
async function hashesOf(
  node: ClusterNode,
  root: string,
  listing: Listing,
  options: ReadOptions,
): Promise<ReadonlyMap<string, string>> {
  const files = listing.entries.filter(({ entry }) => entry.type === 'file');
  const known = new Map(options.anew ? [] : files.flatMap((file) => pairOf(file.entry.path, node.hashes.get(file))));
  const unread = files.filter(({ entry }) => isWanted(entry, options) && !known.has(entry.path));
  if (unread.length === 0) return known;
  const input = Buffer.from(unread.map(({ entry }) => `${entry.path}\0`).join(''));
  const { stdout } = await node.ask('hash', [root], { input, limitMs: readLimitMs });
  const { nowSeconds, hashes: read } = parseRead(stdout);
  for (const file of unread) {
    const sha256 = read.get(file.entry.path);
    if (sha256 !== undefined) node.hashes.add(file, sha256, nowSeconds);
  }
  return new Map([...known, ...read]);
}

function pairOf(path: string, sha256: string | undefined): [string, string][] {
  return sha256 === undefined ? [] : [[path, sha256]];
}

function isWanted(entry: Omit<TreeEntry, 'sha256'>, { wants = () => true }: ReadOptions): boolean {
  return entry.type === 'file' && wants(entry);
}

function withHash({ entry }: ListedEntry, hashes: ReadonlyMap<string, string>, options: ReadOptions): TreeEntry {
  const sha256 = hashes.get(entry.path);
  if (sha256 !== undefined) return { ...entry, sha256 };
  if (!isWanted(entry, options)) return entry;
  throw new Error(`${entry.path} has no hash: it changed while it was read.`);
}
