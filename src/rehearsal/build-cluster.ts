// Phase: the cluster of the rehearsal is made and its first state kept.

import { randomBytes } from 'node:crypto';
import type { RehearsalConfig } from '../config/rehearsal.ts';
import { UpgradeError } from '../engine/errors.ts';
import type { Say } from '../messages/phrases.ts';
import { snapshotOf } from './compare.ts';
import { type DatabaseSource, dumpedDatabase, simulatedDatabase } from './database-source.ts';
import { archivedHomes, type SimulatedDatabase, simulatedHomes, simulatedRelease } from './homes.ts';
import { databaseName, rehearsalHosts } from './host-names.ts';
import { prepareJobs } from './job.ts';
import { phase } from './phase.ts';
import { since } from './releases.ts';
import { defaultEggrollHome } from './site.ts';
import { type Snapshot, UnreadableDatabase } from './snapshot.ts';
import { startThrowaway, type Throwaway } from './throwaway.ts';
import { known, type RehearsalWorld, type Sources } from './world.ts';

export const buildCluster = phase('build-cluster', 'build the throwaway cluster', async (world) => {
  const { engine, config, run, inputs, say } = world;
  // A phase before this one may have taken them from the real cluster.
  const sources = world.sources ?? (await ownSources(config, say));
  world.sources = sources;
  const { hosts, homes, database, home, password } = sources;
  for (const name of config.leftOut) {
    const message = say('{name} does not count in a rehearsal: its nodes have nothing of that.', { name });
    world.emit({ type: 'warning', message });
  }
  if (config.hosts.length > hosts.length) {
    const counts = { listed: config.hosts.length, count: hosts.length };
    const message = say('The lists name {listed} hosts; {count} of them are rehearsed.', counts);
    world.emit({ type: 'warning', message });
  }
  const plan = {
    ...{ run, keep: config.keep, images: known(world.images, 'images'), hosts, homes, home },
    nodeEnvironment: nodeEnvironment(config),
    ...(database ? { database } : {}),
  };
  world.throwaway = await startThrowaway(engine, plan, world);
  world.server = await serverOf(world.throwaway);
  const { throwaway, language } = world;
  world.jobs = await prepareJobs(engine, { config, package: inputs.package, throwaway, password, language });
  world.before = await firstState(world, database);
  const made = { count: hosts.length, homes: homes.source };
  return database
    ? say('{count} nodes and a database server: homes: {homes}; database: {database}', {
        ...made,
        database: database.source,
      })
    : say('{count} nodes: homes: {homes}', made);
});

/** What of a database cannot be read again, such as a view without its table, cannot be compared either. */
async function firstState(world: RehearsalWorld, database: DatabaseSource | undefined): Promise<Snapshot> {
  try {
    return await snapshotOf(world);
  } catch (error) {
    if (!(error instanceof UnreadableDatabase) || !database) throw error;
    const found = `The server took it in, and cannot dump it again. It said: ${error.message}.`;
    throw new UpgradeError({ code: 'REHEARSAL_INPUT_INVALID', where: database.where, found }, { cause: error });
  }
}

// With supervisord, the nodes have one, and the service.sh of it.
function nodeEnvironment({ serviceControl, policies }: RehearsalConfig): Record<string, string> {
  if (serviceControl !== 'supervisord') return {};
  const prefix = policies['SUPERVISORD_PREFIX'];
  return { SUPERVISED: 'starting', ...(prefix === undefined ? {} : { SUPERVISED_PREFIX: prefix }) };
}

/** Kind and version as the server tells them, and its image. */
async function serverOf({ inDatabase, images }: Throwaway): Promise<string | undefined> {
  if (!inDatabase) return undefined;
  const ask = '"$(command -v mariadb || command -v mysql)" -uroot -N -B -e "SELECT VERSION()"';
  const { stdout } = await inDatabase(['bash', '-c', ask]);
  const kind = /mariadb/i.test(stdout) ? 'MariaDB' : 'MySQL';
  return `${kind} ${/^[0-9.]+/.exec(stdout)?.[0] ?? ''} (${images.database})`;
}

/** From what the user gives, and the simulated releases. Throws CONFIG_INVALID, REHEARSAL_INPUT_INVALID. */
async function ownSources(config: RehearsalConfig, say: Say): Promise<Sources> {
  const { homeArchive, database } = config;
  const release = simulatedRelease(config.fromVersion);
  const hosts = rehearsalHosts(config.hosts, config.nodes, !since(release, '3.0.0'));
  const home = config.eggrollHome ?? defaultEggrollHome;
  const account = accountFor(config);
  const homes =
    homeArchive === undefined
      ? simulatedHomes(release, hosts, home, account, say)
      : await archivedHomes(homeArchive, hosts);
  const managers = hosts.flatMap(({ name, role }) => (role === 'nodemanager' ? [name] : []));
  const source =
    database?.dump === undefined
      ? simulatedDatabase(release, account, managers, say)
      : await dumpedDatabase(database.dump, account, 'REHEARSE_DUMP');
  return { hosts, home, homes, password: account.password, ...(database ? { database: source } : {}) };
}

/** The account of the rehearsal's database, with a password of its own. */
export function accountFor({ database, policies }: RehearsalConfig): SimulatedDatabase {
  const scratch = policies['MYSQL_SCRATCH_DB'];
  return {
    host: databaseName,
    name: database?.name ?? 'eggroll_meta',
    user: database?.user ?? 'fate',
    password: randomBytes(12).toString('hex'),
    ...(scratch === undefined ? {} : { scratch }),
  };
}
