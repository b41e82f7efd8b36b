// What a site decides about a node: hosts, database, tag, party, services.

import type { Route } from './packaged-content.ts';
import type { SimulatedService } from './releases.ts';

export interface SimulatedSite {
  /** EGGROLL_HOME on the node. */
  readonly eggrollHome: string;
  /** Name of this node in the cluster. */
  readonly host: string;
  readonly clusterManagerHost: string;
  /** What runs on this node. */
  readonly services: readonly SimulatedService[];
  readonly jdbc: { readonly url: string; readonly user: string; readonly password: string };
  readonly processTag: string;
  readonly partyId: string;
  readonly routes: readonly Route[];
  /** `symlink`: logs is a link to a folder outside, as AnsibleFATE makes it. */
  readonly logs: 'directory' | 'symlink';
}

export const defaultEggrollHome = '/data/projects/fate/eggroll';

/** A site with plain values, for a node of that name. */
export function simulatedSite(host: string, changes: Partial<SimulatedSite> = {}): SimulatedSite {
  return {
    eggrollHome: defaultEggrollHome,
    host,
    clusterManagerHost: 'nm1',
    services: ['nodemanager'],
    jdbc: { url: jdbcUrl('mysql', 'eggroll_meta'), user: 'fate', password: 'simulated' },
    processTag: 'eggroll-host',
    partyId: '9999',
    routes: [{ party: '10000', host: 'party-10000', port: 9370 }],
    logs: 'directory',
    ...changes,
  };
}

export function jdbcUrl(host: string, database: string): string {
  return `jdbc:mysql://${host}:3306/${database}?useSSL=false&serverTimezone=UTC&characterEncoding=utf8`;
}
