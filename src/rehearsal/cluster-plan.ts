// A simulated cluster before anything of it exists: hosts, releases, names; with what is usual filled in.

import type { LibraryOptions } from './libraries.ts';
import { type Release, type SimulatedService, since } from './releases.ts';
import type { SeedOptions } from './seed.ts';
import { defaultEggrollHome } from './site.ts';

export interface SimulatedHost {
  readonly name: string;
  /** EggRoll's; a host without any is in no list. */
  readonly services: readonly SimulatedService[];
  /** Has a fate_flow, which runs. */
  readonly fateFlow?: boolean;
}

export interface ClusterPlan extends LibraryOptions, Omit<SeedOptions, 'hosts'> {
  readonly from: Release;
  readonly to: Release;
  readonly hosts: readonly SimulatedHost[];
  readonly eggrollHome: string;
  readonly database: { readonly host: string; readonly name: string; readonly user: string };
  /** Numeric owner of what the job reads; absent: files stay the caller's and are readable for all. */
  readonly owner?: { readonly uid: number; readonly gid: number };
}

/** Three NodeManager hosts, the first with the ClusterManager, and one RollSite host where the release has RollSite. */
export function planCluster(changes: Partial<ClusterPlan> = {}): ClusterPlan {
  const from = changes.from ?? '2.0.2';
  return {
    from,
    to: '2.2.1',
    hosts: defaultHosts(from),
    eggrollHome: defaultEggrollHome,
    database: { host: 'mysql', name: 'eggroll_meta', user: 'fate' },
    ...changes,
  };
}

function defaultHosts(from: Release): readonly SimulatedHost[] {
  const workers = ['nm2', 'nm3'].map((name) => ({ name, services: ['nodemanager'] as const }));
  if (since(from, '3.0.0'))
    return [{ name: 'nm1', services: ['clustermanager', 'nodemanager', 'dashboard'] }, ...workers];
  const rollsite: SimulatedHost = { name: 'rs1', services: ['rollsite'] };
  return [{ name: 'nm1', services: ['clustermanager', 'nodemanager'] }, ...workers, rollsite];
}

/** True when the host is a node of the cluster. */
export function isListed(host: SimulatedHost): boolean {
  return host.services.length > 0;
}

/** True when the host belongs into rs_ip_list: it runs RollSite and nothing else. */
export function runsRollsiteAlone(host: SimulatedHost): boolean {
  return isListed(host) && host.services.every((service) => service === 'rollsite');
}
