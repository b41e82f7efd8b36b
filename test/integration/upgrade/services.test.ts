// Who runs the services, from end to end: a real supervisord, and the older installs in which it has lost them; and sessions that run.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type JobOutcome, type Snapshot, startCluster, type TestCluster } from '../../support/cluster.ts';
import { twoHosts } from '../../support/hosts.ts';
import { expectNew, expectOld } from '../../support/oracle.ts';

const home = '/data/projects/common/supervisord';

/** What supervisord says of its programs on a host: a word for each, by name. */
async function states(cluster: TestCluster, host: string): Promise<Record<string, string>> {
  const { stdout } = await cluster.exec(host, `bash ${home}/service.sh status all`, 'app');
  const lines = stdout.trim().split('\n');
  return Object.fromEntries(lines.map((line) => line.trim().split(/\s+/).slice(0, 2) as [string, string]));
}

const warnings = ({ events }: JobOutcome) =>
  events.filter(({ type }) => type === 'warning').map(({ host, message }) => `${host}: ${message}`);

describe('a cluster of supervisord', () => {
  let cluster: TestCluster;
  let before: Snapshot;
  const supervised = { SUPERVISED: 'starting', SUPERVISED_PREFIX: 'party1-' };
  const env = { SERVICE_CONTROL: 'supervisord', SUPERVISORD_PREFIX: 'party1-' };

  beforeAll(async () => {
    const environment = { nm1: supervised, nm2: supervised };
    cluster = await startCluster({ from: '2.2.1', to: '2.4.9', hosts: twoHosts, environment });
  });
  afterAll(() => cluster.stop());
  beforeEach(async () => {
    await cluster.reset();
    await expect
      .poll(() => states(cluster, 'nm2'))
      .toEqual({ 'party1-nodemanager': 'RUNNING', 'party1-rollsite': 'RUNNING' });
    before = await cluster.snapshot();
  });

  /** The services of a host are children of its supervisord; gives their process numbers. */
  async function children(host: string): Promise<string[]> {
    const { stdout } = await cluster.exec(host, `ps -C java -o pid=,ppid= ; cat ${home}/supervisord.pid`);
    const lines = stdout.trim().split('\n');
    const supervisord = lines.pop()?.trim();
    const pairs = lines.map((line) => line.trim().split(/\s+/));
    expect(pairs.map(([, parent]) => parent)).toEqual(pairs.map(() => supervisord));
    return pairs.map(([pid = '']) => pid);
  }

  it('is stopped and started by it alone, and stays in its care', async () => {
    await cluster.exec('nm2', `bash ${home}/service.sh stop party1-rollsite`, 'app');
    before = await cluster.snapshot();
    expect(before.services['nm2']).toBe('nodemanager 2.2.1\n');

    const upgraded = await cluster.job('upgrade', { env });
    expect(upgraded.result).toMatchObject({ outcome: 'succeeded', exitCode: 0 });
    const services = upgraded.events.filter(({ type }) => type === 'service');
    // All nodes stop a service before any stops the next.
    const inOrder = ['clustermanager', 'nodemanager', 'nodemanager'];
    expect(services.map(({ service, state }) => `${service} ${state}`)).toEqual([
      ...inOrder.map((service) => `${service} stopped`),
      ...inOrder.map((service) => `${service} started`),
    ]);
    await expectNew(cluster, before);
    expect(await states(cluster, 'nm1')).toEqual({
      'party1-clustermanager': 'RUNNING',
      'party1-nodemanager': 'RUNNING',
    });
    expect(await states(cluster, 'nm2')).toEqual({ 'party1-nodemanager': 'RUNNING', 'party1-rollsite': 'STOPPED' });
    expect(await children('nm1')).toHaveLength(2);
    const [first = ''] = await children('nm2');

    await cluster.exec('nm2', `kill -KILL ${first}`);
    const running = async () => (await cluster.snapshot()).services['nm2'];
    await expect.poll(async () => (await children('nm2')).filter((pid) => pid !== first)).toHaveLength(1);
    await expect.poll(running).toBe('nodemanager 2.4.9\n');

    expect((await cluster.job('recover', { env })).result).toMatchObject({ outcome: 'succeeded', exitCode: 0 });
    await expectOld(cluster, before);
    expect(await states(cluster, 'nm2')).toEqual({ 'party1-nodemanager': 'RUNNING', 'party1-rollsite': 'STOPPED' });
    expect(await children('nm1')).toHaveLength(2);
  });

  it("refuses EggRoll's own script there, before anything is changed", async () => {
    for (const command of ['plan', 'upgrade']) {
      const { result } = await cluster.job(command);
      expect(result).toMatchObject({ outcome: 'failed', exitCode: 10, downtimeMs: 0 });
      expect(result.findings).toHaveLength(4);
      for (const finding of result.findings) {
        expect(finding).toMatchObject({
          code: 'NODE_UNFIT',
          found: expect.stringMatching(/^\w+ \(process \d+\) is run by supervisord \(process \d+\)/),
          remedy: 'Set SERVICE_CONTROL=supervisord.',
        });
      }
    }
    const missing = { ...env, SUPERVISORD_HOME: '/nowhere', INIT_ENV_FILE: '/nowhere/init_env.sh' };
    const remedies = (await cluster.job('upgrade', { env: missing })).result.findings.map(({ remedy }) => remedy);
    expect(new Set(remedies)).toEqual(new Set(['Correct SUPERVISORD_HOME.', 'Correct INIT_ENV_FILE.']));
    const byHand = await cluster.job('upgrade', { env: { SERVICE_CONTROL: 'none' } });
    expect(byHand.result).toMatchObject({ exitCode: 10, findings: [{ code: 'NODE_UNFIT' }, { code: 'NODE_UNFIT' }] });
    expect(await cluster.snapshot()).toEqual(before);
    // What stops nothing need not know.
    expect((await cluster.job('prune')).exitCode).toBe(0);
  });

  it('refuses a copy of an older script, which would start what the new version has not', async () => {
    const copy = `${cluster.home}/bin/fate-eggroll.sh`;
    await cluster.exec('nm2', `echo 'class=com.webank.eggroll.rollsite.Proxy' >>${copy}`, 'app');
    const { result } = await cluster.job('upgrade', { env });
    expect(result).toMatchObject({ outcome: 'failed', exitCode: 10, downtimeMs: 0 });
    expect(result.findings).toEqual([
      expect.objectContaining({
        code: 'NODE_UNFIT',
        where: 'nm2',
        found: `${copy}, which stays as it is, starts rollsite.Proxy, and 2.4.9 has another class for that.`,
      }),
    ]);
  });

  it('puts everything back soon when supervisord has no program of that name', { tags: ['sibling'] }, async () => {
    const { result } = await cluster.job('upgrade', { env: { ...env, SUPERVISORD_PREFIX: 'party2-' } });
    expect(result).toMatchObject({ outcome: 'rolled-back', exitCode: 10 });
    expect(result.findings[0]).toMatchObject({
      code: 'SERVICE_NOT_STOPPED',
      found: expect.stringContaining('supervisord has no program of that name: see SUPERVISORD_PREFIX.'),
    });
    // It waits for no service to stop, which would take a minute.
    expect(result.downtimeBySteps[0]).toMatchObject({ step: 'stop-services' });
    expect(result.downtimeBySteps[0]?.ms).toBeLessThan(60_000);
    await expectOld(cluster, before);
  });

  it('says that sessions run, and ends the workers that outlive their NodeManager', { tags: ['sibling'] }, async () => {
    await cluster.exec('nm2', 'sim-worker night_job');
    const refused = await cluster.job('upgrade', { env: { ...env, LEFTOVER_WORKERS: 'refuse' } });
    expect(refused.result).toMatchObject({ outcome: 'failed', exitCode: 10, downtimeMs: 0 });
    expect(refused.result.findings).toMatchObject([
      { code: 'NODE_UNFIT', where: 'nm2', found: expect.stringMatching(/process \d+ of session night_job/) },
    ]);
    expect(await cluster.snapshot()).toEqual(before);

    const told = /^nm2: Workers of sessions run here: process \d+ of session night_job\. Their jobs end/;
    expect(warnings(await cluster.job('plan', { env }))).toContainEqual(expect.stringMatching(told));
    const upgraded = await cluster.job('upgrade', { env });
    expect(upgraded.result).toMatchObject({ outcome: 'succeeded', exitCode: 0 });
    expect(warnings(upgraded)).toEqual([
      expect.stringMatching(told),
      expect.stringMatching(/^nm2: Workers have outlived .* are asked to end: process \d+ of session night_job\.$/),
    ]);
    expect((await cluster.exec('nm2', 'pgrep -f "[e]gg_pair.py"')).stdout).toBe('');
    await expectNew(cluster, before);
  });
});

