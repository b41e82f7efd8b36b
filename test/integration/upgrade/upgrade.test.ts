// The main job from end to end: upgrade, again, recover, on a real cluster with the real image.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type JobOutcome, type Snapshot, startCluster, type TestCluster } from '../../support/cluster.ts';
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

  function reportOf(run: string, name = 'report.html'): Promise<string> {
    return readFile(join(cluster.stateDir, 'runs', run, name), 'utf8');
  }

  /** The page holds what the result says, and what only the events of the run have told. */
  async function expectReport({ run, report, nodes, planHash = 'no hash' }: JobOutcome['result']): Promise<void> {
    expect(report).toBe(`/state/runs/${run}/report.html`);
    const page = await reportOf(run);
    expect(page).toContain('Upgrade succeeded');
    expect(page).toContain(planHash);
    for (const { host } of nodes) expect(page).toMatch(new RegExp(`class="row-name"><span class="name">${host}<`));
    expect(page).toMatch(/class="row-name"><span class="name">database eggroll_meta</);
    expect(page).toMatch(/services down for [\d.]+ s, from/);
    expect(page.match(/<path class="k-down"/g)?.length).toBeGreaterThan(nodes.length);
    expect(page).toMatch(/<code>conf\/eggroll\.properties<\/code> <span class="quiet">on .*nm1/);
    expect(page).toContain('>+eggroll.core.grpc.channel.keepalive.timeout.sec=20<');
    const states = [...page.matchAll(/<span class="state">(.*?)<\/span> <span class="quiet">/g)].map(
      ([, state]) => state,
    );
    expect(states).toHaveLength(5);
    for (const state of states) expect(state).toMatch(/done<\/span> in \d.* at [\d:]+, \d.* on the copy$/);
    expect(page).toContain('<code>/secrets/mysql</code>');
    const secrets = await Promise.all(
      ['mysql', 'ssh/id'].map((name) => readFile(join(cluster.dir, 'secrets', name), 'utf8')),
    );
    for (const secret of secrets) expect(page).not.toContain(secret.trim());
  }

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
    await expectReport(first.result);

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
    const { run } = recovered.result;
    expect(recovered.result.report).toBe(`/state/runs/${run}/report-recover.html`);
    expect(await reportOf(run, 'report-recover.html')).toContain('Recovery succeeded');
    expect(await reportOf(run)).toContain('Upgrade succeeded');

    const again = await cluster.job('recover');
    expect(again.result).toMatchObject({ outcome: 'unchanged', exitCode: 0 });
    await expectOld(cluster, before);
  });

  it('upgrades again after a recovery', { tags: ['sibling'] }, async () => {
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
