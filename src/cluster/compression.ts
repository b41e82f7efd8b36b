// Whether compressing a stream pays: measured on its content. Jars hardly shrink, and what a processor compresses in a second is about
// what a network of 1 Gbit/s carries, so it has to be much.

import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { TransferItem } from './transfer-item.ts';

/** How fast counts, and not how small. */
export const gzipLevel = 1;

/** For less content than this, another process on every node is not worth its start. */
const worthBytes = 1 << 20;
/** What may be left of it at most. */
const worthRatio = 0.5;
const samples = 16;
const sampleBytes = 32_768;

/** Would gzip leave half of these items, or less? Asks samples at equal distances. False where they cannot be read: sending tells why. */
export function shrinksWell(root: string, items: readonly TransferItem[]): boolean {
  const files = items.filter(({ entry }) => entry.type === 'file');
  const totalBytes = files.reduce((sum, { entry }) => sum + entry.sizeBytes, 0);
  if (totalBytes < worthBytes) return false;
  try {
    const taken = Array.from({ length: samples }, (_, index) =>
      sampleAt(root, files, Math.floor((index * totalBytes) / samples)),
    );
    const content = Buffer.concat(taken);
    return gzipSync(content, { level: gzipLevel }).length <= worthRatio * content.length;
  } catch {
    return false;
  }
}

/** Content from a place in the sequence of files on, as far as its file goes. */
function sampleAt(root: string, files: readonly TransferItem[], place: number): Buffer {
  let start = 0;
  for (const { entry, content } of files) {
    const offset = place - start;
    if (offset < entry.sizeBytes) {
      return content?.subarray(offset, offset + sampleBytes) ?? readPiece(join(root, entry.path), offset);
    }
    start += entry.sizeBytes;
  }
  return Buffer.alloc(0);
}

function readPiece(path: string, offset: number): Buffer {
  const piece = Buffer.alloc(sampleBytes);
  const file = openSync(path, 'r');
  try {
    return piece.subarray(0, readSync(file, piece, 0, sampleBytes, offset));
  } finally {
    closeSync(file);
  }
}
