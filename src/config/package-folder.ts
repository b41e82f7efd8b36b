// A package that lies unpacked in a folder.

import { createHash, hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readFile, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
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
      for (const name of (await readdir(join(root, path))).toSorted()) await visit(`${path}/${name}`);
    } catch (error) {
      if (!(path.split('/').length === 1 && isMissing(error)))
        problems.push(`${shown(path)} cannot be read: ${fileProblem(error)}.`);
    }
  };
  for (const folder of programFolders) await visit(folder);
  const hasInitPy = entries.some((entry) => entry.path === initPyPath && entry.type === 'file');
  return { entries, problems, ...(hasInitPy && { initPy: await readFile(join(root, initPyPath), 'utf8') }) };
}

/** Up to this size, a file is read as a whole: a stream for each would cost more than its content. */
const wholeFileBytes = 1 << 20;

/** sha256 of a file as lower-case hex, in bounded memory. */
export async function hashFile(path: string): Promise<string> {
  if ((await stat(path)).size <= wholeFileBytes) return hash('sha256', await readFile(path), 'hex');
  const digest = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: wholeFileBytes }), digest);
  return digest.digest('hex');
}

async function readEntry(root: string, path: string): Promise<PackageEntry> {
  const full = join(root, path);
  const facts = await lstat(full);
  const common = {
    path,
    mode: facts.mode & 0o7777,
    sizeBytes: facts.size,
    modifiedSeconds: Math.floor(facts.mtimeMs / 1000),
  };
  if (facts.isFile()) return { ...common, type: 'file', sha256: await hashFile(full) };
  if (facts.isDirectory()) return { ...common, type: 'directory' };
  if (facts.isSymbolicLink()) return { ...common, type: 'symlink', target: await readlink(full) };
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
