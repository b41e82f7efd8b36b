// A tree on a node as data: the output of remote/manifest.sh turned into a Tree.

import { isUtf8 } from 'node:buffer';
import type { Tree, TreeEntry } from '../eggroll/tree.ts';
import { UpgradeError } from '../engine/errors.ts';
import type { ClusterNode } from './node.ts';

const types = { f: 'file', d: 'directory', l: 'symlink' } as const;

/**
 * Parses what `manifest.sh` printed. Throws a plain Error when the output is cut short or of another shape, for devices, sockets
 * and the like, and for names that are not UTF-8.
 */
export function parseManifest(output: Buffer): Tree {
  const { fields, rest } = splitFields(output);
  const hashes = parseHashes(rest.toString('utf8'));
  const tree = new Map<string, TreeEntry>();
  for (let at = 0; at < fields.length; at += 3) {
    const [facts, path, target] = fields.slice(at, at + 3);
    if (facts === undefined || path === undefined || target === undefined)
      throw new Error('The list of files is cut short.');
    tree.set(path, entryOf(facts, path, target, hashes));
  }
  return tree;
}

// Fields ended by NUL up to an empty one in the place of `facts`; the hashes follow.
function splitFields(output: Buffer): { fields: string[]; rest: Buffer } {
  const fields: string[] = [];
  let start = 0;
  for (;;) {
    const end = output.indexOf(0, start);
    if (end < 0) throw new Error('The list of files is cut short.');
    const bytes = output.subarray(start, end);
    const field = bytes.toString('utf8');
    if (!isUtf8(bytes)) throw new Error(`The name of ${field} is not UTF-8: rename it.`);
    start = end + 1;
    if (field === '' && fields.length % 3 === 0) return { fields, rest: output.subarray(start) };
    fields.push(field);
  }
}

// sha256sum marks a line by a leading backslash when it escaped a newline or a backslash in the name.
function parseHashes(text: string): Map<string, string> {
  const lines = text.split('\n').filter((line) => line !== '');
  return new Map(
    lines.map((line) => {
      const escaped = line.startsWith('\\');
      const [hash = '', name = ''] = splitAt(escaped ? line.slice(1) : line, 64);
      const path = name.slice(2);
      return [escaped ? path.replace(/\\([\\n])/g, (_, c) => (c === 'n' ? '\n' : '\\')) : path, hash];
    }),
  );
}

function splitAt(text: string, index: number): [string, string] {
  return [text.slice(0, index), text.slice(index)];
}

function entryOf(facts: string, path: string, target: string, hashes: ReadonlyMap<string, string>): TreeEntry {
  const [letter = '', mode = '', size = '', modified = ''] = facts.split(' ');
  const type = types[letter as keyof typeof types];
  if (type === undefined) throw new Error(`${path} is neither a file, a folder nor a link.`);
  const entry = {
    path,
    type,
    mode: Number.parseInt(mode, 8),
    sizeBytes: Number(size),
    // By the text: as a number, a fraction close to 1 would be rounded up.
    modifiedSeconds: Number(modified.split('.', 1)[0]),
  };
  if (type === 'symlink') return { ...entry, target };
  if (type === 'directory') return entry;
  const sha256 = hashes.get(path);
  if (sha256 === undefined) throw new Error(`${path} has no hash: it changed while it was read.`);
  return { ...entry, sha256 };
}

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
  if (want.sha256 !== have.sha256) return 'has other content';
  if (want.mode !== have.mode) return `has mode ${have.mode.toString(8)}, expected ${want.mode.toString(8)}`;
  if (times && want.type === 'file' && want.modifiedSeconds !== have.modifiedSeconds) return 'has another time';
  return undefined;
}

// Every byte is read; the keep-alive notices a node that is gone.
const readLimitMs = 1_800_000;

/** The tree of some folders below `root` on a node. Throws NODE_UNFIT when it holds a device or the like, or changed while it was read. */
export async function readTree(node: ClusterNode, root: string, folders: readonly string[]): Promise<Tree> {
  const { stdout } = await node.ask('manifest', [root, ...folders], { limitMs: readLimitMs });
  try {
    return parseManifest(stdout);
  } catch (error) {
    const found = `${root} cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    throw new UpgradeError({ code: 'NODE_UNFIT', where: node.name, found }, { cause: error });
  }
}
