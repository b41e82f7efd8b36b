// What lies in EGGROLL_HOME of each node of a rehearsal, and which services run there.

import type { Pack } from 'tar-stream';
import { invalid } from '../config/invalid.ts';
import { readProperties } from '../eggroll/properties.ts';
import { UpgradeError } from '../engine/errors.ts';
import type { Say } from '../messages/phrases.ts';
import { addTree } from './archive.ts';
import { simulatedHome } from './home.ts';
import { addHome, type HomeArchive, readHomeArchive } from './home-archive.ts';
import type { RehearsalHost } from './host-names.ts';
import { isRelease, type Release, releases, type SimulatedService, since } from './releases.ts';
import { jdbcUrl, simulatedSite } from './site.ts';

export interface NodeHome {
  /** Started with the node. */
  readonly services: readonly SimulatedService[];
  /** Folder that `logs` of the home leads to; without it, no service could write its log. */
  readonly logsTarget?: string;
  /** Adds the home to an archive, below `prefix` (no slash at either end). */
  addTo(archive: Pack, prefix: string): Promise<void>;
}

export interface Homes {
  /** In words, or a file. */
  readonly source: string;
  /** Those of the hosts, in their order. */
  readonly nodes: readonly NodeHome[];
}

export interface SimulatedDatabase {
  readonly host: string;
  readonly name: string;
  readonly user: string;
  readonly password: string;
  /** Name of the scratch schema; that of the database's name when absent. */
  readonly scratch?: string;
}

/** Throws CONFIG_INVALID for a version that no simulated home is known of. */
export function simulatedRelease(version: string): Release {
  if (isRelease(version)) return version;
  const found = `${version} is none of ${releases.join(', ')}.`;
  throw new UpgradeError(invalid('REHEARSE_FROM_VERSION', found));
}

export function simulatedHomes(
  version: Release,
  hosts: readonly RehearsalHost[],
  home: string,
  database: SimulatedDatabase,
  say: Say,
): Homes {
  const services = servicesOf(hosts, { isThree: since(version, '3.0.0') });
  const clusterManager = hosts[services.findIndex((own) => own.includes('clustermanager'))]?.name;
  const nodes = hosts.map(({ name }, index): NodeHome => {
    const site = simulatedSite(name, {
      eggrollHome: home,
      services: services[index] ?? [],
      ...(clusterManager === undefined ? {} : { clusterManagerHost: clusterManager }),
      jdbc: { url: jdbcUrl(database.host, database.name), user: database.user, password: database.password },
    });
    return {
      services: site.services,
      addTo: async (archive, prefix) => addTree(archive, simulatedHome(version, site), prefix),
    };
  });
  return { source: say('simulated ones of EggRoll {version}', { version }), nodes };
}

/** Every node gets the home of the archive. Throws REHEARSAL_INPUT_INVALID. */
export async function archivedHomes(file: string, hosts: readonly RehearsalHost[]): Promise<Homes> {
  const archive = await readHomeArchive(file, 'REHEARSE_HOME');
  const services = servicesOf(hosts, archive);
  return { source: file, nodes: services.map((own) => nodeHome(archive, own)) };
}

export function nodeHome(home: HomeArchive, services: readonly SimulatedService[]): NodeHome {
  const { logsTarget } = home;
  return {
    services,
    ...(logsTarget?.startsWith('/') ? { logsTarget } : {}),
    addTo: (archive, prefix) => addHome(archive, home, prefix),
  };
}

/** By the lists; the ClusterManager runs where the settings say, else on the first host of its list. */
function servicesOf(
  hosts: readonly RehearsalHost[],
  { isThree, properties = '' }: Pick<HomeArchive, 'isThree'> & { readonly properties?: string },
): SimulatedService[][] {
  const named = readProperties(properties).get('eggroll.resourcemanager.clustermanager.host');
  const listed = hosts.filter(({ role }) => role === 'nodemanager');
  const manager = listed.find((host) => host.listed === named || host.name === named) ?? listed[0];
  return hosts.map((host) => {
    if (host.role === 'rollsite') return isThree ? [] : ['rollsite'];
    if (host !== manager) return ['nodemanager'];
    return isThree ? ['clustermanager', 'nodemanager', 'dashboard'] : ['clustermanager', 'nodemanager'];
  });
}
