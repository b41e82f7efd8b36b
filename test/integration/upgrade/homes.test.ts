// Where EGGROLL_HOME or a part of it is a symbolic link, or no EggRoll at all.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type JobOptions, type Snapshot, startCluster, type TestCluster } from '../../support/cluster.ts';
import { withSiblings } from '../../support/extent.ts';
import { expectNew, expectOld } from '../../support/oracle.ts';
import type { User } from '../../support/shells.ts';

describe('homes', () => {
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

  async function onHost(host: string, commands: string, user?: User): Promise<string> {
    const { exitCode, stdout, stderr } = await cluster.exec(host, `set -e; ${commands}`, user);
    if (exitCode !== 0) throw new Error(`${host}: ${commands} ended with ${exitCode}: ${stderr}`);
    return stdout;
  }

  async function findingsOfPlan(options: JobOptions = {}) {
    const { result } = await cluster.job('plan', options);
    return result;
  }

  // As a site does it that keeps its versions beside each other.
  const restart = (commands: string) =>
    `. /usr/local/lib/simulated/sim-common.sh
     while pids=$(ps -o pid= -u app); do kill -KILL $pids 2>/dev/null || true; sleep 0.02; done
     ${commands}
     start_services`;

  it('upgrades and recovers where EGGROLL_HOME is a symbolic link, which stays', async () => {
    const { home } = cluster;
    const real = `${home}-2.0.2`;
    const linked = ['nm1', 'nm2', 'rs1'];
    const each = (commands: string) => Promise.all(linked.map((host) => onHost(host, restart(commands))));
    await each(`mv ${home} ${real} && ln -s ${real} ${home}`);
    try {
      expect(await cluster.snapshot()).toEqual(before);
      const { result } = await cluster.job('upgrade');
      expect(result).toMatchObject({ outcome: 'succeeded', exitCode: 0 });
      await expectNew(cluster, before);
      expect((await onHost('nm1', `readlink ${home}; ls -A ${real}`)).split('\n')).toEqual(
        expect.arrayContaining([real, '.eggroll-upgrade']),
      );
      expect((await cluster.job('upgrade')).result).toMatchObject({ outcome: 'unchanged', exitCode: 0 });
      expect((await cluster.job('recover')).result).toMatchObject({ outcome: 'succeeded', exitCode: 0 });
      await expectOld(cluster, before);
      expect((await onHost('nm1', `readlink ${home}`)).trim()).toBe(real);
    } finally {
      await each(`rm ${home} && mv ${real} ${home}`);
    }
  });

  it.each(withSiblings(['lib'], ['bin', 'conf', 'deploy', 'python']))(
    'refuses %s that is a symbolic link, with commands that mend it',
    async (folder) => {
      const place = `${cluster.home}/${folder}`;
      await onHost(
        'nm2',
        `mkdir -p /data/elsewhere; mv ${place} /data/elsewhere/ && ln -s /data/elsewhere/${folder} ${place}`,
      );
      try {
        const { findings, exitCode } = await findingsOfPlan();
        expect(exitCode).toBe(77);
        expect(findings).toMatchObject([{ code: 'HOME_REFUSED', where: 'nm2' }]);
        expect(findings[0]?.found).toContain(`${place} is not a real folder but a symbolic link`);
        const commands = /^Stop the services and .*: (cd .*)$/.exec(findings[0]?.remedy ?? '')?.[1] ?? 'false';
        await onHost('nm2', `${commands} && rm -r /data/elsewhere/${folder}`);
        expect(await findingsOfPlan()).toMatchObject({ exitCode: 0, findings: [] });
        expect((await cluster.snapshot()).files['nm2']).toBe(before.files['nm2']);
      } finally {
        await onHost('nm2', 'rm -rf /data/elsewhere');
      }
    },
  );

  it('says what a home lacks that is none, node by node, all at once', async () => {
    await onHost('nm1', `cd ${cluster.home}; rm -r deploy conf/eggroll.properties`);
    await onHost('nm2', `cd ${cluster.home}; rm lib/eggroll-core-*.jar`);
    await onHost('nm3', `cd ${cluster.home}; cp lib/eggroll-core-2.0.2.jar lib/eggroll-core-2.0.1.jar`);
    await onHost('rs1', `cd ${cluster.home}; echo '__version__ = "2.2.1"' >python/eggroll/__init__.py`);
    const { findings, exitCode } = await findingsOfPlan();
    expect(exitCode).toBe(65);
    expect(findings.map(({ code, where, found }) => [code, where, found.replaceAll(cluster.home, 'HOME')])).toEqual([
      ['HOME_INVALID', 'nm1', 'HOME has no folder deploy.'],
      ['HOME_INVALID', 'nm1', 'There is no file HOME/conf/eggroll.properties.'],
      ['HOME_INVALID', 'nm2', expect.stringContaining('neither a core jar in lib nor')],
      ['HOME_INVALID', 'nm3', expect.stringContaining('eggroll-core-2.0.1.jar, eggroll-core-2.0.2.jar')],
      ['HOME_INVALID', 'rs1', expect.stringContaining('__init__.py says 2.2.1, but lib holds eggroll-core-2.0.2.jar')],
    ]);
  });

  it('refuses an eggroll.properties that is a link, as nothing could be merged into it, but not to keep it', {
    tags: ['sibling'],
  }, async () => {
    await onHost(
      'nm2',
      `cd ${cluster.home}/conf; mv eggroll.properties /data/ours; ln -s /data/ours eggroll.properties`,
    );
    try {
      const { findings, exitCode } = await findingsOfPlan();
      expect(exitCode).toBe(77);
      expect(findings).toMatchObject([{ code: 'HOME_REFUSED', where: 'nm2' }]);
      expect(findings[0]?.remedy).toContain('CONF_POLICY=keep');
      expect(await findingsOfPlan({ env: { CONF_POLICY: 'keep' } })).toMatchObject({ exitCode: 0, findings: [] });
    } finally {
      await onHost('nm2', `mv -T /data/ours ${cluster.home}/conf/eggroll.properties`);
    }
  });

  it('takes an empty __init__.py and one that was edited by hand, without quotes, for the version of the jar', async () => {
    await onHost('nm2', `echo '__version__ = 2.0.1' >${cluster.home}/python/eggroll/__init__.py`);
    const { plan, findings } = await findingsOfPlan();
    expect(findings).toEqual([]);
    expect(plan?.nodes.map(({ host, before: version }) => [host, version])).toEqual(
      ['nm1', 'nm2', 'nm3', 'rs1'].map((host) => [host, '2.0.2']),
    );
  });
});
