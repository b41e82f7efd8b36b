// Several clusters side by side, each working through cases one after another. A cluster that cannot be reset is thrown away.

import { availableParallelism } from 'node:os';
import type { ClusterOptions, TestCluster } from '../support/cluster.ts';
import { startCluster } from '../support/cluster.ts';
import { forgetCluster } from '../support/evidence.ts';

export interface Pool {
  readonly size: number;
  /** Clusters that could not be reset and were replaced by new ones, with the reason. */
  readonly replaced: readonly string[];
  /** Gives every item to some cluster that is free; resolves when all are done. `work` must not throw. */
  each<T>(items: readonly T[], work: (cluster: TestCluster, item: T, index: number) => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

/** How many clusters keep the processors busy: most of what a run does is waiting. */
export const usualPoolSize = 3 * availableParallelism() + 1;

/** Starts the clusters; all have the same keys, package and rows, so that their snapshots are comparable. */
export async function startPool(size: number, options: ClusterOptions = {}): Promise<Pool> {
  const first = await start(options);
  const likeness = { dir: first.dir, prepared: first.prepared };
  const others = await Promise.all(Array.from({ length: size - 1 }, () => start({ ...options, likeness })));
  const clusters = [first, ...others];

  const discarded: TestCluster[] = [];
  const replaced: string[] = [];
  let stopping: Promise<unknown> | undefined;

  async function ready(place: number): Promise<TestCluster> {
    const cluster = clusters[place];
    if (!cluster) throw new Error(`The pool has no cluster ${place}.`);
    try {
      await cluster.reset();
      return cluster;
    } catch (error) {
      if (stopping) throw error;
      replaced.push(`cluster ${place}: ${String(error)}`);
      // The first one's folder is what the others are made from: it stays until the end.
      const fresh = await start({ ...options, likeness });
      clusters[place] = fresh;
      if (place === 0) discarded.push(cluster);
      else await cluster.stop();
      await fresh.reset();
      return fresh;
    }
  }

  return {
    size,
    replaced,
    async each(items, work) {
      const queue = [...items.entries()];
      const workOff = async (place: number) => {
        for (let next = queue.shift(); next && !stopping; next = queue.shift()) {
          const [index, item] = next;
          await work(await ready(place), item, index);
        }
      };
      await Promise.all(clusters.map((_, place) => workOff(place)));
    },
    async stop() {
      stopping ??= Promise.all([...clusters, ...discarded].map((cluster) => cluster.stop()));
      await stopping;
    },
  };
}

/** A cluster whose state is kept with the verdict of each case: by the end of a test it has gone on to others. */
async function start(options: ClusterOptions): Promise<TestCluster> {
  const cluster = await startCluster(options);
  forgetCluster(cluster);
  return cluster;
}
