// Folders on the runner's own disk.

import { mkdir, readdir } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder and those above it; one that is there already is fine. Node's own recursive mkdir never returns, at full load,
 * when the folder above was deleted while it was mounted, and below /proc; this one throws.
 */
export async function makeFolder(folder: string, mode = 0o777): Promise<void> {
  if (await made(folder, mode)) return;
  await makeFolder(dirname(folder), mode);
  await mkdir(folder, { mode });
}

/** Names in a folder, sorted; none when there is no such folder. */
export async function namesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names.sort();
}

/** False when the folder above is missing. */
async function made(folder: string, mode: number): Promise<boolean> {
  try {
    await mkdir(folder, { mode });
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST') return true;
    if (code === 'ENOENT' && dirname(folder) !== folder) return false;
    throw error;
  }
}
