// What a host of the benchmark has to itself. Containers share the processors of one machine; so that each of them has one of its own, the whole
// cluster is slowed down: every container gets a small part of a processor and of its network, and the clock is read that much slower.

import { availableParallelism } from 'node:os';
import { type BenchContainer, limit, mustRun } from './containers.ts';
import type { NetworkName } from './options.ts';

export interface Hosts {
  readonly network: NetworkName;
  /** Has each host a processor of its own? All of them share those of the machine otherwise. */
  readonly ownProcessor: boolean;
}

/** So much of the machine is given to the hosts: the rest is for Docker and for the kernel's own work. */
const given = 0.9;

const megabitsPerSecond: Readonly<Record<NetworkName, number | undefined>> = {
  none: undefined,
  '1gbit': 1000,
  '200mbit': 200,
};

/** How many times slower than it is the machine has to be for so many hosts, the runner among them, to have a processor each. */
export function slowdownFor(hosts: number, available = availableParallelism()): number {
  return Math.max(1, Math.ceil(hosts / (available * given)));
}

/** What tc gets: `none`, or a rate and how long a packet may wait; what may wait is as many bytes as without the slowdown. */
export function rateOf(network: NetworkName, slowdown: number): readonly string[] {
  const rate = megabitsPerSecond[network];
  return rate === undefined ? ['none'] : [`${Math.round((rate * 1000) / slowdown)}kbit`, `${20 * slowdown}ms`];
}

/** Limits the network of a container in both directions; the container itself needs no tools and no rights for that. */
export async function shape(image: string, { name }: BenchContainer, rate: readonly string[]): Promise<void> {
  const rights = [`--network=container:${name}`, '--cap-add=NET_ADMIN', '--entrypoint=bench-shape'];
  await limit(() => mustRun(['run', '--rm', ...rights, image, ...rate]));
}

/** Does some work while each container gets no more of the processors than this. One of them in all is what a thread of it can use too. */
export async function withProcessors<T>(
  containers: readonly BenchContainer[],
  processors: number,
  work: () => Promise<T>,
): Promise<T> {
  const give = (number: number) =>
    mustRun(['update', `--cpus=${number.toFixed(4)}`, ...containers.map(({ name }) => name)]);
  await give(processors);
  try {
    return await work();
  } finally {
    await give(availableParallelism());
  }
}
