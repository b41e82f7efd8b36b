// The main job from end to end: upgrade, again, recover, on a real cluster with the real image.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Snapshot, startCluster, type TestCluster } from '../../support/cluster.ts';
import { expectNew, expectOld, expectTidy } from '../../support/oracle.ts';

describe('upgrade and recover', () => {
  let cluster: TestCluster;
  let before: Snapshot;

  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster.stop());
  beforeEach(async () => {
    await cluster.reset();
    before = await cluster.snapshot();
  });

  it('upgrades every node and the database, and changes nothing the second time', async () => {
    const first = await cluster.job('upgrade');
    expect(first.result).toMatchObject({ outcome: 'succeeded', exitCode: 0, schema: 1, command: 'upgrade' });
    expect(first.exitCode).toBe(0);
    expect(first.result.nodes.map(({ host, role, before, after }) => [host, role, before, after])).toEqual([
      ['nm1', 'nodemanager', '2.0.2', '2.2.1'],
      ['nm2', 'nodemanager', '2.0.2', '2.2.1'],
      ['nm3', 'nodemanager', '2.0.2', '2.2.1'],
      ['rs1', 'rollsite', '2.0.2', '2.2.1'],
    ]);
    expect(first.result.database).toMatchObject({ name: 'eggroll_meta', before: '2.0', statements: 5 });
    const { downtimeMs, downtimeBySteps } = first.result;
    expect(downtimeMs).toBeGreaterThan(0);
    expect(downtimeBySteps.reduce((sum, { ms }) => sum + ms, 0)).toBe(downtimeMs);
    expect(downtimeBySteps.map(({ step }) => step).filter((step) => step !== 'purge')).toEqual([
      'stop-services',
      'back-up-database',
      'switch',
      'migrate',
      'start-services',
    ]);
    expect(first.result.planHash).toMatch(/^[0-9a-f]{64}$/);
    await expectNew(cluster, before);

    const upgraded = await cluster.snapshot();
    const second = await cluster.job('upgrade');
    expect(second.result).toMatchObject({ outcome: 'unchanged', exitCode: 0, downtimeMs: 0, downtimeBySteps: [] });
    const after = await cluster.snapshot();
    expect(after).toEqual(upgraded);
  });

  it('recovers to what was there before, byte for byte', async () => {
    expect((await cluster.job('upgrade')).exitCode).toBe(0);
    const recovered = await cluster.job('recover');
    expect(recovered.result).toMatchObject({ outcome: 'succeeded', exitCode: 0, command: 'recover' });
    await expectOld(cluster, before);

    const again = await cluster.job('recover');
    expect(again.result).toMatchObject({ outcome: 'unchanged', exitCode: 0 });
    await expectOld(cluster, before);
  });

  it('upgrades again after a recovery', async () => {
    expect((await cluster.job('upgrade')).exitCode).toBe(0);
    expect((await cluster.job('recover')).exitCode).toBe(0);
    expect((await cluster.job('upgrade')).result).toMatchObject({ outcome: 'succeeded', exitCode: 0 });
    await expectNew(cluster, before);
  });

  it('recovers when there is nothing to recover', async () => {
    const { result } = await cluster.job('recover');
    expect(result).toMatchObject({ outcome: 'unchanged', exitCode: 0 });
    await expectTidy(cluster);
  });
});
