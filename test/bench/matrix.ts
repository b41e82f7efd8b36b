// Measures every cell that is asked for: network by network, size by size, the tools taking turns.

import { withCluster } from './containers.ts';
import { writeFixture } from './fixture.ts';
import { rateOf, shape, slowdownFor } from './hosts.ts';
import { describeDisk } from './machine.ts';
import { measureTool, type Race } from './measure.ts';
import type { BenchOptions } from './options.ts';
import type { Cell, Measurement } from './results.ts';
import { situations } from './tools.ts';

export interface Place {
  /** Folder for what the containers read; emptied before. */
  readonly dir: string;
  readonly image: string;
  readonly jobImage: string;
  readonly commit: string;
  say(text: string): void;
}

/** `onCell` gets a cell as soon as it is whole. */
export async function measureMatrix(place: Place, options: BenchOptions, onCell: (cell: Cell) => void): Promise<void> {
  const { dir, image, say } = place;
  const names = Array.from({ length: Math.max(...options.nodes) }, (_, index) => `n${index + 1}`);
  const hosts = names.map((container) => ({ container, port: 22 }));
  say(`writing homes and packages of ${options.packageMb} MB`);
  const fixture = await writeFixture({ dir, image, hosts, packageBytes: options.packageMb * 1e6 });
  say(`starting ${hosts.length} nodes`);
  const disk = await describeDisk(place.image, options.disk);
  await withCluster(
    { ...place, disk: options.disk, nodes: new Map(names.map((name) => [name, [22]])) },
    async (cluster) => {
      const everyone = [...cluster.nodes, ...Object.values(cluster.runners)];
      const { ownProcessor } = options;
      let shaped = '';
      for (const [network, count] of options.networks.flatMap((one) =>
        options.nodes.map((nodes) => [one, nodes] as const),
      )) {
        const slowdown = ownProcessor ? slowdownFor(count + 1) : 1;
        const rate = rateOf(network, slowdown);
        if (rate.join() !== shaped) await Promise.all(everyone.map((container) => shape(image, container, rate)));
        shaped = rate.join();
        for (const name of options.cases) {
          const own = ownProcessor ? `, a processor a host, ${slowdown} times slower` : '';
          say(`\n${name}, ${count} nodes, network ${network}${own}`);
          const pace = { ownProcessor, slowdown };
          const race = { cluster, nodes: cluster.nodes.slice(0, count), case: name, env: options.env, ...pace };
          const runs = await takeTurns(race, options, say);
          const { home, package: wanted } = situations[name];
          const head = {
            disk,
            nodes: count,
            case: name,
            network,
            ...pace,
            measured: new Date().toISOString(),
            commit: place.commit,
          };
          onCell({ ...head, env: options.env, lackingBytes: fixture.lackingBytes(home, wanted), runs });
        }
      }
    },
  );
}

async function takeTurns(race: Race, { runs, tools }: BenchOptions, say: Place['say']): Promise<Measurement[]> {
  const measured: Measurement[] = [];
  for (let run = 0; run < runs; run += 1) {
    for (const tool of tools) {
      const one = await measureTool(race, tool);
      measured.push(one);
      say(`  ${tool.padEnd(8)} ${(one.wallMs / 1000).toFixed(2)} s`);
    }
  }
  return measured;
}
