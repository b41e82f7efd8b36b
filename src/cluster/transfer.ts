// The stream that carries files to a node: one tar made on the fly, in bounded memory.

import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Pack, pack } from 'tar-stream';
import type { TreeEntry } from '../eggroll/tree.ts';
import { UpgradeError } from '../engine/errors.ts';

export interface TransferItem {
  readonly entry: TreeEntry;
  /** Where the bytes come from: a file below the package's root (by the entry's path), or these. */
  readonly content?: Buffer;
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
  return tar as unknown as Readable;
}

async function add(tar: Pack, root: string, { entry, content }: TransferItem, onBytes: (count: number) => void) {
  const header = { name: entry.path, mode: entry.mode, mtime: new Date(entry.modifiedSeconds * 1000) };
  if (entry.type === 'directory') return void tar.entry({ ...header, type: 'directory' });
  if (entry.type === 'symlink') return void tar.entry({ ...header, type: 'symlink', linkname: entry.target ?? '' });
  if (content) {
    tar.entry({ ...header, size: content.length }, content);
    return onBytes(content.length);
  }
  const file = join(root, entry.path);
  const source = createReadStream(file);
  source.on('data', (chunk) => onBytes(chunk.length));
  try {
    await pipeline(source, tar.entry({ ...header, size: entry.sizeBytes }));
  } catch (error) {
    const found = `The file changed or went while it was sent: ${error instanceof Error ? error.message : String(error)}.`;
    throw new UpgradeError({ code: 'PACKAGE_INVALID', where: file, found }, { cause: error });
  }
}
