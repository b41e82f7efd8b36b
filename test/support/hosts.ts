// Smaller clusters, for tests that run many times: more nodes would show nothing that these do not, and cost as much again.

import type { SimulatedHost } from '../../src/rehearsal/cluster-plan.ts';

/** One of each kind, and a second one of a kind: in the middle of a step one node may be done, one at work, one untouched. */
export const threeHosts: readonly SimulatedHost[] = [
  { name: 'nm1', services: ['clustermanager', 'nodemanager'] },
  { name: 'nm2', services: ['nodemanager'] },
  { name: 'rs1', services: ['rollsite'] },
];

/** The least that can be half new: for what must be quick. */
export const twoHosts: readonly SimulatedHost[] = [
  { name: 'nm1', services: ['clustermanager', 'nodemanager'] },
  { name: 'nm2', services: ['nodemanager', 'rollsite'] },
];

/** The same with a fate_flow on nm2, for the scenarios of the fault suite that name it. */
export function withFateFlow(hosts: readonly SimulatedHost[]): readonly SimulatedHost[] {
  return hosts.map((host) => (host.name === 'nm2' ? { ...host, fateFlow: true } : host));
}
