// Files for a container, as a tar stream through the engine: no path of the engine's machine is needed, so it may be anywhere.

import { Readable } from 'node:stream';
import type { Container } from 'dockerode';
import { type Pack, pack } from 'tar-stream';
import { onEngine } from './engine.ts';

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export interface SmallFile {
  /** Without a leading slash. */
  readonly path: string;
  readonly content: string | Buffer;
  /** 0644 when absent. */
  readonly mode?: number;
}

/**
 * Unpacks in a folder of a container, which need not run, what `fill` puts into the archive. What belongs on a volume goes to the
 * volume's own folder: Podman puts nothing through `/` onto a volume of a container that does not run.
 */
export async function upload(
  container: Container,
  fill: (archive: Pack) => Promise<void>,
  folder = '/',
): Promise<void> {
  const archive = pack();
  const broken = new Promise<never>((_, reject) => archive.once('error', reject));
  const filled = fill(archive).then(
    () => archive.finalize(),
    (error: unknown) => archive.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  await onEngine('take files into a container', async () => {
    await Promise.race([
      Promise.all([container.putArchive(Readable.from(archive, { objectMode: false }), { path: folder }), filled]),
      broken,
    ]);
  });
}

/** Adds files to an archive, and the folders above them from `below` on. */
export function addFiles(archive: Pack, owner: Owner, files: readonly SmallFile[]): void {
  for (const { path, content, mode = 0o644 } of files) {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    archive.entry({ name: path, type: 'file', mode, size: bytes.length, ...owner }, bytes);
  }
}

/** Adds a folder. */
export function addFolder(archive: Pack, owner: Owner, path: string, mode = 0o755): void {
  archive.entry({ name: `${path}/`, type: 'directory', mode, ...owner });
}
