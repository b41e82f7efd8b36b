// Work on the runner's own disk, with its faults as findings: a full or vanished STATE_DIR is no defect of this program.

import { rename, rm, writeFile } from 'node:fs/promises';
import { UpgradeError } from './errors.ts';

const noRoom: Readonly<Record<string, string>> = {
  ENOSPC: 'no space or no inode is left',
  EDQUOT: 'the quota is used up',
  EROFS: 'the file system is read-only',
};

const otherProblems: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOENT: 'it, or the folder it belongs into, has vanished',
  ENOTDIR: 'a part of the path is not a folder',
  EIO: 'the disk reports an input/output error',
  ESTALE: 'the network file system has lost it',
};

/** Runs `work` on a file or folder. Throws DISK_FULL and DISK_FAILED naming `path`; errors of another kind go on. */
export async function onDisk<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw diskError(path, error) ?? error;
  }
}

/** Writes a small file so that it is there wholly or not at all. Throws as `onDisk` does. */
export function writeWhole(path: string, text: string, mode = 0o666): Promise<void> {
  const partial = `${path}.partial`;
  return onDisk(path, async () => {
    try {
      await writeFile(partial, text, { mode, flush: true });
      await rename(partial, path);
    } catch (error) {
      // The first error is the one to tell.
      await rm(partial, { force: true }).catch(() => undefined);
      throw error;
    }
  });
}

function diskError(path: string, error: unknown): UpgradeError | undefined {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return undefined;
  const code = String(error.code);
  const full = noRoom[code];
  if (full !== undefined) {
    const remedy = 'Make room there, or make it writable, and run the same command again.';
    return new UpgradeError(
      { code: 'DISK_FULL', where: path, found: `It cannot be written: ${full}.`, remedy },
      { cause: error },
    );
  }
  const found = `It cannot be read or written: ${otherProblems[code] ?? error.message}.`;
  return new UpgradeError({ code: 'DISK_FAILED', where: path, found }, { cause: error });
}
