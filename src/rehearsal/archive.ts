// A simulated tree as a tar file, owners included.

import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { type Pack, pack } from 'tar-stream';
import type { SimulatedEntry, SimulatedTree } from './tree.ts';

/** Numeric owner of the entries; the user `app` of the simulated node. */
export const appOwner = { uid: 1001, gid: 1001 } as const;

/** Writes the tree as an uncompressed tar whose entries lie below `./`. */
export async function writeTar(tree: SimulatedTree, file: string): Promise<void> {
  const archive = pack();
  const written = pipeline(archive, createWriteStream(file));
  const root = { name: './', type: 'directory' as const, mode: 0o755, mtime: new Date(1_595_000_000_000), ...appOwner };
  archive.entry(root);
  addTree(archive, tree, '.');
  archive.finalize();
  await written;
}

/** Adds the entries of a tree below `prefix`. */
export function addTree(archive: Pack, tree: SimulatedTree, prefix: string): void {
  for (const [path, entry] of tree) {
    const times = { mode: entry.mode, mtime: new Date(entry.modifiedSeconds * 1000) };
    const header = { name: `${prefix}/${path}`, ...times, ...appOwner };
    // The contents are in memory already, so nothing is gained by waiting for the file to take them.
    if (entry.type === 'file') archive.entry({ ...header, type: 'file', size: entry.content.length }, entry.content);
    else archive.entry({ ...header, ...kindOf(entry) });
  }
}

function kindOf(entry: Exclude<SimulatedEntry, { type: 'file' }>) {
  if (entry.type === 'symlink') return { type: 'symlink' as const, linkname: entry.target };
  return { type: entry.type };
}
