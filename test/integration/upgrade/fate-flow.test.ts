// fate_flow stops before EggRoll and starts after it, on a node or on a machine that is in no list, whatever interrupts the run.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Snapshot, startCluster, type TestCluster } from '../../support/cluster.ts';
import { killAt } from '../../support/interrupt.ts';
import type { JobEvent } from '../../support/job.ts';
import { expectNew, expectOld } from '../../support/oracle.ts';

const script = '/data/projects/fate/fateflow/bin/service.sh';
const calls = '/data/projects/fate/fateflow/calls';
const onNode = { FATE_FLOW_SERVICE: script, FATE_FLOW_HOST: 'nm1' };
const elsewhere = { FATE_FLOW_SERVICE: script, FATE_FLOW_HOST: 'flow1' };

describe('fate_flow', () => {
  let cluster: TestCluster;
  let before: Snapshot;

  beforeAll(async () => {
    cluster = await startCluster({
      hosts: [
        { name: 'nm1', services: ['clustermanager', 'nodemanager'], fateFlow: true },
        { name: 'nm2', services: ['nodemanager', 'rollsite'] },
        { name: 'flow1', services: [], fateFlow: true },
      ],
    });
  });
  afterAll(() => cluster.stop());
  beforeEach(async () => {
    await cluster.reset();
    for (const host of ['nm1', 'flow1']) await listenIn(host);
    before = await cluster.snapshot();
  });

  /** From now on every call of service.sh is noted, with what runs on its machine at that moment, and `then` done after it. */
  async function listenIn(host: string, then = ''): Promise<void> {
    const wrapper = `echo "$1: $(EGGROLL_HOME=${cluster.home} sim-services | cut -d ' ' -f 1 | xargs)" >>${calls}
bash ${script}.own "$@"
${then}`;
    const put = `[ -e ${script}.own ] || mv ${script} ${script}.own; echo ${Buffer.from(wrapper).toString('base64')} | base64 -d >${script}`;
    expect((await cluster.exec(host, put, 'app')).exitCode).toBe(0);
    // The original finds its folder by its own name.
    await cluster.exec(host, `sed -i 's|dirname "$0"|dirname ${script}|' ${script}.own`, 'app');
  }

  const callsOn = async (host: string) => {
    const { stdout } = await cluster.exec(host, `cat ${calls} 2>/dev/null; rm -f ${calls}`);
    return stdout.split('\n').flatMap((line) => (line === '' ? [] : [line.trim()]));
  };
  const serviceEvents = (events: readonly JobEvent[]) =>
    events.flatMap(({ type, host, service, state }) => (type === 'service' ? [`${host} ${service} ${state}`] : []));
  const runsOn = async (host: string) => (await cluster.exec(host, 'sim-services')).stdout;
  const isGone = async () => (await cluster.exec('nm1', "pgrep -f '^python.*fate_flow_server'")).exitCode !== 0;

  it('stops first and starts last, in an upgrade and in a recovery; plan and status tell', async () => {
    const planned = await cluster.job('plan', { env: onNode });
    expect(planned.result.plan?.fateFlow).toEqual({
      host: 'nm1',
      stop: [`${script} stop`],
      start: [`${script} start`],
    });
    expect(await callsOn('nm1')).toEqual([]);
    const status = await cluster.job('status', { env: onNode });
    expect(status.result.status?.fateFlow).toEqual({ host: 'nm1', runs: true });

    const around = ['stop: clustermanager fate_flow nodemanager', 'start: clustermanager nodemanager'];
    const upgrade = await cluster.job('upgrade', {
      env: { ...onNode, PLAN_HASH: planned.result.plan?.hash ?? 'none' },
    });
    expect(upgrade.result).toMatchObject({ outcome: 'succeeded', exitCode: 0 });
    expect(upgrade.result.nodes.map(({ host }) => host)).toEqual(['nm1', 'nm2']);
    expect(await callsOn('nm1')).toEqual(around);
    const told = serviceEvents(upgrade.events);
    expect([told[0], told.at(-1)]).toEqual(['nm1 fate_flow stopped', 'nm1 fate_flow started']);
    expect(told).toHaveLength(10);
    await expectNew(cluster, before);

    const recover = await cluster.job('recover', { env: onNode });
    expect(recover.result).toMatchObject({ outcome: 'succeeded', exitCode: 0 });
    expect(await callsOn('nm1')).toEqual(around);
    await expectOld(cluster, before);
  });

  it('is not started where it did not run; PLAN_HASH knows the difference', { tags: ['sibling'] }, async () => {
    const planned = await cluster.job('plan', { env: onNode });
    await cluster.exec('nm1', `bash ${script} stop; rm ${calls}`, 'app');
    before = await cluster.snapshot();
    const refused = await cluster.job('upgrade', {
      env: { ...onNode, PLAN_HASH: planned.result.plan?.hash ?? 'none' },
    });
    expect(refused.result).toMatchObject({ exitCode: 65, findings: [{ code: 'PLAN_CHANGED' }] });
    expect((await cluster.job('plan', { env: onNode })).result.plan?.fateFlow).toMatchObject({ stop: [], start: [] });
    for (const command of ['upgrade', 'recover']) {
      expect((await cluster.job(command, { env: onNode })).result).toMatchObject({ outcome: 'succeeded' });
    }
    expect(await callsOn('nm1')).toEqual([]);
    await expectOld(cluster, before);
  });

  it('is stopped and not started with START_SERVICES=false', { tags: ['sibling'] }, async () => {
    const env = { ...onNode, START_SERVICES: 'false' };
    expect((await cluster.job('plan', { env })).result.plan?.fateFlow).toMatchObject({ start: [] });
    expect((await cluster.job('upgrade', { env })).result).toMatchObject({ outcome: 'succeeded' });
    expect(await callsOn('nm1')).toEqual(['stop: clustermanager fate_flow nodemanager']);
    expect(await runsOn('nm1')).toBe('');
  });

  it('puts everything back when it does not start with the new version', { tags: ['sibling'] }, async () => {
    await cluster.exec('nm1', `echo fate_flow:${cluster.prepared.to} >/etc/simulated/fail-start`);
    const { result } = await cluster.job('upgrade', { env: onNode });
    expect(result).toMatchObject({ outcome: 'rolled-back', exitCode: 10 });
    expect(result.findings).toMatchObject([
      {
        code: 'SERVICE_NOT_STARTED',
        where: 'nm1',
        found: expect.stringMatching(/^fate_flow did not start .*start failed/s),
      },
    ]);
    await expectOld(cluster, before);
  });

  it('believes no exit code: a script that ends well without a process has not started it', {
    tags: ['sibling'],
  }, async () => {
    const conf = '/data/projects/fate/conf/service_conf.yaml';
    await listenIn('nm1', `[ "$1" != stop ] || mv ${conf} ${conf}.away`);
    const { result } = await cluster.job('upgrade', { env: onNode });
    // With neither version it starts.
    expect(result).toMatchObject({ outcome: 'failed', exitCode: 11 });
    expect(new Set(result.findings.map(({ code }) => code))).toEqual(new Set(['SERVICE_NOT_STARTED']));
    expect(result.findings[0]?.found).toContain('not found');
    await cluster.exec('nm1', `mv ${conf}.away ${conf}`);
    await listenIn('nm1');
    expect((await cluster.job('recover', { env: onNode })).result).toMatchObject({ outcome: 'succeeded', exitCode: 0 });
    await expectOld(cluster, before);
  });

  it('may be on a machine that is in no list, where nothing else is touched', { tags: ['sibling'] }, async () => {
    const everything = `cd /data && find . -path '*/fateflow/logs' -prune -o -path '*/fateflow/calls' -prune -o -type f -printf '%p %T@\\n' | sort`;
    const files = (await cluster.exec('flow1', everything)).stdout;
    const planned = await cluster.job('plan', { env: elsewhere });
    expect(planned.result.plan).toMatchObject({
      fateFlow: { host: 'flow1' },
      nodes: [{ host: 'nm1' }, { host: 'nm2' }],
    });
    const { result, events } = await cluster.job('upgrade', { env: elsewhere });
    expect(result).toMatchObject({ outcome: 'succeeded', nodes: [{ host: 'nm1' }, { host: 'nm2' }] });
    const told = serviceEvents(events);
    expect([told[0], told.at(-1)]).toEqual(['flow1 fate_flow stopped', 'flow1 fate_flow started']);
    expect(await callsOn('flow1')).toEqual(['stop: fate_flow', 'start:']);
    // The other one is not ours to stop.
    expect(await callsOn('nm1')).toEqual([]);
    await expectNew(cluster, before);
    expect((await cluster.job('recover', { env: elsewhere })).result).toMatchObject({ outcome: 'succeeded' });
    expect(await callsOn('flow1')).toEqual(['stop: fate_flow', 'start:']);
    expect((await cluster.exec('flow1', everything)).stdout).toBe(files);
    expect(await runsOn('flow1')).toBe('fate_flow\n');
    await expectOld(cluster, before);
  });

  it('reports what is wrong with it beside everything else, before anything is done', async () => {
    const found = async (env: Record<string, string>) => {
      const { result } = await cluster.job('upgrade', { env });
      expect(result.message).toContain('Nothing was changed.');
      return [result.exitCode, ...result.findings.map(({ code, where }) => `${code} ${where}`)];
    };
    const both = { ...elsewhere, INIT_ENV_FILE: '/data/projects/fate/bin/init_env.sh' };
    expect(await found({ ...both, FATE_FLOW_HOST: 'nobody@flow1' })).toEqual([
      77,
      'NODE_UNFIT nm2',
      'LOGIN_REFUSED flow1',
    ]);
    expect(await found({ ...both, FATE_FLOW_SERVICE: '/nowhere/service.sh' })).toEqual([
      78,
      'NODE_UNFIT nm2',
      'CONFIG_INVALID FATE_FLOW_SERVICE',
    ]);
    expect(await found({ ...onNode, FATE_FLOW_HOST: 'nm1:2222' })).toEqual([69, 'NODE_UNREACHABLE nm1']);
    // One finding for a machine, not one for each of its connections.
    expect(await found({ ...onNode, SSH_USER: 'nobody' })).toEqual([77, 'LOGIN_REFUSED nm1', 'LOGIN_REFUSED nm2']);
    const status = await cluster.job('status', { env: { ...elsewhere, FATE_FLOW_HOST: 'nobody@flow1' } });
    expect(status.result.status?.fateFlow).toMatchObject({ host: 'flow1', problem: expect.stringContaining('login') });
    await expectOld(cluster, before);
  });

  it('is started by the run that resumes one which was killed while it was stopped', async () => {
    await killAt(cluster, { command: 'upgrade', reached: isGone, before: 'switch', options: { env: onNode } });
    expect((await cluster.job('upgrade')).result).toMatchObject({
      exitCode: 11,
      findings: [{ code: 'RUN_CONFLICT', where: 'FATE_FLOW_HOST and FATE_FLOW_SERVICE' }],
    });
    expect(await isGone()).toBe(true);
    expect((await cluster.job('upgrade', { env: onNode })).result).toMatchObject({ outcome: 'succeeded', exitCode: 0 });
    await expectNew(cluster, before);
  });

  it('is started by a recovery of a run that was killed while it was stopped', { tags: ['sibling'] }, async () => {
    await killAt(cluster, { command: 'upgrade', reached: isGone, before: 'switch', options: { env: onNode } });
    const { result } = await cluster.job('recover', { env: onNode });
    expect(result).toMatchObject({ outcome: 'succeeded', exitCode: 0 });
    await expectOld(cluster, before);
  });

  it('comes up once when the run was killed in the middle of its start', { tags: ['sibling'] }, async () => {
    await cluster.exec('nm1', 'echo fate_flow >/etc/simulated/slow-start');
    const starts = async () => (await cluster.exec('nm1', `grep -q ^start: ${calls}`)).exitCode === 0;
    await killAt(cluster, { command: 'upgrade', reached: starts, options: { env: onNode } });
    expect((await cluster.job('upgrade', { env: onNode })).result).toMatchObject({ outcome: 'succeeded', exitCode: 0 });
    expect((await cluster.exec('nm1', "pgrep -fc '^python.*fate_flow_server'")).stdout).toBe('1\n');
    await expectNew(cluster, before);
  });
});
