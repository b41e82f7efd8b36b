// What an EggRoll package must hold, checked on a plain list of entries, whether they come from a folder or an archive. No I/O.

import { createHash } from 'node:crypto';
import { programFolders, type Tree, type TreeEntry } from '../eggroll/tree.ts';
import { coreJars, detectVersion, generationOf } from '../eggroll/versions.ts';
import type { Finding } from '../engine/errors.ts';
import type { Saying } from '../messages/phrases.ts';
import { shown } from './shown.ts';

export interface PackageEntry {
  /** Relative to the package's own top (the folder that holds bin and lib), without `./`. */
  readonly path: string;
  /** `other`: a device, a pipe, a socket. */
  readonly type: 'file' | 'directory' | 'symlink' | 'other';
  readonly mode: number;
  readonly sizeBytes: number;
  readonly modifiedSeconds: number;
  readonly sha256?: string;
  readonly target?: string;
}

export interface CheckedPackage {
  readonly version: string;
  readonly tree: Tree;
}

export const initPyPath = 'python/eggroll/__init__.py';

/** Whether a path lies in one of the five folders. */
export function isProgramPath(path: string): boolean {
  return (programFolders as readonly string[]).includes(path.split('/', 1)[0] ?? '');
}

const longestPathBytes = 2048;
const longestNameBytes = 255;
export const tooLongProblem = `has a name of more than ${longestNameBytes} bytes, or a path of more than ${longestPathBytes}`;

/** Whether file systems would refuse a path, with room for the folders above it. */
export function isTooLong(path: string): boolean {
  if (path.length > longestPathBytes || Buffer.byteLength(path) > longestPathBytes) return true;
  return path.split('/').some((name) => Buffer.byteLength(name) > longestNameBytes);
}

/** Checks entries of the five folders. `where` names the package in findings, which are all PACKAGE_INVALID. */
export function checkEntries(
  where: string,
  entries: readonly PackageEntry[],
  initPy: string | undefined,
): { checked?: CheckedPackage; findings: readonly Finding[] } {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  const invalid = (found: string, remedy?: Saying): Finding => ({
    code: 'PACKAGE_INVALID',
    where,
    found,
    ...(remedy && { remedy }),
  });
  const findings = [
    ...missingParts(entries, byPath),
    ...group('is there more than once', repeated(entries)),
    ...group(
      'has a line break, a control character or bytes that are no UTF-8 in its name',
      entries.filter(hasBadName),
    ),
    ...group(
      tooLongProblem,
      entries.filter(({ path, target = '' }) => isTooLong(path) || isTooLong(target)),
    ),
    ...group(
      'is a device, a pipe, a socket or a sparse file',
      entries.filter((entry) => entry.type === 'other'),
    ),
    ...group(
      'lies below something that is not a folder',
      entries.filter((entry) => isBelowNoFolder(entry, byPath)),
    ),
    ...group(
      'is a link that names nothing',
      entries.filter(({ type, target }) => type === 'symlink' && !target),
    ),
    ...group(
      'is a link that leads out of the package',
      entries.filter((entry) => leadsOut(entry, byPath)),
    ),
  ].map((found) => invalid(found));
  const jars = entries.map((entry) => /^lib\/([^/]+\.jar)$/.exec(entry.path)?.[1] ?? '').filter((name) => name !== '');
  const detection = detectVersion({ jars, ...(initPy !== undefined && { initPy }) });
  if ('reason' in detection) findings.push(invalid(`No single version can be told: ${detection.reason}.`));
  else if (generationOf(detection.version) === undefined) {
    findings.push(invalid(`Its version ${detection.version} is not one of EggRoll 2.0.0 or later.`));
  }
  const hasLib = entries.some((entry) => entry.path.startsWith('lib/'));
  if (hasLib && coreJars(jars).length === 0) {
    findings.push(invalid('Its lib has no core jar (eggroll-core-VERSION.jar, or core-VERSION.jar from 3.0 on).'));
  }
  if (findings.length > 0 || 'reason' in detection) return { findings };
  return { checked: { version: detection.version, tree: treeOf(entries) }, findings };
}

/** sha256 over path, type, mode, content and link text of everything in a tree. Times do not count. */
export function digestOf(tree: Tree): string {
  const digest = createHash('sha256');
  for (const entry of tree.values()) {
    const { path, type, mode, sha256 = '', target = '' } = entry;
    digest.update(`${JSON.stringify([path, type, mode.toString(8), sha256, target])}\n`);
  }
  return digest.digest('hex');
}

