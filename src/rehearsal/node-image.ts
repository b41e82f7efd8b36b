// Builds the image of the nodes on the engine, from the files that come with this program.

import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { pack } from 'tar-stream';
import { UpgradeError } from '../engine/errors.ts';
import { type Engine, onEngine } from './engine.ts';

/** On which it is built; the last one is the official one. */
export const debianImages = ['eggroll-upgrade-base/debian:trixie', 'debian:trixie-slim'];

export interface NodeBuild {
  readonly tag: string;
  readonly debian: string;
  readonly proxies: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Throws ENGINE_FAILED with the last lines of the build. */
export async function buildNodeImage(engine: Engine, { tag, debian, proxies, signal }: NodeBuild): Promise<void> {
  const context = await contextOf(buildFolder());
  await onEngine(`build the image ${tag}`, async () => {
    const buildargs = { ...proxies, DEBIAN_IMAGE: debian };
    const progress = await engine.buildImage(Readable.from(context, { objectMode: false }), {
      t: tag,
      buildargs,
      forcerm: true,
      abortSignal: signal,
    });
    const lines: string[] = [];
    await new Promise<void>((resolve, reject) => {
      const onProgress = ({ stream }: { stream?: string }) => void (stream?.trim() && lines.push(stream.trim()));
      engine.modem.followProgress(progress, (error) => (error ? reject(error) : resolve()), onProgress);
    }).catch((error: unknown) => {
      signal.throwIfAborted();
      const found = `The image ${tag} could not be built: ${String(error)}. ${lines.slice(-5).join(' | ')}`;
      throw new UpgradeError({ code: 'ENGINE_FAILED', where: 'Docker engine', found }, { cause: error });
    });
  });
}

// In the bundle the files lie beside the code, in the repository where they belong.
function buildFolder(): string {
  const bundled = fileURLToPath(new URL('./node-image', import.meta.url));
  return existsSync(bundled) ? bundled : fileURLToPath(new URL('../../images/node', import.meta.url));
}

async function contextOf(folder: string) {
  const archive = pack();
  for (const name of await readdir(folder)) {
    const file = join(folder, name);
    const { mode } = await stat(file);
    archive.entry({ name, type: 'file', mode: mode & 0o777 }, await readFile(file));
  }
  archive.finalize();
  return archive;
}
