// A package that comes as .tar.gz: read through once to learn and check what is in it, and unpacked only after that.

import { createHash, type Hash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { chmod, copyFile, mkdir, symlink, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { type Extract, extract, type Header } from 'tar-stream';
import type { Tree } from '../eggroll/tree.ts';
import { coreJars } from '../eggroll/versions.ts';
import {
  initPyPath,
  isProgramPath,
  isTooLong,
  listNames,
  type PackageEntry,
  tooLongProblem,
} from './package-entries.ts';

export interface ArchiveEntry extends PackageEntry {
  /** Of a hard link: the name that it shares the content of. */
  readonly linkName?: string;
}

export interface ArchiveScan {
  /** With paths as in the archive, normalised. */
  readonly entries: readonly ArchiveEntry[];
  /** Text of every `python/eggroll/__init__.py`, by path. */
  readonly initPys: ReadonlyMap<string, string>;
  readonly problems: readonly string[];
  /** The archive could be read to its end. */
  readonly isWhole: boolean;
}

type TarEntry = Extract extends AsyncIterable<infer E> ? E : never;

type Visit = (header: Header, entry: TarEntry) => Promise<void>;

const smallFileBytes = 64 * 1024;

/** Reads an archive from its pieces. An archive that cannot be read is a problem, not an exception. */
export async function scanArchive(pieces: AsyncIterable<Buffer>): Promise<ArchiveScan> {
  const entries: ArchiveEntry[] = [];
  const initPys = new Map<string, string>();
  const unsafe: string[] = [];
  const tooLong: string[] = [];
  const broken = await readArchive(pieces, async (header, entry) => {
    // Before anything looks at their parts: a name in an archive may have millions.
    const isLong = isTooLong(header.name) || isTooLong(header.linkname ?? '');
    const name = isLong ? undefined : normalise(header.name);
    if (name === undefined) (isLong ? tooLong : unsafe).push(header.name);
    if (!name) return;
    const found = await readEntry(name, header, entry);
    entries.push(found.entry);
    if (found.text !== undefined) initPys.set(name, found.text);
  });
  const problems = [
    ...(broken === undefined ? [] : [broken]),
    ...(unsafe.length > 0 ? [`${listNames(unsafe)}: the path leads out of the package.`] : []),
    ...(tooLong.length > 0 ? [`${listNames(tooLong)}: ${tooLongProblem}.`] : []),
  ];
  return { entries, initPys, problems, isWhole: broken === undefined };
}

/** Hashes a file's content, and keeps the text of an `__init__.py` that may tell the version. */
async function readEntry(path: string, header: Header, content: TarEntry) {
  const { mode = 0o644, size } = header;
  // Also for a zero below zero, which a binary size can be.
  const sizeBytes = size || 0;
  const base = { path, mode, sizeBytes, modifiedSeconds: secondsOf(header) };
  if (!isFile(header)) return { entry: { ...base, ...kindOf(header) } };
  const { sha256, text } = await digestOf(content, path.endsWith(initPyPath) && sizeBytes <= smallFileBytes);
  return { entry: { ...base, type: 'file', sha256 } as const, text };
}

/** The entries of the five folders below a top, hard links turned into the files that they are second names of. */
export function programEntries(
  scan: ArchiveScan,
  top: string,
): { entries: readonly PackageEntry[]; problems: readonly string[] } {
  const inside = scan.entries.flatMap((entry) => {
    const path = below(top, entry.path);
    return path !== undefined && isProgramPath(path) ? [{ ...entry, path }] : [];
  });
  const files = new Map<string, PackageEntry>();
  const badLinks: string[] = [];
  const entries = inside.map(({ linkName, ...entry }) => {
    if (linkName === undefined) {
      if (entry.type === 'file') files.set(entry.path, entry);
      return entry;
    }
    const original = files.get(below(top, normalise(linkName) ?? '') ?? '');
    if (!original) badLinks.push(entry.path);
    return { ...entry, ...original, path: entry.path };
  });
  const problem = `${listNames(badLinks)}: is a hard link to something that is not in the package, or only after it.`;
  return { entries, problems: badLinks.length > 0 ? [problem] : [] };
}

/** Where the package could begin in an archive: at its top (``) or in `eggroll`. */
export function packageTops(entries: readonly PackageEntry[]): string[] {
  const tops = ['', 'eggroll'].filter((top) => looksLikePackage(entries, top));
  if (tops.length > 0) return tops;
  return [entries.some(({ path }) => path === 'eggroll' || path.startsWith('eggroll/')) ? 'eggroll' : ''];
}

/** The part of a path below a top; undefined when it is not below it. */
function below(top: string, path: string): string | undefined {
  if (top === '') return path;
  return path.startsWith(`${top}/`) ? path.slice(top.length + 1) : undefined;
}

/**
 * Unpacks what `tree` names into the empty folder `root`, with the tree's modes and times. Returns the first problem, such as content
 * that is no longer what the scan has seen. Throws when the disk refuses.
 */
export async function extractArchive(
  pieces: AsyncIterable<Buffer>,
  top: string,
  tree: Tree,
  root: string,
): Promise<string | undefined> {
  for (const entry of tree.values()) {
    if (entry.type === 'directory') await mkdir(join(root, entry.path), { recursive: true });
  }
  const changed: string[] = [];
  const visit: Visit = async (header, entry) => {
    const name = below(top, normalise(header.name) ?? '');
    const planned = name === undefined ? undefined : tree.get(name);
    if (planned?.type !== 'file') return;
    const target = join(root, planned.path);
    if (header.type === 'link') {
      await copyFile(join(root, below(top, normalise(header.linkname ?? '') ?? '') ?? ''), target);
    } else {
      const digest = createHash('sha256');
      await mkdir(dirname(target), { recursive: true });
      await pipeline(hashing(entry, digest), createWriteStream(target, { flags: 'wx' }));
      if (digest.digest('hex') !== planned.sha256) changed.push(planned.path);
    }
    await chmod(target, planned.mode);
    await utimes(target, planned.modifiedSeconds, planned.modifiedSeconds);
  };
  const broken = await readArchive(pieces, visit);
  for (const entry of tree.values()) {
    if (entry.type === 'symlink') await symlink(entry.target ?? '', join(root, entry.path));
  }
  return broken ?? (changed.length > 0 ? `${listNames(changed)}: changed while the archive was read.` : undefined);
}

// Errors of the archive are returned in words; those of `visit` (a full disk) are thrown.
async function readArchive(pieces: AsyncIterable<Buffer>, visit: Visit): Promise<string | undefined> {
  const extractor = extract();
  let failure: unknown;
  let count = 0;
  const reading = async () => {
    for await (const entry of extractor) {
      try {
        count += 1;
        if (count > mostEntries) throw new Error(tooManyEntries);
        await visit(entry.header, entry);
      } catch (error) {
        failure ??= error;
        throw error;
      }
      entry.resume();
    }
  };
  const [feeding, read] = await Promise.allSettled([pipeline(pieces, createGunzip(), extractor), reading()]);
  const cause = feeding.status === 'rejected' ? feeding.reason : read.status === 'rejected' ? read.reason : undefined;
  if (cause === undefined) return undefined;
  const words = brokenReason(cause) ?? (read.status === 'rejected' ? brokenReason(read.reason) : undefined);
  if (words !== undefined) return words;
  if ([failure, cause].some(isOfSystem)) throw isOfSystem(failure) ? failure : cause;
  return `The archive is damaged (${cause instanceof Error ? cause.message : String(cause)}).`;
}

// EggRoll's packages have some thousands. A small archive can hold millions of empty files.
const mostEntries = 100_000;
const tooManyEntries = 'too many entries';

function isOfSystem(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}

function brokenReason(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error.message === tooManyEntries) return `The archive has more than ${mostEntries} entries.`;
  const code = 'code' in error ? String(error.code) : '';
  if (code === 'Z_BUF_ERROR' || /unexpected end of (?:data|file)/i.test(error.message))
    return 'The archive is cut off before its end.';
  if (code === 'Z_DATA_ERROR' && /header/.test(error.message)) return 'It is not a gzip-compressed archive.';
  if (code.startsWith('Z_')) return `The archive is damaged (${error.message}).`;
  return /invalid tar header/i.test(error.message) ? 'It is not a tar archive, or it is damaged.' : undefined;
}

async function digestOf(entry: TarEntry, keepText: boolean): Promise<{ sha256: string; text?: string }> {
  const digest = createHash('sha256');
  const kept: Buffer[] = [];
  for await (const chunk of entry as AsyncIterable<Buffer>) {
    digest.update(chunk);
    if (keepText) kept.push(chunk);
  }
  return { sha256: digest.digest('hex'), ...(keepText && { text: Buffer.concat(kept).toString('utf8') }) };
}

async function* hashing(entry: TarEntry, digest: Hash) {
  for await (const chunk of entry as AsyncIterable<Buffer>) {
    digest.update(chunk);
    yield chunk;
  }
}

/** Without `./`, doubled and closing slashes; undefined for an absolute path or one with `..`. */
function normalise(name: string): string | undefined {
  const parts = name.split('/');
  if (parts[0] === '' || parts.includes('..')) return name === '' ? '' : undefined;
  return parts.filter((part) => part !== '' && part !== '.').join('/');
}

function looksLikePackage(entries: readonly PackageEntry[], top: string): boolean {
  const paths = entries.flatMap(({ path }) => below(top, path) ?? []);
  if (paths.includes('bin/eggroll.sh') || paths.includes(initPyPath)) return true;
  return coreJars(paths.flatMap((path) => /^lib\/([^/]+)$/.exec(path)?.[1] ?? [])).length > 0;
}

function isFile({ type, pax }: Header): boolean {
  // A sparse file of GNU tar in PAX form has another name than its header says, and a map before its content.
  const isSparse = Object.keys(pax ?? {}).some((key) => key.startsWith('GNU.sparse.'));
  return !isSparse && (type === 'file' || type === 'contiguous-file');
}

function kindOf({ type, linkname }: Header): Pick<ArchiveEntry, 'type' | 'target' | 'linkName'> {
  // Not undefined but null when the link names nothing.
  const target = linkname ?? '';
  if (type === 'link') return { type: 'file', linkName: target };
  if (type === 'symlink') return { type, target };
  return { type: type === 'directory' ? type : 'other' };
}

const latestSeconds = 0o77777777777;

// A time that is no number, or one that no file system takes, is not worth a refusal.
function secondsOf({ mtime }: Header): number {
  const seconds = Math.floor((mtime?.getTime() ?? 0) / 1000);
  return Number.isNaN(seconds) ? 0 : Math.min(Math.max(seconds, 0), latestSeconds);
}