function missingParts(entries: readonly PackageEntry[], byPath: ReadonlyMap<string, PackageEntry>): string[] {
  const missing = programFolders.filter((folder) => {
    const entry = byPath.get(folder);
    return entry ? entry.type !== 'directory' : !entries.some(({ path }) => path.startsWith(`${folder}/`));
  });
  const found =
    missing.length > 0
      ? [`It lacks ${missing.length > 1 ? 'these folders' : 'the folder'}: ${missing.join(', ')}.`]
      : [];
  const script = byPath.get('bin/eggroll.sh');
  if (!missing.includes('bin') && script?.type !== 'file') found.push('It lacks the file bin/eggroll.sh.');
  return found;
}

const namesShown = 5;

function group(problem: string, entries: readonly PackageEntry[]): string[] {
  if (entries.length === 0) return [];
  return [`${listNames(entries.map(({ path }) => path))}: ${problem}.`];
}

/** The first few names, quoted, and how many more there are. */
export function listNames(names: readonly string[]): string {
  const first = names.slice(0, namesShown).map(shown).join(', ');
  return names.length > namesShown ? `${first} and ${names.length - namesShown} more` : first;
}

// An archive may name a folder several times; anything else only once.
function repeated(entries: readonly PackageEntry[]): PackageEntry[] {
  const seen = new Map<string, PackageEntry>();
  return entries.filter((entry) => {
    const earlier = seen.get(entry.path);
    seen.set(entry.path, entry);
    return earlier !== undefined && !(earlier.type === 'directory' && entry.type === 'directory');
  });
}

function hasBadName({ path, target = '' }: PackageEntry): boolean {
  return /[\p{Cc}\uFFFD]/u.test(path + target);
}

function isBelowNoFolder(entry: PackageEntry, byPath: ReadonlyMap<string, PackageEntry>): boolean {
  return parentsOf(entry.path).some((parent) => (byPath.get(parent)?.type ?? 'directory') !== 'directory');
}

function leadsOut(entry: PackageEntry, byPath: ReadonlyMap<string, PackageEntry>): boolean {
  if (entry.type !== 'symlink') return false;
  const end = follow(entry, byPath);
  return end === undefined || !isProgramPath(end);
}

// As many as Linux follows.
const mostLinks = 40;

// Step by step, as the kernel does: a text like `a/../..` means something else when `a` is itself a link.
// Undefined for an absolute link, one that climbs out, and links in a circle.
function follow(link: PackageEntry, byPath: ReadonlyMap<string, PackageEntry>): string | undefined {
  const at = link.path.split('/').slice(0, -1);
  const pending = splitTarget(link);
  let links = 1;
  while (pending.length > 0) {
    const part = pending.shift() ?? '';
    if (part === '/') return undefined;
    if (part === '..' && at.pop() === undefined) return undefined;
    if (part === '' || part === '.' || part === '..') continue;
    at.push(part);
    const next = byPath.get(at.join('/'));
    if (next?.type !== 'symlink') continue;
    links += 1;
    if (links > mostLinks) return undefined;
    at.pop();
    pending.unshift(...splitTarget(next));
  }
  return at.join('/');
}

function splitTarget({ target = '' }: PackageEntry): string[] {
  const parts = target.split('/');
  return target.startsWith('/') ? ['/', ...parts] : parts;
}

function treeOf(entries: readonly PackageEntry[]): Tree {
  const tree = new Map<string, TreeEntry>();
  for (const entry of entries) {
    for (const parent of parentsOf(entry.path)) {
      if (!tree.has(parent)) tree.set(parent, { ...folderEntry, path: parent, modifiedSeconds: entry.modifiedSeconds });
    }
    tree.set(entry.path, toTreeEntry(entry));
  }
  return new Map([...tree].toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

const folderEntry = { type: 'directory', mode: 0o755, sizeBytes: 0 } as const;

function toTreeEntry({ path, type, mode, sizeBytes, modifiedSeconds, sha256, target }: PackageEntry): TreeEntry {
  if (type === 'symlink') return { path, type, mode: 0o777, sizeBytes: 0, modifiedSeconds, target: target ?? '' };
  if (type === 'directory') return { ...folderEntry, path, modifiedSeconds };
  return { path, type: 'file', mode: mode & 0o100 ? 0o755 : 0o644, sizeBytes, modifiedSeconds, sha256: sha256 ?? '' };
}

function parentsOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
