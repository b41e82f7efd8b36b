// Opens the EggRoll package: finds it, checks everything that can be wrong with it at once, and unpacks an archive only then.

import { mkdtemp, realpath, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tree } from '../eggroll/tree.ts';
import { type Finding, throwFindings, UpgradeError } from '../engine/errors.ts';
import { makeFolder } from '../engine/folders.ts';
import type { Saying } from '../messages/phrases.ts';
import { extractArchive, packageTops, programEntries, scanArchive } from './archive.ts';
import { fileProblem } from './files.ts';
import { checkEntries, digestOf, initPyPath } from './package-entries.ts';
import { hashFile, packageFolders, scanFolder } from './package-folder.ts';

export interface Package {
  readonly version: string;
  /** sha256 over what the five folders hold (see `digestOf`). */
  readonly digest: string;
  /** The five folders, with the modes that nodes shall have. */
  readonly tree: Tree;
  /** Folder of the runner with the files of `tree`. */
  readonly root: string;
  /** Removes what was unpacked. The user's own folder or archive is left alone. */
  dispose(): Promise<void>;
}

export interface PackageOptions {
  /** Lower-case hex digest that an archive must have. */
  readonly sha256?: string | undefined;
  /** Where an archive is unpacked; made when it is missing. */
  readonly tmpDir: string;
}

/**
 * Opens a folder that holds `eggroll/`, or is it, or a gzip-compressed tar archive of either.
 * Throws PACKAGE_INVALID with every finding.
 */
export async function openPackage(path: string, options: PackageOptions): Promise<Package> {
  const facts = await stat(path).catch((error: unknown) => {
    throw invalidPackage(path, `It cannot be read: ${fileProblem(error)}.`);
  });
  if (facts.isDirectory()) return openFolder(path, options).catch(rethrowReadable(path));
  if (facts.isFile()) return openArchive(path, options).catch(rethrowReadable(path));
  throw invalidPackage(path, 'It is neither a folder nor an archive.');
}

/** A folder that can be seen but not listed, a disk that fails while it is read: the package's fault, not this program's. */
function rethrowReadable(path: string): (error: unknown) => never {
  return (error) => {
    if (error instanceof Error && 'syscall' in error) {
      throw invalidPackage(path, `It cannot be read: ${fileProblem(error)}.`, undefined, error);
    }
    throw error;
  };
}

async function openFolder(path: string, { sha256 }: PackageOptions): Promise<Package> {
  const [folder = path, other] = await packageFolders(path);
  if (other !== undefined) throw severalPackages(path, [folder, other]);
  const root = await realpath(folder);
  const { entries, initPy, problems } = await scanFolder(root);
  const { checked, findings } = checkEntries(path, entries, initPy);
  const noArchive = 'PKG_SHA256 is set, but this is a folder: only the digest of an archive can be compared.';
  throwFindings([...asFindings(path, sha256 === undefined ? problems : [noArchive, ...problems]), ...findings]);
  if (!checked) throw invalidPackage(path, 'It could not be checked.');
  return { ...checked, digest: digestOf(checked.tree), root, dispose: async () => undefined };
}

async function openArchive(path: string, { sha256, tmpDir }: PackageOptions): Promise<Package> {
  const wrongDigest = await checkDigest(path, sha256);
  const scan = await scanArchive(path);
  const [top = '', other] = packageTops(scan.entries);
  if (other !== undefined) throw severalPackages(path, ['the top of the archive', other]);
  const { entries, problems } = programEntries(scan, top);
  const initPy = scan.initPys.get(top === '' ? initPyPath : `${top}/${initPyPath}`);
  const { checked, findings } = checkEntries(path, entries, initPy);
  throwFindings([
    ...asFindings(path, [...wrongDigest, ...scan.problems, ...problems]),
    ...(scan.isWhole ? findings : []),
  ]);
  if (!checked) throw invalidPackage(path, 'It could not be checked.');
  const root = await unpack(path, top, checked.tree, tmpDir);
  const dispose = () => rm(root, { recursive: true, force: true });
  return { ...checked, digest: digestOf(checked.tree), root, dispose };
}

async function checkDigest(path: string, expected: string | undefined): Promise<string[]> {
  if (expected === undefined) return [];
  const actual = await hashFile(path);
  return actual === expected.toLowerCase() ? [] : [`Its sha256 is ${actual}, but PKG_SHA256 is ${expected}.`];
}

async function unpack(path: string, top: string, tree: Tree, tmpDir: string): Promise<string> {
  let root: string | undefined;
  try {
    await makeFolder(tmpDir);
    await checkSpace(path, tree, tmpDir);
    root = await mkdtemp(join(tmpDir, 'package-'));
    const problem = await extractArchive(path, top, tree, root);
    if (problem !== undefined) throw invalidPackage(path, problem);
    return root;
  } catch (error) {
    if (root !== undefined) await rm(root, { recursive: true, force: true });
    if (error instanceof UpgradeError) throw error;
    const found = `It cannot be unpacked below ${tmpDir}: ${fileProblem(error)}.`;
    throw invalidPackage(
      path,
      found,
      'Give the job a writable place with enough space, and run the same command again.',
      error,
    );
  }
}

async function checkSpace(path: string, tree: Tree, folder: string): Promise<void> {
  const neededBytes = [...tree.values()].reduce((sum, entry) => sum + entry.sizeBytes, 0);
  const { bavail, bsize } = await statfs(folder);
  if (neededBytes <= bavail * bsize) return;
  const found = `Unpacked it has ${neededBytes} bytes, but ${folder} has only ${bavail * bsize} bytes left.`;
  throw invalidPackage(path, found, 'Give the job more space there, or mount the package unpacked.');
}

function severalPackages(path: string, places: readonly string[]): UpgradeError {
  return invalidPackage(
    path,
    `There is more than one package: ${places.join(' and ')}.`,
    'Name one of them in PKG_BASE_PATH.',
  );
}

function asFindings(where: string, problems: readonly string[]): Finding[] {
  return problems.map((found) => ({ code: 'PACKAGE_INVALID', where, found }));
}

function invalidPackage(where: string, found: string, remedy?: Saying, cause?: unknown): UpgradeError {
  return new UpgradeError({ code: 'PACKAGE_INVALID', where, found, ...(remedy && { remedy }) }, { cause });
}
