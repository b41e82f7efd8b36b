// A second network, in which a relay stands in the place of every node and of the database server: the job knows no difference.

import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { TestCluster } from '../support/cluster.ts';
import { docker } from '../support/docker.ts';
import { jobImage } from '../support/job.ts';
import { runSeed } from '../support/seed.ts';
import { databasePlace, type Place } from './disturb.ts';

/** How a relay treats what it carries: see job/relay.mts. */
export interface RelayPlan {
  readonly delayMs?: number;
  readonly jitterMs?: number;
  readonly loss?: number;
  readonly cutAfterBytes?: number;
}

export interface Relays {
  /** The network in which a job is to run. */
  readonly network: string;
  /** The most bytes that one connection towards a place has carried so far. */
  bytesTo(place: Place): Promise<number>;
  stop(): Promise<void>;
}

export async function startRelays(cluster: TestCluster, planFor: (place: Place) => RelayPlan): Promise<Relays> {
  const id = randomUUID().slice(0, 8);
  const network = `relays-${id}`;
  const places = [...cluster.hosts, databasePlace];
  const nameOf = (place: Place) => `relay-${id}-${place}`;
  await must(['network', 'create', network]);
  await Promise.all(places.map((place) => startRelay(cluster, network, place, nameOf(place), planFor(place))));
  return {
    network,
    async bytesTo(place) {
      const { stdout } = await must(['logs', nameOf(place)]);
      const told = stdout.split('\n').filter((line) => line.startsWith('{'));
      return Math.max(0, ...told.map((line) => (JSON.parse(line) as { readonly bytes: number }).bytes));
    },
    async stop() {
      await must(['rm', '--force', ...places.map(nameOf)]);
      await must(['network', 'rm', network]);
    },
  };
}

async function startRelay(cluster: TestCluster, network: string, place: Place, name: string, plan: RelayPlan) {
  const isDatabase = place === databasePlace;
  const target = isDatabase ? cluster.database : cluster.container(place);
  const relay = { to: target.getIpAddress(cluster.network), port: isDatabase ? 3306 : 22, seed: runSeed(), ...plan };
  const folder = join(import.meta.dirname, 'job');
  await must([
    ...['run', '--detach', `--name=${name}`, `--network=${network}`, `--network-alias=${place}`],
    ...[`--volume=${folder}:/faults:ro`, `--env=RELAY=${JSON.stringify(relay)}`],
    ...['--entrypoint=node', jobImage, '/faults/relay.mts'],
  ]);
  await must(['network', 'connect', cluster.network, name]);
  while (!(await must(['logs', name])).stdout.includes('relay ready')) {
    const { stdout } = await must(['inspect', '--format={{.State.Running}}', name]);
    if (stdout.trim() !== 'true')
      throw new Error(`The relay to ${place} ended: ${(await docker(['logs', name])).stderr}`);
  }
}

async function must(args: readonly string[]) {
  const outcome = await docker(args);
  if (outcome.exitCode !== 0) throw new Error(`docker ${args.join(' ')}: ${outcome.stderr}`);
  return outcome;
}
