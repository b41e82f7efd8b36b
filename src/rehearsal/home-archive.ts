// The EGGROLL_HOME that a user gives as an archive: looked through once, and then put into every node as it is.

import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { posix } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { type Extract, extract, type Header, type Pack } from 'tar-stream';
import { fileProblem } from '../config/files.ts';
import { UpgradeError } from '../engine/errors.ts';
import { appOwner } from './archive.ts';
import { addFolder } from './upload.ts';

export interface HomeArchive {
  readonly file: string;
  /** Folder of the archive that is EGGROLL_HOME, without a slash at the end; empty for its top. */
  readonly top: string;
  /** Text of conf/eggroll.properties. */
  readonly properties: string;
  /** It is a 3.x, by the name of its core jar. */
  readonly isThree: boolean;
  /** There is something of that name. */
  readonly hasLogs: boolean;
  /** Target of `logs`, where that is a link. */
  readonly logsTarget?: string;
}

type TarEntry = Extract extends AsyncIterable<infer E> ? E : never;

/** Looks for the home in an archive. `where` names the variable in messages. Throws REHEARSAL_INPUT_INVALID. */
export async function readHomeArchive(file: string, where: string): Promise<HomeArchive> {
  const names = new Set<string>();
  const properties = new Map<string, string>();
  const links = new Map<string, string>();
  await visit(file, where, async (name, header, entry) => {
    names.add(name);
    if (header.type === 'symlink') links.set(name, header.linkname ?? '');
    if (isEndOf(name, propertiesName) && header.type === 'file') properties.set(name, await textOf(entry));
  });
  const tops = [...names].flatMap((name) => (isEndOf(name, scriptName) ? [topOf(name, scriptName)] : []));
  // The home itself lies above any copy of it inside, such as a backup.
  const top = tops.toSorted((a, b) => a.length - b.length)[0];
  const inHome = (path: string) => (top ? `${top}/${path}` : path);
  const text = top === undefined ? undefined : properties.get(inHome(propertiesName));
  if (top === undefined || text === undefined) {
    throw invalid(where, `${file} holds no EGGROLL_HOME: a folder with ${scriptName} and ${propertiesName}.`);
  }
  const logsTarget = links.get(inHome('logs'));
  const isThree = [...names].some((name) => name.startsWith(inHome('lib/core-3')));
  const hasLogs = names.has(inHome('logs'));
  return { file, top, properties: text, isThree, hasLogs, ...(logsTarget === undefined ? {} : { logsTarget }) };
}

const scriptName = 'bin/eggroll.sh';
const propertiesName = 'conf/eggroll.properties';

/** Adds the home below `prefix` (no slash at either end), with its modes and times, owned by the nodes' user. */
export async function addHome(archive: Pack, { file, top, hasLogs }: HomeArchive, prefix: string): Promise<void> {
  if (!hasLogs) addFolder(archive, appOwner, `${prefix}/logs`);
  await visit(file, file, async (name, header, entry) => {
    const path = below(top, name);
    // The records of real runs belong to the real cluster.
    if (path === undefined || path === '.eggroll-upgrade' || path.startsWith('.eggroll-upgrade/')) return;
    await addEntry(archive, `${prefix}/${path}`, header, entry, (link) => {
      const original = below(top, link);
      return original === undefined ? undefined : `${prefix}/${original}`;
    });
  });
}

/** `placeOf` gives the new place of another path of the old archive; undefined for one that is left out. */
async function addEntry(
  archive: Pack,
  name: string,
  { mode, mtime, size, type, linkname }: Header,
  entry: TarEntry,
  placeOf: (path: string) => string | undefined,
): Promise<void> {
  const common = { name, ...appOwner, ...(mode === undefined ? {} : { mode }), ...(mtime ? { mtime } : {}) };
  if (type === 'directory') archive.entry({ ...common, type });
  else if (type === 'symlink') archive.entry({ ...common, type, linkname: linkname ?? '' });
  else if (type === 'link') {
    const original = placeOf(normalise(linkname ?? '') ?? '');
    if (original) archive.entry({ ...common, type, linkname: original });
  } else if (isFile(type)) await pipeline(entry, archive.entry({ ...common, type: 'file', size: size ?? 0 }));
}

function isFile(type: Header['type']): boolean {
  return type === 'file' || type === 'contiguous-file';
}

async function visit(
  file: string,
  where: string,
  each: (name: string, header: Header, entry: TarEntry) => Promise<void>,
): Promise<void> {
  const unpacked = extract();
  try {
    const reading = pipeline(
      (await isGzip(file)) ? [createReadStream(file), createGunzip(), unpacked] : [createReadStream(file), unpacked],
    );
    // Its error comes out of the loop too.
    reading.catch(() => undefined);
    for await (const entry of unpacked) {
      const name = normalise(entry.header.name);
      if (name === undefined) throw invalid(where, `${file}: ${entry.header.name} leads out of the archive.`);
      if (name !== '') await each(name, entry.header, entry);
      entry.resume();
    }
    await reading;
  } catch (error) {
    if (error instanceof UpgradeError) throw error;
    throw invalid(where, `${file} cannot be read as a tar archive: ${fileProblem(error)}.`, error);
  }
}

async function isGzip(file: string): Promise<boolean> {
  await using handle = await open(file);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
  return bytesRead === 2 && buffer.readUInt16BE(0) === 0x1f8b;
}

/** Without `./`, slashes at either end; undefined for a path that leads out. */
function normalise(name: string): string | undefined {
  const path = posix.normalize(name).replace(/^\/+|\/+$/g, '');
  if (path === '..' || path.startsWith('../')) return undefined;
  return path === '.' ? '' : path;
}

function isEndOf(path: string, end: string): boolean {
  return path === end || path.endsWith(`/${end}`);
}

function topOf(path: string, end: string): string {
  return path.slice(0, -end.length).replace(/\/$/, '');
}

function below(top: string, path: string): string | undefined {
  if (top === '') return path || undefined;
  return path.startsWith(`${top}/`) ? path.slice(top.length + 1) : undefined;
}

async function textOf(entry: TarEntry): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of entry as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function invalid(where: string, found: string, cause?: unknown): UpgradeError {
  return new UpgradeError({ code: 'REHEARSAL_INPUT_INVALID', where, found }, { cause });
}
