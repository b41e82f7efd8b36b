// The stream that carries files to a node: one tar made on the fly, in bounded memory.

import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { type Pack, pack } from 'tar-stream';
import { UpgradeError } from '../engine/errors.ts';
import { gzipLevel, shrinksWell } from './compression.ts';
import type { TransferItem } from './transfer-item.ts';

export interface Transfer {
  readonly stream: Readable;
  /** How stage-receive.sh has to take it. */
  readonly form: 'plain' | 'gzip';
}

/** The items for stage-receive.sh, compressed where that pays on their content. See `transferStream`. */
export function transferOf(root: string, items: readonly TransferItem[], onBytes: (count: number) => void): Transfer {
  const tar = transferStream(root, items, onBytes);
  if (!shrinksWell(root, items)) return { stream: tar, form: 'plain' };
  // A failure goes on to whoever reads it.
  return { stream: pipeline(tar, createGzip({ level: gzipLevel }), () => undefined), form: 'gzip' };
}

/**
 * A tar of the items, parents first. `onBytes` gets the number of content bytes after each chunk.
 * The stream fails with PACKAGE_INVALID when a file cannot be read or has changed its size since it was hashed.
 */
export function transferStream(
  root: string,
  items: readonly TransferItem[],
  onBytes: (count: number) => void,
): Readable {
  const tar = pack();
  void (async () => {
    try {
      for (const item of items) await add(tar, root, item, onBytes);
      tar.finalize();
    } catch (error) {
      tar.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  })();
  // The tar is another library's stream: as one of Node's own, its failure goes to whoever reads it, and nowhere else.
  return Readable.from(tar as AsyncIterable<Buffer>, { objectMode: false });
}

type Sink = ReturnType<Pack['entry']>;

async function add(tar: Pack, root: string, { entry, content }: TransferItem, onBytes: (count: number) => void) {
  const header = { name: entry.path, mode: entry.mode, mtime: new Date(entry.modifiedSeconds * 1000) };
  if (entry.type === 'directory') return void begin(tar, { ...header, type: 'directory' });
  if (entry.type === 'symlink') return void begin(tar, { ...header, type: 'symlink', linkname: entry.target ?? '' });
  const sink = begin(tar, { ...header, size: entry.sizeBytes });
  if (content) {
    sink.end(content);
    return onBytes(content.length);
  }
  const file = join(root, entry.path);
  try {
    await copy(file, entry.sizeBytes, sink, onBytes);
  } catch (error) {
    const found = `The file cannot be sent: ${error instanceof Error ? error.message : String(error)}.`;
    throw new UpgradeError({ code: 'PACKAGE_INVALID', where: file, found }, { cause: error });
  }
}

// A part's error is the whole stream's too, and goes to whoever reads that; here it is only heard, so that it ends no process.
function begin(tar: Pack, header: Parameters<Pack['entry']>[0]): Sink {
  return tar.entry(header).on('error', (error) => tar.destroy(error));
}

/** So much of a file is read at once: as many streams as there are nodes may hold a few of them. */
const pieceBytes = 65_536;

async function copy(file: string, sizeBytes: number, sink: Sink, onBytes: (count: number) => void): Promise<void> {
  const handle = await open(file);
  try {
    for (let left = sizeBytes; ; ) {
      // No more than is needed, as the engine's collector counts all of it. The one byte more would tell that the file has grown.
      const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafeSlow(Math.min(pieceBytes, left + 1)));
      if (bytesRead > left || (bytesRead === 0 && left > 0)) {
        throw new Error(`its size is not ${sizeBytes} bytes any more`);
      }
      if (bytesRead === 0) break;
      if (sink.destroyed) return;
      if (!sink.write(buffer.subarray(0, bytesRead))) await drained(sink);
      onBytes(bytesRead);
      left -= bytesRead;
    }
  } finally {
    await handle.close();
  }
  sink.end(null);
}

function drained(sink: Sink): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = () => {
    sink.off('drain', done).off('close', done);
    resolve();
  };
  sink.on('drain', done).on('close', done);
  return promise;
}
