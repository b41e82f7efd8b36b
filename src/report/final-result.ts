// Tries under one name (RETRY_OF), for schedulers that cannot tell exit codes apart: the first end that another try would not change is
// kept under STATE_DIR, and is the end of all that follow.

import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { finalExitCodes } from '../engine/catalogue.ts';
import { onDisk, writeWhole } from '../engine/disk.ts';
import type { Result } from '../engine/events.ts';
import { makeFolder } from '../engine/folders.ts';
import type { Say } from '../messages/phrases.ts';

/** Keeps a result when it is final; does nothing with any other. Throws DISK_FULL, DISK_FAILED. */
export async function keepFinalResult(result: Result, stateDir: string, name: string): Promise<void> {
  if (!finalExitCodes.includes(result.exitCode)) return;
  const file = fileOf(stateDir, name);
  await onDisk(file, () => makeFolder(dirname(file)));
  await writeWhole(file, `${JSON.stringify(result, undefined, 2)}\n`);
}

/** How an earlier try under this name ended for good, as the result of this one; undefined when none did. Throws DISK_FAILED. */
export async function readFinalResult(stateDir: string, name: string, say: Say): Promise<Result | undefined> {
  const file = fileOf(stateDir, name);
  const text = await onDisk(file, () => readFile(file, 'utf8').catch(noneIfMissing));
  if (text === undefined) return undefined;
  const { time: _then, ...result } = JSON.parse(text) as Result & { readonly time: string };
  const message = say('An earlier try of {job} ended so, and another one would change nothing: {message}', {
    job: name,
    message: result.message,
  });
  const next = say('{next} Then start a job of another name; {job} is over.', { job: name, next: result.next });
  return { ...result, message, next };
}

function noneIfMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}

function fileOf(stateDir: string, name: string): string {
  return join(stateDir, 'jobs', name, 'result.json');
}
