// A node whose network is slow, in both directions, as the benchmark has it.

import { resolve } from 'node:path';
import type { TestCluster } from './cluster.ts';
import { docker } from './docker.ts';
import { nodeImage } from './simulated-node.ts';

const script = resolve(import.meta.dirname, '../../images/bench/bench-shape');

/** Limits what a host sends and what it receives to a rate that tc understands (2mbit), or to none. The host needs no rights for that. */
export async function limitNetwork(cluster: TestCluster, host: string, rate: string): Promise<void> {
  const place = [`--network=container:${cluster.container(host).getId()}`, '--cap-add=NET_ADMIN'];
  const shape = [`--volume=${script}:/shape:ro`, '--entrypoint=sh', nodeImage(), '/shape', rate];
  const { exitCode, stderr } = await docker(['run', '--rm', ...place, ...shape]);
  if (exitCode !== 0) throw new Error(`The network of ${host}: ${stderr}`);
}
