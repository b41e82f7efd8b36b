// Shows others on the engine that a rehearsal is alive: a container that ends with our connection to it. A process that is killed
// (-9) closes its connections, so its keeper ends, and the next rehearsal knows that what is left belongs to nobody.

import type { ContainerInfo } from 'dockerode';
import { type Engine, onEngine } from './engine.ts';
import { labelsFor, partLabel } from './labels.ts';

const part = 'keeper';
const beatMs = 30_000;

export interface Keeper {
  /** Lets the container end. */
  release(): void;
}

/** Starts the keeper of a run; it must be the first thing that a run makes. `image` has a `cat`. Throws ENGINE_FAILED. */
export async function startKeeper(engine: Engine, image: string, run: string, keep: boolean): Promise<Keeper> {
  return onEngine('start the keeper of the rehearsal', async () => {
    const container = await engine.createContainer({
      name: `rehearsal-${run}-keeper`,
      Image: image,
      Entrypoint: ['cat'],
      Cmd: [],
      Labels: labelsFor(run, keep, part),
      OpenStdin: true,
      StdinOnce: true,
      AttachStdin: true,
      HostConfig: { NetworkMode: 'none' },
    });
    const connection = await container.attach({ stream: true, stdin: true, stdout: true, hijack: true });
    // When it breaks, the rehearsal goes on: what follows will fail by itself, if the engine is gone.
    connection.on('error', () => undefined);
    connection.resume();
    await container.start();
    // What lies between may close a connection that says nothing.
    const beat = setInterval(() => connection.write('\n'), beatMs).unref();
    return {
      release() {
        clearInterval(beat);
        connection.end();
      },
    };
  });
}

export function isKeeper({ Labels: labels }: Pick<ContainerInfo, 'Labels'>): boolean {
  return labels[partLabel] === part;
}
