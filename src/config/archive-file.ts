// The archive of a package as one open file: what is verified, what is scanned and what is unpacked come from it, whatever happens to
// the name that it was opened by.

import type { Hash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

export interface ArchiveFile {
  readonly sizeBytes: number;
  /** One reading from the first byte on. Every byte goes into the hashes, in its order. */
  readThrough(hashes?: readonly Hash[]): Reading;
  /** The first `sizeBytes` bytes; fewer when the file has become shorter. */
  readWhole(): Promise<Buffer>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface Reading {
  readonly pieces: AsyncIterable<Buffer>;
  /** Reads what `pieces` has left over, so that the hashes are those of the whole file. */
  finish(): Promise<void>;
}

const pieceBytes = 1 << 20;

/** Throws what the system says. Undefined: it is no file any more. */
export async function openArchiveFile(path: string): Promise<ArchiveFile | undefined> {
  // Without waiting: in the place of the file there may be a pipe by now that nobody writes to.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const facts = await file.stat();
    if (facts.isFile()) return archiveFile(file, facts.size);
    await file.close();
    return undefined;
  } catch (error) {
    await file.close();
    throw error;
  }
}

function archiveFile(file: FileHandle, sizeBytes: number): ArchiveFile {
  return {
    sizeBytes,
    readThrough: (hashes = []) => readThrough(file, hashes),
    readWhole: () => readWhole(file, sizeBytes),
    [Symbol.asyncDispose]: () => file.close(),
  };
}

function readThrough(file: FileHandle, hashes: readonly Hash[]): Reading {
  let at = 0;
  // One read after the other, also when a reader that has given up leaves one under way.
  let turn: Promise<Buffer> = Promise.resolve(Buffer.alloc(0));
  const readOne = async () => {
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(pieceBytes), 0, pieceBytes, at);
    at += bytesRead;
    const piece = buffer.subarray(0, bytesRead);
    for (const hash of hashes) hash.update(piece);
    return piece;
  };
  const next = () => {
    turn = turn.then(readOne);
    return turn;
  };
  async function* pieces() {
    for (let piece = await next(); piece.length > 0; piece = await next()) yield piece;
  }
  const finish = async () => {
    while (hashes.length > 0 && (await next()).length > 0);
  };
  return { pieces: pieces(), finish };
}

async function readWhole(file: FileHandle, sizeBytes: number): Promise<Buffer> {
  const whole = Buffer.allocUnsafeSlow(sizeBytes);
  let at = 0;
  while (at < sizeBytes) {
    const { bytesRead } = await file.read(whole, at, Math.min(pieceBytes, sizeBytes - at), at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return whole.subarray(0, at);
}
