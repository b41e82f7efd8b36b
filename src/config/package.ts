// Opens the EggRoll package: finds it, checks everything that can be wrong with it at once, and unpacks an archive only then.

import { mkdtemp, realpath, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tree } from '../eggroll/tree.ts';
import { type Finding, throwFindings, UpgradeError } from '../engine/errors.ts';
import { makeFolder } from '../engine/folders.ts';
import type { Saying } from '../messages/phrases.ts';
import { extractArchive, packageTops, programEntries, scanArchive } from './archive.ts';
import { type ArchiveFile, openArchiveFile } from './archive-file.ts';
import { archiveProof } from './archive-proof.ts';
import { fileProblem } from './files.ts';
import { checkEntries, digestOf, initPyPath } from './package-entries.ts';
import { packageFolders, scanFolder } from './package-folder.ts';
import { readSignature, type SignatureReading } from './signature.ts';
import type { SignatureFiles } from './types.ts';

export interface Package {
  readonly version: string;
  /** sha256 over what the five folders hold (see `digestOf`). */
  readonly digest: string;
  /** The five folders, with the modes that nodes shall have. */
  readonly tree: Tree;
  /** Folder of the runner with the files of `tree`. */
  readonly root: string;
  /** What was proven of it by its digest or its signature, for people. */
  readonly proofs: readonly string[];
  /** Removes what was unpacked. The user's own folder or archive is left alone. */
  dispose(): Promise<void>;
}

export interface PackageOptions {
  /** Lower-case hex digest that an archive must have. */
  readonly sha256?: string | undefined;
  /** Where the signature is that an archive must have. */
  readonly signature?: SignatureFiles | undefined;
  /** Where an archive is unpacked; made when it is missing. */
  readonly tmpDir: string;
}

/**
 * Opens a folder that holds `eggroll/`, or is it, or a gzip-compressed tar archive of either. What is verified of an archive is what is
 * scanned and unpacked: it is opened once, and hashed while it is read.
 * Throws PACKAGE_INVALID, SIGNATURE_INVALID and CONFIG_INVALID (files of the signature) with every finding.
 */
export async function openPackage(path: string, options: PackageOptions): Promise<Package> {
  const signed = options.signature ? await readSignature(options.signature) : unsigned;
  try {
    return await openAnyKind(path, options, signed);
  } catch (error) {
    throw together(readable(path, error), signed.findings);
  }
}

const unsigned: SignatureReading = { findings: [] };

async function openAnyKind(path: string, options: PackageOptions, signed: SignatureReading): Promise<Package> {
  const facts = await stat(path);
  if (facts.isDirectory()) return openFolder(path, options);
  const archive = facts.isFile() ? await openArchiveFile(path) : undefined;
  if (!archive) throw invalidPackage(path, 'It is neither a folder nor an archive.');
  await using file = archive;
  return await openArchive(path, file, options, signed);
}

/** A path that is not there, a folder that can be seen but not listed, a disk that fails: the package's fault, not this program's. */
function readable(path: string, error: unknown): unknown {
  if (!(error instanceof Error && 'syscall' in error)) return error;
  return invalidPackage(path, `It cannot be read: ${fileProblem(error)}.`, undefined, error);
}

/** With the findings that there are besides; some may be in it already. */
function together(error: unknown, findings: readonly Finding[]): unknown {
  if (!(error instanceof UpgradeError)) return error;
  const [first, ...rest] = error.findings;
  return new UpgradeError([first, ...rest, ...findings.filter((finding) => !error.findings.includes(finding))], {
    cause: error.cause,
  });
}

async function openFolder(path: string, { sha256, signature }: PackageOptions): Promise<Package> {
  const [folder = path, other] = await packageFolders(path);
  if (other !== undefined) throw severalPackages(path, [folder, other]);
  const root = await realpath(folder);
  const { entries, initPy, problems } = await scanFolder(root);
  const { checked, findings } = checkEntries(path, entries, initPy);
  const noArchive = [
    ...(sha256 === undefined
      ? []
      : ['PKG_SHA256 is set, but this is a folder: only the digest of an archive can be compared.']),
    ...(signature === undefined
      ? []
      : ['PKG_SIGNATURE_FILE is set, but this is a folder: only an archive can be signed.']),
  ];
  throwFindings([...asFindings(path, [...noArchive, ...problems]), ...findings]);
  if (!checked) throw invalidPackage(path, 'It could not be checked.');
  return { ...checked, digest: digestOf(checked.tree), root, proofs: [], dispose: async () => undefined };
}

async function openArchive(
  path: string,
  file: ArchiveFile,
  { sha256, tmpDir }: PackageOptions,
  signed: SignatureReading,
): Promise<Package> {
  const proof = archiveProof(path, file, sha256, signed.signature);
  const reading = file.readThrough(proof.hashes);
  const scan = await scanArchive(reading.pieces);
  await reading.finish();
  const unproven = await proof.findings();
  const [top = '', other] = packageTops(scan.entries);
  if (other !== undefined) throw together(severalPackages(path, ['the top of the archive', other]), unproven);
  const { entries, problems } = programEntries(scan, top);
  const initPy = scan.initPys.get(top === '' ? initPyPath : `${top}/${initPyPath}`);
  const { checked, findings } = checkEntries(path, entries, initPy);
  throwFindings([
    ...unproven,
    ...asFindings(path, [...scan.problems, ...problems]),
    ...(scan.isWhole ? findings : []),
    ...signed.findings,
  ]);
  if (!checked) throw invalidPackage(path, 'It could not be checked.');
  const root = await unpack(path, file, top, checked.tree, tmpDir);
  const dispose = () => rm(root, { recursive: true, force: true });
  return { ...checked, digest: digestOf(checked.tree), root, proofs: proof.words, dispose };
}

async function unpack(path: string, file: ArchiveFile, top: string, tree: Tree, tmpDir: string): Promise<string> {
  let root: string | undefined;
  try {
    await makeFolder(tmpDir);
    await checkSpace(path, tree, tmpDir);
    root = await mkdtemp(join(tmpDir, 'package-'));
    const problem = await extractArchive(file.readThrough().pieces, top, tree, root);
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
