// Reading the runner's own small files, with problems as plain words instead of error codes.

import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, type FileHandle, open, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { makeFolder } from '../engine/folders.ts';
import { onOneLine } from './shown.ts';

interface Unreadable {
  readonly problem: string;
  readonly isMissing: boolean;
}

export type FileReading = { readonly text: string } | Unreadable;

const largestBytes = 64 * 1024 * 1024;
const patienceMs = 10_000;
const pauseMs = 20;

/** A file as UTF-8 text; bytes that are no UTF-8 become U+FFFD. */
export async function readTextFile(path: string): Promise<FileReading> {
  const file = await readFileBytes(path);
  return 'problem' in file ? file : { text: file.bytes.toString('utf8') };
}

/**
 * A file's content. Also what a pipe or a device gives, as shells write them (`<(…)`); one that never ends, and one that gives nothing
 * for ten seconds, is a problem.
 */
export async function readFileBytes(path: string): Promise<{ readonly bytes: Buffer } | Unreadable> {
  try {
    // Without waiting: opening a pipe that nobody writes to would never return.
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const chunks: Buffer[] = [];
    let bytes = 0;
    for (;;) {
      const chunk = await nextChunk(file);
      if (chunk.length === 0) return { bytes: Buffer.concat(chunks) };
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > largestBytes) return unreadable(path, `it has more than ${largestBytes} bytes`);
    }
  } catch (error) {
    return { ...unreadable(path, fileProblem(error)), isMissing: codeOf(error) === 'ENOENT' };
  }
}

async function nextChunk(file: FileHandle): Promise<Buffer> {
  for (let waitedMs = 0; ; waitedMs += pauseMs) {
    try {
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(chunkBytes));
      return buffer.subarray(0, bytesRead);
    } catch (error) {
      if (codeOf(error) !== 'EAGAIN' || waitedMs >= patienceMs) throw error;
      await setTimeout(pauseMs);
    }
  }
}

const chunkBytes = 64 * 1024;

function unreadable(path: string, reason: string) {
  if (path.includes('-----BEGIN')) {
    return { problem: 'The variable holds a key or certificate itself; it must name a file.', isMissing: false };
  }
  return { problem: `${onOneLine(path)} cannot be read: ${reason}.`, isMissing: false };
}

export async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** Makes the folder if needed, and writes and removes a file in it, as permissions alone do not tell. Undefined when that works. */
export async function unwritableReason(folder: string): Promise<string | undefined> {
  const probe = join(folder, `.writable-${randomUUID()}`);
  try {
    await makeFolder(folder);
    await writeFile(probe, 'probe', { flag: 'wx' });
    await rm(probe);
    return undefined;
  } catch (error) {
    return `${onOneLine(folder)} cannot be written: ${fileProblem(error)}.`;
  }
}

/** True in a container when a folder is part of the container itself: what is written there ends with it. */
export async function endsWithContainer(folder: string): Promise<boolean> {
  const mounts = await readTextFile('/proc/self/mountinfo');
  if ('problem' in mounts || !/ \/ \/ .* - overlay /.test(mounts.text)) return false;
  const [own, root] = await Promise.all([stat(folder), stat('/')]);
  return own.dev === root.dev;
}

const problems: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is not a folder',
  EEXIST: 'a file of that name is in the way',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space is left',
  ELOOP: 'its links go round in circles',
  ENAMETOOLONG: 'the path is too long',
  EDQUOT: 'no space is left for this account',
  EIO: 'the disk or device reports an error',
  ENXIO: 'it is a socket or a device that is not there',
  EAGAIN: 'nothing came from it for ten seconds',
  ERR_INVALID_ARG_VALUE: 'the path holds a NUL character',
};

/** The reason of a failed file operation in plain words. */
export function fileProblem(error: unknown): string {
  return problems[codeOf(error)] ?? onOneLine(error instanceof Error ? error.message : String(error));
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
