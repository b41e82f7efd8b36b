// Phase: homes and database of the real cluster are read, and only read: the doors of changes are closed.

import { createWriteStream } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { connect } from '../cluster/connection.ts';
import { loadHostKeys } from '../cluster/host-keys.ts';
import { type ClusterNode, clusterNode, nodeName } from '../cluster/node.ts';
import type { Config } from '../config/config.ts';
import { copyDatabase } from '../database/dump.ts';
import { throwIfStopped } from '../engine/runner.ts';
import type { Say } from '../messages/phrases.ts';
import { activityOf, modulesOf } from '../steps/activity.ts';
import { copyLimitMs } from '../steps/backup-copies.ts';
import { inParallel, onNodes } from '../steps/nodes.ts';
import { connectToDatabase } from '../steps/preflight-database.ts';
import { newWorld, type World } from '../steps/world.ts';
import { accountFor } from './build-cluster.ts';
import { secretsIn } from './conf-secrets.ts';
import { dumpedDatabase } from './database-source.ts';
import { type HomeArchive, readHomeArchive } from './home-archive.ts';
import { type Homes, nodeHome } from './homes.ts';
import { type RehearsalHost, rehearsalHosts } from './host-names.ts';
import { phase } from './phase.ts';
import { known, type RehearsalWorld } from './world.ts';

export const readCluster = phase('read-cluster', 'read homes and database of the real cluster', async (world) => {
  const cluster = known(world.config.cluster, 'configuration of the cluster');
  const hosts = rehearsalHosts(cluster.hosts, world.config.nodes, false);
  const listed = new Set(hosts.map((host) => host.listed));
  const chosen = { ...cluster, hosts: cluster.hosts.filter((host) => listed.has(nodeName(host))) };
  const folder = await mkdtemp(join(tmpdir(), 'rehearsal-'));
  world.temporary.push(folder);
  const real = openWorld(world, chosen);
  try {
    real.nodes = await connectNodes(real);
    const homes = await readHomes(real, hosts, folder, world.say);
    world.addSecrets(homes.archives.flatMap(({ properties }) => secretsIn(properties)));
    const account = accountFor(world.config);
    const dump = await readDatabase(real, join(folder, 'dump.sql'));
    world.sources = {
      ...{ hosts, home: cluster.eggrollHome, homes: homes.homes, password: account.password },
      ...(dump === undefined
        ? {}
        : {
            database: await dumpedDatabase(dump, account, 'REHEARSE_FROM_CLUSTER', world.say('a dump of the real one')),
          }),
    };
    const counts = { count: hosts.length, homes: homes.archives.length };
    return dump === undefined
      ? world.say('{count} nodes with {homes} different homes', counts)
      : world.say('{count} nodes with {homes} different homes, and a dump', counts);
  } finally {
    for (const node of real.nodes) node.close();
    await real.database?.close();
  }
});

/** A world that looks: whatever would change something in it is a defect, and fails. */
function openWorld({ clock, emit, signal, run }: RehearsalWorld, config: Config): World {
  return newWorld({
    ...{ config, inputs: undefined, clock, emit, signal, looksOnly: true },
    runner: 'rehearse',
    adoptRun: () => undefined,
    makeRunId: () => run,
  });
}

/** Logs in and no more: the preflight of an upgrade tries out renames on the nodes. */
async function connectNodes({ config, signal, looksOnly }: World): Promise<ClusterNode[]> {
  const { ssh, stateDir, eggrollHome, concurrency } = config;
  const hostKeys = await loadHostKeys([ssh.knownHostsFile], `${stateDir}/known_hosts`);
  const nodes: ClusterNode[] = [];
  try {
    return await inParallel(config.hosts, concurrency, async (host) => {
      throwIfStopped(signal);
      const node = clusterNode(host, eggrollHome, await connect(host, ssh, hostKeys), { looksOnly });
      nodes.push(node);
      return node;
    });
  } catch (error) {
    for (const node of nodes) node.close();
    throw error;
  }
}

interface ReadHomes {
  readonly homes: Homes;
  /** The distinct ones. */
  readonly archives: readonly HomeArchive[];
}

/** Every home that is like another one is read once. */
async function readHomes(real: World, hosts: readonly RehearsalHost[], folder: string, say: Say): Promise<ReadHomes> {
  const digests = await onNodes(real, (node) => digestOf(real, node));
  const activities = await onNodes(real, activityOf);
  const byDigest = new Map(real.nodes.map((node, index) => [digests[index] ?? '', node]));
  const archives = new Map<string, HomeArchive>();
  await onNodes(
    real,
    async (node) => {
      const digest = digests[real.nodes.indexOf(node)] ?? '';
      const file = join(folder, `${digest}.tar.gz`);
      await node.ask('read-home', [node.home, 'archive'], {
        limitMs: copyLimitMs,
        signal: real.signal,
        output: (printed) => pipeline(printed, createWriteStream(file, { mode: 0o600 })),
      });
      archives.set(digest, await readHomeArchive(file, node.name));
    },
    [...byDigest.values()],
  );
  const nodes = hosts.map(({ listed }) => {
    const index = real.nodes.findIndex(({ name }) => name === listed);
    const activity = known(activities[index], `activity of ${listed}`);
    return nodeHome(known(archives.get(digests[index] ?? ''), `home of ${listed}`), modulesOf(activity));
  });
  return { homes: { source: say('those of the real cluster'), nodes }, archives: [...archives.values()] };
}

async function digestOf({ signal }: World, node: ClusterNode): Promise<string> {
  const options = { limitMs: copyLimitMs, signal };
  const { stdout } = await node.ask('read-home', [node.home, 'digest'], options);
  return stdout.toString('utf8').trim();
}

async function readDatabase(real: World, file: string): Promise<string | undefined> {
  const database = await connectToDatabase(real);
  if (!database || !real.config.database) return undefined;
  await copyDatabase(database, real.config.database, file);
  return file;
}
