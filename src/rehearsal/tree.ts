// A simulated file tree with its contents: what a package or an EGGROLL_HOME holds. Same input, same bytes and times.

import { createHash } from 'node:crypto';
import { chmod, lutimes, mkdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { type LibraryOptions, libraryFiles } from './libraries.ts';
import { packagedContent } from './packaged-content.ts';
import { packagedFiles, type Release, releases } from './releases.ts';

interface Common {
  /** Permission bits. */
  readonly mode: number;
  /** Whole seconds since 1970. */
  readonly modifiedSeconds: number;
}

export type SimulatedEntry =
  | (Common & { readonly type: 'file'; readonly content: Buffer })
  | (Common & { readonly type: 'directory' })
  | (Common & { readonly type: 'symlink'; readonly target: string });

/** By path relative to the root, `/` between parts, parents before children. */
export type SimulatedTree = Map<string, SimulatedEntry>;

/** The five program folders of a release, as they lie in `eggroll/` of its package. */
export function simulatedPackage(version: Release, options: LibraryOptions = {}): SimulatedTree {
  const builtSeconds = 1_580_000_000 + releases.indexOf(version) * 5_000_000;
  const tree: SimulatedTree = new Map();
  for (const { path, mode } of packagedFiles(version)) {
    addFile(tree, path, packagedContent(version, path), builtSeconds, mode);
  }
  for (const { path, content } of libraryFiles(version, options)) addFile(tree, path, content, builtSeconds);
  return sortedTree(tree);
}

/** Adds a file and the folders above it. Its time is up to a day after `baseSeconds`, decided by its path. */
export function addFile(
  tree: SimulatedTree,
  path: string,
  content: string | Buffer,
  baseSeconds: number,
  mode = 0o644,
) {
  addFolder(tree, posix.dirname(path), baseSeconds);
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  tree.set(path, { type: 'file', mode, modifiedSeconds: timeOf(path, baseSeconds), content: bytes });
}

/** Adds a folder and those above it, unless they are there; the mode is for this one alone. */
export function addFolder(tree: SimulatedTree, path: string, baseSeconds: number, mode = 0o755) {
  if (path === '.' || tree.has(path)) return;
  addFolder(tree, posix.dirname(path), baseSeconds);
  tree.set(path, { type: 'directory', mode, modifiedSeconds: timeOf(path, baseSeconds) });
}

export function addSymlink(tree: SimulatedTree, path: string, target: string, baseSeconds: number) {
  addFolder(tree, posix.dirname(path), baseSeconds);
  tree.set(path, { type: 'symlink', mode: 0o777, modifiedSeconds: timeOf(path, baseSeconds), target });
}

function timeOf(path: string, baseSeconds: number): number {
  return baseSeconds + (createHash('sha256').update(path).digest().readUInt32BE(0) % 86_400);
}

/** The same tree, folders before what is in them. */
export function sortedTree(tree: SimulatedTree): SimulatedTree {
  return new Map([...tree].sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** Writes the tree into `dir` with modes and times; owners are those of the caller. `dir` is made when missing. */
export async function writeTree(tree: SimulatedTree, dir: string): Promise<void> {
  await mkdir(dir, { recursive: true });
  for (const [path, entry] of tree) await writeEntry(join(dir, path), entry);
  // Children change the time of their folder, so folders come last, from the leaves up.
  for (const [path, entry] of [...tree].reverse()) {
    if (entry.type !== 'directory') continue;
    await chmod(join(dir, path), entry.mode);
    await utimes(join(dir, path), entry.modifiedSeconds, entry.modifiedSeconds);
  }
}

async function writeEntry(place: string, entry: SimulatedEntry): Promise<void> {
  if (entry.type === 'directory') {
    await mkdir(place, { recursive: true });
    return;
  }
  if (entry.type === 'symlink') await symlink(entry.target, place);
  else {
    await writeFile(place, entry.content);
    await chmod(place, entry.mode);
  }
  await lutimes(place, entry.modifiedSeconds, entry.modifiedSeconds);
}
