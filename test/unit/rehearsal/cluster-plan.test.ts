import { expect, test } from 'vitest';
import { planCluster, runsRollsiteAlone } from '../../../src/rehearsal/cluster-plan.ts';

test('three NodeManager hosts, the first with the ClusterManager, and a RollSite host', () => {
  const { hosts } = planCluster();
  expect(hosts.map(({ name, services }) => `${name}: ${services.join(' ')}`)).toEqual([
    'nm1: clustermanager nodemanager',
    'nm2: nodemanager',
    'nm3: nodemanager',
    'rs1: rollsite',
  ]);
  expect(hosts.filter(runsRollsiteAlone).map(({ name }) => name)).toEqual(['rs1']);
});

test('3.x has a dashboard and no RollSite', () => {
  const services = planCluster({ from: '3.0.0' }).hosts.flatMap((host) => host.services);
  expect(services).toContain('dashboard');
  expect(services).not.toContain('rollsite');
});