describe('an older install, in which the programs of supervisord end in start', { tags: ['sibling'] }, () => {
  let cluster: TestCluster;

  beforeAll(async () => {
    const environment = { nm1: { SUPERVISED: 'start' }, nm2: { SUPERVISED: 'start' } };
    cluster = await startCluster({ hosts: twoHosts, environment });
  });
  afterAll(() => cluster.stop());

  it("is refused with supervisord, and upgraded by EggRoll's own script", async () => {
    for (const host of cluster.hosts) {
      await expect
        .poll(async () => new Set(Object.values(await states(cluster, host))), { timeout: 180_000 })
        .toEqual(new Set(['FATAL']));
    }
    const before = await cluster.snapshot();
    expect(before.services['nm2']).toBe('nodemanager 2.0.2\nrollsite 2.0.2\n');
    const { result } = await cluster.job('upgrade', { env: { SERVICE_CONTROL: 'supervisord' } });
    expect(result).toMatchObject({ outcome: 'failed', exitCode: 10, downtimeMs: 0 });
    expect(result.findings).toHaveLength(4);
    expect(result.findings[0]?.found).toMatch(/^\w+ \(process \d+\) is not run by supervisord/);
    expect(result.findings[0]?.remedy).toContain('set SERVICE_CONTROL=eggroll');

    expect((await cluster.job('upgrade')).result).toMatchObject({ outcome: 'succeeded', exitCode: 0 });
    await expectNew(cluster, before);
    expect((await cluster.job('recover')).result).toMatchObject({ outcome: 'succeeded', exitCode: 0 });
    await expectOld(cluster, before);
  });
});
