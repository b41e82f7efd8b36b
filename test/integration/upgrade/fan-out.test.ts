// Files that nodes pass on to each other in pipelines, from end to end: what leaves the runner, and who drops out.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SimulatedHost } from '../../../src/rehearsal/cluster-plan.ts';
import { type JobOutcome, type Snapshot, startCluster, type TestCluster } from '../../support/cluster.ts';
import { expectNew, expectOld } from '../../support/oracle.ts';

const hosts: readonly SimulatedHost[] = [
  { name: 'nm1', services: ['clustermanager', 'nodemanager'] },
  { name: 'nm2', services: ['nodemanager'] },
  { name: 'nm3', services: ['nodemanager'] },
  { name: 'nm4', services: ['nodemanager'] },
  { name: 'rs1', services: ['rollsite'] },
];

const warnings = ({ events }: JobOutcome) =>
  events.filter(({ type }) => type === 'warning').map(({ host, message }) => `${host}: ${message}`);

/** Hosts that got files from the node before them. */
const passedTo = ({ events }: JobOutcome) => [
  ...new Set(
    events.flatMap(({ type, phase, where, what }) =>
      type === 'change' && phase === 'begins' && /^stage-receive \S+ [0-9a-f]{16}/.test(String(what)) ? [where] : [],
    ),
  ),
];

/** Gives sshd a line of configuration, the last one winning, and has it read that. */
const restart = (line: string) =>
  `echo '${line}' >/etc/ssh/sshd_config.d/00-test.conf; kill -HUP "$(pgrep -o -x sshd)"; until ss -Htln sport = :22 | grep -q .; do sleep 0.05; done`;

describe('a pipeline', () => {
  let cluster: TestCluster;
  let before: Snapshot;

  beforeAll(async () => {
    cluster = await startCluster({ hosts });
  });
  afterAll(() => cluster.stop());
  beforeEach(async () => {
    await cluster.reset();
    before = await cluster.snapshot();
  });

  it('brings every node the same, from the first one on', async () => {
    const upgraded = await cluster.job('upgrade');
    expect(upgraded.result).toMatchObject({ outcome: 'succeeded', exitCode: 0 });
    expect(passedTo(upgraded)).toHaveLength(4);
    expect(warnings(upgraded).filter((text) => text.includes('pipeline'))).toEqual([]);
    await expectNew(cluster, before);
    expect((await cluster.job('recover')).exitCode).toBe(0);
    await expectOld(cluster, before);
  });

  it('costs an upgrade that finds nothing to do four commands for each node, and hashes nothing again', async () => {
    expect((await cluster.job('upgrade')).exitCode).toBe(0);
    // Bash reads this file for every command that sshd runs by it.
    for (const host of cluster.hosts) {
      await cluster.exec(host, `echo 'echo "$BASH_EXECUTION_STRING" >>/tmp/commands' >/home/app/.bashrc`, 'app');
    }
    const again = await cluster.job('upgrade');
    expect(again.result).toMatchObject({ outcome: 'unchanged', exitCode: 0 });
    for (const host of cluster.hosts) {
      const asked = (await cluster.exec(host, 'cat /tmp/commands')).stdout.trim().split('\n');
      expect(asked.map((line) => line.split(' ').at(-1))).toEqual([
        'eggroll-upgrade-inspect-processes',
        'eggroll-upgrade-lock',
        'eggroll-upgrade-inspect',
        'eggroll-upgrade-manifest',
      ]);
      await cluster.exec(host, 'rm /tmp/commands /home/app/.bashrc');
    }
  });

  it('is not formed with FANOUT=direct', async () => {
    const upgraded = await cluster.job('upgrade', { env: { FANOUT: 'direct' } });
    expect(upgraded.exitCode).toBe(0);
    expect(passedTo(upgraded)).toEqual([]);
    await expectNew(cluster, before);
  });

  it('ends with a node that can pass nothing on', async () => {
    await cluster.exec('nm2', 'mv /usr/bin/ssh /usr/bin/ssh.gone');
    try {
      const upgraded = await cluster.job('upgrade');
      expect(upgraded.result).toMatchObject({ outcome: 'succeeded', exitCode: 0 });
      expect(passedTo(upgraded)).toHaveLength(4);
      expect(passedTo(upgraded)).toContain('nm2');
      expect(warnings(upgraded).filter((text) => text.includes('pipeline'))).toEqual([]);
      await expectNew(cluster, before);
    } finally {
      await cluster.exec('nm2', 'mv /usr/bin/ssh.gone /usr/bin/ssh');
    }
  });

  it('is formed anew around a node that fails in the middle', async () => {
    await cluster.exec(
      'nm2',
      `mv /usr/bin/ssh /usr/bin/ssh.gone; printf '#!/bin/sh\\necho broken >&2; exit 255\\n' >/usr/bin/ssh; chmod 0755 /usr/bin/ssh`,
    );
    try {
      const upgraded = await cluster.job('upgrade');
      expect(upgraded.result).toMatchObject({ outcome: 'succeeded', exitCode: 0 });
      const told = warnings(upgraded).filter((text) => text.includes('pipeline'));
      expect(told).toEqual([expect.stringMatching(/^nm2: It leaves its pipeline: it cannot pass it on: broken/)]);
      await expectNew(cluster, before);
    } finally {
      await cluster.exec('nm2', 'mv /usr/bin/ssh.gone /usr/bin/ssh');
    }
  });

  it('does without nodes whose sshd takes no agent', async () => {
    for (const host of cluster.hosts) await cluster.exec(host, restart('AllowAgentForwarding no'));
    try {
      const upgraded = await cluster.job('upgrade');
      expect(upgraded.result).toMatchObject({ outcome: 'succeeded', exitCode: 0 });
      expect(warnings(upgraded).filter((text) => text.includes('takes no agent'))).toHaveLength(1);
      await expectNew(cluster, before);
    } finally {
      for (const host of cluster.hosts) await cluster.exec(host, restart('AllowAgentForwarding yes'));
    }
  });
});
