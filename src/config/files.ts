// Reading the runner's own small files, with problems as plain words instead of error codes.

import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../engine/folders.ts';

export type FileReading = { readonly text: string } | { readonly problem: string; readonly isMissing: boolean };

/** A file as UTF-8 text; bytes that are no UTF-8 become U+FFFD. */
export async function readTextFile(path: string): Promise<FileReading> {
  try {
    return { text: await readFile(path, 'utf8') };
  } catch (error) {
    return { problem: `${path} cannot be read: ${fileProblem(error)}.`, isMissing: codeOf(error) === 'ENOENT' };
  }
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
    return `${folder} cannot be written: ${fileProblem(error)}.`;
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
};

/** The reason of a failed file operation in plain words. */
export function fileProblem(error: unknown): string {
  return problems[codeOf(error)] ?? (error instanceof Error ? error.message : String(error));
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
