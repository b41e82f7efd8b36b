// To 3.x, where every node needs a value of its own in conf, and paths move.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Snapshot, startCluster, type TestCluster } from '../../support/cluster.ts';
import { expectOld } from '../../support/oracle.ts';

describe('from 2.5.3 to 3.2.0', () => {
  let cluster: TestCluster;
  let before: Snapshot;

  beforeAll(async () => {
    cluster = await startCluster({ from: '2.5.3', to: '3.2.0' });
    before = await cluster.snapshot();
  });
  afterAll(() => cluster.stop());

  const own = 'eggroll.resourcemanager.nodemanager.host';
  const env = { MYSQL_FILE: 'auto' };

  it('shows in the plan what each node gets of its own, and upgrades to it and back', async () => {
    const kept = `${own}=10.0.0.3`;
    await cluster.exec('nm3', `echo '${kept}' >>${cluster.home}/conf/eggroll.properties`);
    before = await cluster.snapshot();
    const { result: planned } = await cluster.job('plan', { env });
    expect(planned.findings).toEqual([]);
    const groups = planned.plan?.groups ?? [];
    const linesOf = (host: string) =>
      groups.filter(({ hosts }) => hosts.includes(host)).flatMap(({ conf }) => conf.flatMap(({ diff }) => diff));
    expect(groups.map(({ hosts }) => hosts)).toEqual([['nm1'], ['nm2'], ['nm3'], ['rs1']]);
    expect(linesOf('nm1')).toContain(`+${own}=nm1`);
    expect(linesOf('nm2')).toContain(`+${own}=nm2`);
    expect(linesOf('nm3').filter((line) => /^[-+]/.test(line) && line.includes(own))).toEqual([]);
    expect(linesOf('rs1').filter((line) => line.includes(own))).toEqual([]);
    const notes = groups.flatMap(({ notes: of }) => of).join('\n');
    expect(notes).toMatch(
      /egg_pair\.filepath moves from python\/eggroll\/roll_pair\/egg_pair\.py to python\/eggroll\/computing\//,
    );
    expect(notes).toMatch(/net\.device is new and not added/);

    const policy = await cluster.job('plan', { env: { ...env, CONF_POLICY: 'package' } });
    expect(policy.events).toContainEqual(
      expect.objectContaining({
        type: 'warning',
        message: expect.stringMatching(/every node the same .*nodemanager\.host/),
      }),
    );

    const { result } = await cluster.job('upgrade', { env: { ...env, PLAN_HASH: planned.planHash ?? '' } });
    expect(result).toMatchObject({ outcome: 'succeeded', exitCode: 0, database: { before: '2.5', after: '3.0' } });
    const valueOn = async (host: string) =>
      (await cluster.exec(host, `grep -h '${own}' ${cluster.home}/conf/eggroll.properties`)).stdout.trim();
    expect(await Promise.all(['nm1', 'nm2', 'nm3', 'rs1'].map(valueOn))).toEqual([
      `${own}=nm1`,
      `${own}=nm2`,
      kept,
      '',
    ]);
    const { stdout: conf } = await cluster.exec('nm2', `ls ${cluster.home}/conf`);
    expect(conf.split('\n')).toEqual(expect.arrayContaining(['log4j2.xml', 'whitelist.json']));
    const besideThem = ({ files }: Snapshot) =>
      Object.values(files).map((text) =>
        text.split('\n').filter((line) => /^\.\/(?:containers|data|logs|venv|init_env\.sh)/.test(line)),
      );
    expect(besideThem(await cluster.snapshot())).toEqual(besideThem(before));
    for (const name of ['containers', 'data/NodeManagerMeta', 'venv/bin/python', 'init_env.sh']) {
      expect(besideThem(before)[0]).toContainEqual(expect.stringContaining(`./${name} `));
    }
    expect((await cluster.job('upgrade', { env })).result).toMatchObject({ outcome: 'unchanged', exitCode: 0 });

    expect((await cluster.job('recover', { env })).result).toMatchObject({ outcome: 'succeeded', exitCode: 0 });
    await expectOld(cluster, before);
  });
});
