// A package that lies unpacked in a folder.

import { createHash } from 'node:crypto';
import { closeSync, lstatSync, openSync, readdirSync, readFileSync, readlinkSync, readSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { programFolders } from '../eggroll/tree.ts';
import { coreJars } from '../eggroll/versions.ts';
import { fileProblem } from './files.ts';
import { initPyPath, type PackageEntry } from './package-entries.ts';
import { shown } from './shown.ts';

export interface FolderScan {
  readonly entries: readonly PackageEntry[];
  readonly initPy?: string;
  /** Paths that could not be read, and why. */
  readonly problems: readonly string[];
}

/** The folders that could be the package: `path` itself and `path/eggroll`. */
export async function packageFolders(path: string): Promise<string[]> {
  const inner = join(path, 'eggroll');
  const hasInner = await isFolder(inner);
  const looks = { outer: await looksLikePackage(path), inner: hasInner && (await looksLikePackage(inner)) };
  if (looks.outer && looks.inner) return [path, inner];
  return [hasInner && !looks.outer ? inner : path];
}

/** Lists and hashes everything in the five folders below `root`. */
export async function scanFolder(root: string): Promise<FolderScan> {
  const entries: PackageEntry[] = [];
  const problems: string[] = [];
  const visit = async (path: string): Promise<void> => {
    try {
      const entry = await readEntry(root, path);
      entries.push(entry);
      if (entry.type !== 'directory') return;
      for (const name of readdirSync(join(root, path)).toSorted()) await visit(`${path}/${name}`);
    } catch (error) {
      if (!(path.split('/').length === 1 && isMissing(error)))
        problems.push(`${shown(path)} cannot be read: ${fileProblem(error)}.`);
    }
  };
  for (const folder of programFolders) await visit(folder);
  const hasInitPy = entries.some((entry) => entry.path === initPyPath && entry.type === 'file');
  return { entries, problems, ...(hasInitPy && { initPy: readFileSync(join(root, initPyPath), 'utf8') }) };
}

/** What is read at once. One for all files, as it is filled and hashed without a pause: one for each would be garbage faster than it goes. */
const piece = Buffer.allocUnsafeSlow(1 << 20);

/** Signals and the terminal wait for no more than so many bytes. */
const breathBytes = 16 * piece.length;

/** sha256 of a file as lower-case hex, in bounded memory. Synchronous reads: for small files, asynchronous ones take longer than hashing. */
async function hashFile(path: string): Promise<string> {
  const digest = createHash('sha256');
  const file = openSync(path, 'r');
  try {
    for (let total = 0; ; ) {
      const bytes = readSync(file, piece);
      if (bytes === 0) return digest.digest('hex');
      digest.update(piece.subarray(0, bytes));
      total += bytes;
      if (total % breathBytes === 0) await setImmediate();
    }
  } finally {
    closeSync(file);
  }
}

async function readEntry(root: string, path: string): Promise<PackageEntry> {
  const full = join(root, path);
  const facts = lstatSync(full);
  const common = {
    path,
    mode: facts.mode & 0o7777,
    sizeBytes: facts.size,
    modifiedSeconds: Math.floor(facts.mtimeMs / 1000),
  };
  if (facts.isFile()) return { ...common, type: 'file', sha256: await hashFile(full) };
  if (facts.isDirectory()) return { ...common, type: 'directory' };
  if (facts.isSymbolicLink()) return { ...common, type: 'symlink', target: readlinkSync(full) };
  return { ...common, type: 'other' };
}

async function looksLikePackage(folder: string): Promise<boolean> {
  for (const name of ['bin/eggroll.sh', initPyPath]) {
    if (await exists(join(folder, name))) return true;
  }
  const lib = join(folder, 'lib');
  return (await isFolder(lib)) && coreJars(await readdir(lib)).length > 0;
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (facts) => facts.isDirectory(),
    () => false,
  );
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
