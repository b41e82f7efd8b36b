// What remote/manifest.sh and remote/hash.sh print, as data.

import { isUtf8 } from 'node:buffer';
import type { TreeEntry } from '../eggroll/tree.ts';
import { flat, interned } from './interned.ts';

const types = { f: 'file', d: 'directory', l: 'symlink' } as const;

/** An entry of a tree whose content is not known yet. */
export interface ListedEntry {
  readonly entry: Omit<TreeEntry, 'sha256'>;
  /** `inode size mtime ctime`: the same as long as nobody has written to the file. */
  readonly identity: string;
  /** When anything of it was changed last, in seconds of the node's clock, as precisely as its file system keeps it. */
  readonly changedSeconds: number;
}

export interface Listing {
  /** Hashes that runs before have recorded, by identity. */
  readonly recorded: ReadonlyMap<string, string>;
  readonly entries: readonly ListedEntry[];
}

/**
 * Parses a listing. Throws a plain Error when it is cut short or of another shape, for devices, sockets and the like, and for names that
 * are not UTF-8.
 */
export function parseListing(output: Buffer): Listing {
  if (!isUtf8(output)) throw new Error(`The name of ${firstUnreadable(output)} is not UTF-8: rename it.`);
  const fields = output.toString('utf8').split('\0');
  // Every field is ended by NUL, the last one is an empty one in the place of the facts of an entry.
  const end = fields.findIndex((field, at) => field === '' && at % 3 === 1);
  const [recorded] = fields;
  if (recorded === undefined || end < 0 || end === fields.length - 1)
    throw new Error('The list of files is cut short.');
  const entries: ListedEntry[] = [];
  for (let at = 1; at < end; at += 3) entries.push(entryOf(fields[at], fields[at + 1], fields[at + 2]));
  return { recorded: parseRecorded(recorded), entries };
}

function firstUnreadable(output: Buffer): string {
  const fields = output.toString('latin1').split('\0');
  const bytes = fields.map((field) => Buffer.from(field, 'latin1')).find((field) => !isUtf8(field));
  return bytes?.toString('utf8') ?? '';
}

function entryOf(facts = '', path = '', target = ''): ListedEntry {
  const [letter = '', mode = '', size = '', modified = '', inode = '', changed = ''] = facts.split(' ');
  const type = types[letter as keyof typeof types];
  if (type === undefined) throw new Error(`${path} is neither a file, a folder nor a link.`);
  const entry = {
    path: interned(path),
    type,
    mode: Number.parseInt(mode, 8),
    sizeBytes: Number(size),
    modifiedSeconds: wholeSeconds(modified),
  };
  return {
    entry: type === 'symlink' ? { ...entry, target: interned(target) } : entry,
    identity: flat(`${inode} ${size} ${modified} ${changed}`),
    changedSeconds: Number(changed),
  };
}

// By the text: as a number, a fraction close to 1 would be rounded up.
function wholeSeconds(time: string): number {
  return Number(time.split('.', 1)[0]);
}

// A line that makes no sense only costs a look at a file.
function parseRecorded(text: string): Map<string, string> {
  return new Map(
    text.split('\n').flatMap((line) => {
      const [, identity, sha256] = /^(\d+ \d+ \S+ \S+) ([0-9a-f]{64})$/.exec(line) ?? [];
      return identity !== undefined && sha256 !== undefined ? [[flat(identity), interned(sha256)]] : [];
    }),
  );
}

/** What hash.sh has read. */
export interface ReadHashes {
  /** The node's clock before it read. */
  readonly nowSeconds: number;
  /** By path. */
  readonly hashes: ReadonlyMap<string, string>;
}

export function parseRead(output: Buffer): ReadHashes {
  const end = output.indexOf('\n') + 1;
  return { nowSeconds: Number(output.subarray(0, end).toString('latin1')), hashes: parseHashes(output.subarray(end)) };
}

/** Hashes by path. sha256sum marks a line by a leading backslash when it escaped a newline or a backslash in the name. */
export function parseHashes(output: Buffer): Map<string, string> {
  const lines = output
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
  return new Map(
    lines.map((line) => {
      const escaped = line.startsWith('\\');
      const text = escaped ? line.slice(1) : line;
      const path = text.slice(66);
      const name = escaped ? path.replace(/\\([\\n])/g, (_, c) => (c === 'n' ? '\n' : '\\')) : path;
      return [interned(name), interned(text.slice(0, 64))];
    }),
  );
}
