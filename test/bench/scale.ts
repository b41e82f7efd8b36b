// Ours alone on clusters that no small machine can hold as containers: many sshd processes in a few containers, each with an
// EGGROLL_HOME of its own. The nodes lack the whole package, so that every byte of it has to reach each of them.

import { type BenchContainer, inAll, withCluster } from './containers.ts';
import { type BenchHost, writeFixture } from './fixture.ts';
import { describeDisk } from './machine.ts';
import type { Place } from './matrix.ts';
import { timeTask } from './measure.ts';
import type { BenchOptions } from './options.ts';
import type { ScaleRun } from './results.ts';
import { taskOf } from './tools.ts';

const nodesEach = 50;
const firstPort = 10_001;

/** One run for each number of nodes, each on new containers. */
export async function measureScale(place: Place, options: BenchOptions, onRun: (run: ScaleRun) => void): Promise<void> {
  const hosts = hostsOf(Math.max(...options.scale));
  place.say(`writing homes and a package of ${options.packageMb} MB`);
  const plan = { dir: place.dir, image: place.image, hosts, packageBytes: options.packageMb * 1e6, isBare: true };
  const { packageBytes } = await writeFixture(plan);
  const disk = await describeDisk(place.image, options.disk);
  for (const count of options.scale) {
    place.say(`${count} nodes in ${Math.ceil(count / nodesEach)} containers`);
    const figures = await measureOne(place, hosts.slice(0, count), options);
    place.say(`  ${(figures.wallMs / 1000).toFixed(1)} s`);
    onRun({
      disk,
      nodes: count,
      packageBytes,
      measured: new Date().toISOString(),
      commit: place.commit,
      env: options.env,
      ...figures,
    });
  }
}

function hostsOf(count: number): BenchHost[] {
  return Array.from({ length: count }, (_, index) => ({
    container: `s${Math.floor(index / nodesEach) + 1}`,
    port: firstPort + (index % nodesEach),
  }));
}

async function measureOne(place: Place, hosts: readonly BenchHost[], { env, disk }: BenchOptions): Promise<Figures> {
  const ports = Map.groupBy(hosts, ({ container }) => container);
  const nodes = new Map([...ports].map(([name, own]) => [name, own.map(({ port }) => port)]));
  return withCluster({ ...place, disk, nodes }, async (cluster) => {
    await eachHome(cluster.nodes, nodes, (homes) => ['bench-reset', 'old', ...homes]);
    const task = taskOf('ours', 'full', `hosts-${hosts.length}`, env);
    const { figures } = await timeTask(cluster, cluster.nodes, task);
    const check = 'for home in "$@"; do bench-check full "$home"; done';
    await eachHome(cluster.nodes, nodes, (homes) => ['sh', '-ec', check, 'sh', ...homes]);
    return figures;
  });
}

type Figures = Awaited<ReturnType<typeof timeTask>>['figures'];

/** Runs a command in every container, made of the places where the homes of its nodes lie. */
async function eachHome(
  containers: readonly BenchContainer[],
  ports: ReadonlyMap<string, readonly number[]>,
  command: (homes: string[]) => readonly string[],
): Promise<void> {
  const lists = [...ports.values()];
  await Promise.all(
    containers.map(async (container, index) => {
      const homes = (lists[index] ?? []).map((port) => `/data/nodes/${port}/eggroll`);
      await inAll([container], ...command(homes));
    }),
  );
}
