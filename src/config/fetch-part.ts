// The file that a fetch fills, TARGET.part: it outlives the process, so that another one goes on with it.

import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UpgradeError } from '../engine/errors.ts';
import { fileProblem } from './files.ts';
import { onOneLine } from './shown.ts';

export interface Part {
  /** Bytes that it holds. */
  sizeBytes(): number;
  append(chunk: Buffer): Promise<void>;
  /** Empties it. */
  restart(): Promise<void>;
  /** sha256 of what it holds, in lower-case hex. */
  digest(): string;
  /** Makes it the target, once it is on the disk. */
  finish(): Promise<void>;
  close(): Promise<void>;
}

/** Whether the target is there with this digest. Throws as `openPart` does. */
export async function hasDigest(target: string, sha256: string, signal: AbortSignal): Promise<boolean> {
  return onTarget(target, async () => {
    const facts = await stat(target).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (facts === undefined) return false;
    if (!facts.isFile()) throw noFile(target);
    const digest = createHash('sha256');
    await feed(digest, target, signal);
    return digest.digest('hex') === sha256;
  });
}

/**
 * Opens TARGET.part, with what it holds from before.
 * Throws CONFIG_INVALID when it cannot be written, DISK_FULL and DISK_FAILED, also from its functions.
 */
export async function openPart(target: string, signal: AbortSignal): Promise<Part> {
  const path = `${target}.part`;
  const file = await onTarget(path, () => open(path, 'a+', 0o644));
  if (!(await file.stat()).isFile()) throw noFile(path);
  let digest = createHash('sha256');
  let sizeBytes = await onTarget(path, () => feed(digest, path, signal));
  return {
    sizeBytes: () => sizeBytes,
    append: (chunk) =>
      onTarget(path, async () => {
        await file.appendFile(chunk);
        digest.update(chunk);
        sizeBytes += chunk.length;
      }),
    restart: () =>
      onTarget(path, async () => {
        await file.truncate(0);
        digest = createHash('sha256');
        sizeBytes = 0;
      }),
    digest: () => digest.copy().digest('hex'),
    finish: () =>
      onTarget(target, async () => {
        await file.sync();
        await rename(path, target);
        await using folder = await open(dirname(target), 'r');
        await folder.sync();
      }),
    close: () => file.close(),
  };
}

async function feed(digest: Hash, path: string, signal: AbortSignal): Promise<number> {
  let bytes = 0;
  for await (const chunk of createReadStream(path, { signal, highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    digest.update(chunk);
    bytes += chunk.length;
  }
  return bytes;
}

const otherPlace = 'Name a file in a folder that this account may write to.';

// A folder, or a device, which may never end.
function noFile(path: string): UpgradeError {
  const where = onOneLine(path);
  return new UpgradeError({ code: 'CONFIG_INVALID', where, found: 'It is there, and is no file.', remedy: otherPlace });
}

const full = ['ENOSPC', 'EDQUOT'];
const broken = ['EIO', 'ESTALE'];

async function onTarget<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) throw error;
    const where = onOneLine(path);
    const found = `It cannot be written: ${fileProblem(error)}.`;
    const place = full.includes(String(error.code))
      ? ({ code: 'DISK_FULL', remedy: 'Give the volume more room; what is there already is kept.' } as const)
      : broken.includes(String(error.code))
        ? ({ code: 'DISK_FAILED', remedy: 'Check the volume that it lies on.' } as const)
        : ({ code: 'CONFIG_INVALID', remedy: otherPlace } as const);
    throw new UpgradeError({ where, found, ...place }, { cause: error });
  }
}
