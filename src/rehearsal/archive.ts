// A simulated tree as a tar file, owners included.

import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { pack } from 'tar-stream';
import type { SimulatedEntry, SimulatedTree } from './tree.ts';

/** Numeric owner of the entries; the user `app` of the simulated node. */
export const appOwner = { uid: 1001, gid: 1001 } as const;

/** Writes the tree as an uncompressed tar whose entries lie below `./`. */
export async function writeTar(tree: SimulatedTree, file: string): Promise<void> {
  const archive = pack();
  const written = pipeline(archive, createWriteStream(file));
  const root = { name: './', type: 'directory' as const, mode: 0o755, mtime: new Date(1_595_000_000_000), ...appOwner };
  archive.entry(root);
  for (const [path, entry] of tree) {
    const header = { name: `./${path}`, mode: entry.mode, mtime: new Date(entry.modifiedSeconds * 1000), ...appOwner };
    // The contents are in memory already, so nothing is gained by waiting for the file to take them.
    if (entry.type === 'file') archive.entry({ ...header, type: 'file', size: entry.content.length }, entry.content);
    else archive.entry({ ...header, ...kindOf(entry) });
  }
  archive.finalize();
  await written;
}

function kindOf(entry: Exclude<SimulatedEntry, { type: 'file' }>) {
  if (entry.type === 'symlink') return { type: 'symlink' as const, linkname: entry.target };
  return { type: entry.type };
}
