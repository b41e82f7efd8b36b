// Files that nodes pass on to each other in pipelines, from end to end: what leaves the runner, and who drops out.

import { randomBytes } from 'node:crypto';
import { utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SimulatedHost } from '../../../src/rehearsal/cluster-plan.ts';
import { defaultEggrollHome } from '../../../src/rehearsal/site.ts';
import { type JobOutcome, type Snapshot, startCluster, type TestCluster } from '../../support/cluster.ts';
import { docker } from '../../support/docker.ts';
import { type JobEvent, withResult } from '../../support/job.ts';
import { expectNew, expectOld } from '../../support/oracle.ts';
import { limitNetwork } from '../../support/slow-network.ts';

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

  it('costs an upgrade that finds nothing to do three commands for each node, and hashes nothing again', async () => {
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
        'eggroll-upgrade-inspect-manifest-switch-state',
      ]);
      await cluster.exec(host, 'rm /tmp/commands /home/app/.bashrc');
    }
  });

  it('is not formed with FANOUT=direct', { tags: ['sibling'] }, async () => {
    const upgraded = await cluster.job('upgrade', { env: { FANOUT: 'direct' } });
    expect(upgraded.exitCode).toBe(0);
    expect(passedTo(upgraded)).toEqual([]);
    await expectNew(cluster, before);
  });

  it('ends with a node that can pass nothing on', { tags: ['sibling'] }, async () => {
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

  it('does without nodes whose sshd takes no agent', { tags: ['sibling'] }, async () => {
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

describe('a large file on its way', () => {
  const slow = 'nm3';
  const behind = ['nm4', 'nm5', 'rs1'];
  const largeBytes = 32 * 1_048_576;
  let cluster: TestCluster;
  let before: Snapshot;

  beforeAll(async () => {
    const more: SimulatedHost = { name: 'nm5', services: ['nodemanager'] };
    cluster = await startCluster({ hosts: hosts.toSpliced(4, 0, more) });
    const file = join(cluster.dir, 'package/eggroll/lib/large.jar');
    await writeFile(file, randomBytes(largeBytes));
    await utimes(file, 1_600_000_000, 1_600_000_000);
  });
  afterAll(() => cluster.stop());
  beforeEach(async () => {
    await cluster.reset();
    before = await cluster.snapshot();
    await limitNetwork(cluster, slow, '2mbit');
  });

  const isWarning =
    (told: RegExp) =>
    ({ type, message }: JobEvent) =>
      type === 'warning' && told.test(String(message));
  const leaves = isWarning(/leaves its pipeline/);
  const waits = isWarning(/^A fault that may pass/);

  const staged = `${defaultEggrollHome}/.eggroll-upgrade/runs/*/staged/lib/large.jar`;

  /** What each node was told to unpack, in this order: `-` is the runner's own stream, anything else a pipeline's. */
  const sourcesOf = ({ events }: JobOutcome, host: string) =>
    events.flatMap(({ type, phase, where, what }) => {
      const [, source] = /^stage-receive \S+ (\S+)/.exec(String(what)) ?? [];
      return type === 'change' && phase === 'begins' && where === host && source ? [source] : [];
    });

  it('does not wait for a node whose network is slow: that one gets it by itself, and those after it from each other', {
    tags: ['slow'],
  }, async () => {
    let arrivedBytes: Promise<number> | undefined;
    const arrived = async () => {
      const { stdout } = await cluster.exec(slow, `stat -c %s ${staged}`);
      await limitNetwork(cluster, slow, 'none');
      return Number(stdout);
    };
    const job = cluster.start('upgrade', {}, (event) => {
      if (leaves(event)) arrivedBytes ??= arrived();
    });
    const upgraded = withResult(await job.ended);
    // Nobody has waited for the rest of it.
    expect(await arrivedBytes).toBeLessThan(largeBytes / 2);
    expect(upgraded.result).toMatchObject({ outcome: 'succeeded', exitCode: 0 });
    const told = warnings(upgraded).filter((text) => text.includes('pipeline'));
    expect(told).toEqual([expect.stringMatching(/^nm3: It leaves its pipeline: it holds up all that come after it/)]);
    expect(sourcesOf(upgraded, slow)).toEqual([expect.stringMatching(/^[0-9a-f]{16}$/), '-']);
    const rounds = behind.map((host) => sourcesOf(upgraded, host).slice(0, 2));
    const [first, second] = [rounds[0]?.[0], rounds[1]?.[1]];
    expect(rounds).toEqual([
      [first, '-'],
      [first, second],
      [first, second],
    ]);
    await expectNew(cluster, before);
  });

  it('is not lost with a node in the middle that dies: the run says which, and the next one goes on', {
    tags: ['slow'],
  }, async () => {
    const id = cluster.container(slow).getId();
    const job = cluster.start('upgrade', {}, (event) => {
      if (waits(event)) void docker(['kill', '--signal=TERM', job.name]);
    });
    await expect.poll(async () => (await cluster.exec(slow, `find ${staged} -size +0`)).stdout).not.toBe('');
    await docker(['stop', '--time=0', id]);
    try {
      const { result } = withResult(await job.ended);
      expect(result).toMatchObject({ outcome: 'interrupted', exitCode: 75, downtimeMs: 0 });
      expect(result.findings.map(({ code, where }) => [code, where])).toEqual([['NODE_LOST', slow]]);
    } finally {
      await docker(['start', id]);
    }
    await expect.poll(async () => (await cluster.exec(slow, 'sim-ready')).exitCode).toBe(0);
    expect((await cluster.job('upgrade')).result).toMatchObject({ outcome: 'succeeded', exitCode: 0 });
    await expectNew(cluster, before);
  });
});
