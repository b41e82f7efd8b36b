// `status` and `prune` on a real cluster: what they show is what is there, and what they remove is what nobody needs any more.

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Status } from '../../../src/engine/status.ts';
import { type JobOptions, type Snapshot, startCluster, type TestCluster } from '../../support/cluster.ts';
import { threeHosts } from '../../support/hosts.ts';
import { killAt } from '../../support/interrupt.ts';
import { expectOld } from '../../support/oracle.ts';
import { startHeldBefore } from '../../support/step-hold.ts';

describe('status and prune', () => {
  let cluster: TestCluster;
  let before: Snapshot;

  beforeAll(async () => {
    cluster = await startCluster({ hosts: threeHosts });
  });
  afterAll(() => cluster.stop());
  beforeEach(async () => {
    await cluster.reset();
    before = await cluster.snapshot();
  });

  async function statusOf(options: JobOptions = {}) {
    const { result, exitCode } = await cluster.job('status', options);
    if (!result.status) throw new Error(`There is no status: ${result.message}`);
    return { status: result.status, result, exitCode };
  }

  const run = async (command: string, options: JobOptions = {}) => {
    const { result } = await cluster.job(command, options);
    expect(result, result.message).toMatchObject({ exitCode: 0 });
    return result.run;
  };

  const held = ({ runs }: Status) =>
    runs.map(({ sequence, state, backup, replaced }) => [sequence, state, backup.length, replaced.length]);

  it('shows what is there, before an upgrade and after it, and changes nothing', async () => {
    const { status, result, exitCode } = await statusOf();
    expect(exitCode).toBe(0);
    expect(result.message).toBe('No upgrade has been run here.');
    expect(status.nodes.map(({ version, running }) => [version, running])).toEqual([
      ['2.0.2', ['clustermanager', 'nodemanager']],
      ['2.0.2', ['nodemanager']],
      ['2.0.2', ['rollsite']],
    ]);
    expect(status.database).toEqual({ name: 'eggroll_meta', level: '2.0', asideTables: 0 });
    expect([status.runs, status.dumps]).toEqual([[], []]);
    await expectOld(cluster, before);

    const id = await run('upgrade');
    const { status: after } = await statusOf();
    expect(after.nodes.map(({ version }) => version)).toEqual(['2.2.1', '2.2.1', '2.2.1']);
    expect(after.runs).toMatchObject([
      { run: id, state: 'finished', from: '2.0.2', to: '2.2.1', statements: { done: 5, count: 5 } },
    ]);
    expect(after.runs[0]?.backup).toEqual(['nm1', 'nm2', 'rs1']);
    expect(after.runs[0]?.databaseCopies).toHaveLength(2);
    expect(after.dumps).toMatchObject([{ run: id, database: 'eggroll_meta', proven: true }]);

    await run('recover');
    const { status: back } = await statusOf();
    expect(held(back)).toEqual([[1, 'recovered', 0, 3]]);
    expect(back.database?.asideTables).toBeGreaterThan(0);
    const { stdout } = await cluster.start('status', { env: { OUTPUT: 'plain' } }).ended;
    expect(stdout).toContain('runs clustermanager, nodemanager');
    expect(stdout).toMatch(/2\.0\.2 -> 2\.2\.1 {2}3 nodes {2}undone/);
    expect((await readdir(join(cluster.stateDir, 'runs'))).sort()).toEqual([id]);
  });

  it('tells how far an interrupted run got, and which nodes are out of reach', { tags: ['sibling'] }, async () => {
    const isSwitched = async () =>
      (await cluster.exec('nm1', `[ -e ${cluster.home}/.eggroll-upgrade/runs/*/backup/bin ]`)).exitCode === 0;
    await killAt(cluster, { command: 'upgrade', reached: isSwitched, before: 'migrate' });
    const { status, result } = await statusOf();
    expect(status.runs[0]).toMatchObject({ state: 'open' });
    expect(status.runs[0]?.backup).toContain('nm1');
    expect(result.next).toBe('Run `upgrade` again: it resumes. `recover` goes back.');
    const pruned = await cluster.job('prune');
    expect(pruned.result).toMatchObject({ exitCode: 11, findings: [{ code: 'RUN_CONFLICT' }] });

    const lists = join(cluster.dir, 'with-ghost');
    await writeFile(lists, `${await readFile(join(cluster.dir, 'config', 'nm_ip_list'), 'utf8')}\nghost.invalid\n`);
    const ghost = await statusOf({ mounts: { '/ghost': `${lists}:ro` }, env: { NM_FILE: '/ghost' } });
    expect(ghost).toMatchObject({ exitCode: 69, result: { outcome: 'failed' } });
    expect(ghost.status.nodes.map(({ host, version }) => [host, version])).toContainEqual(['ghost.invalid', 'unknown']);
    expect(ghost.status.runs[0]).toMatchObject({ state: 'open' });
    await run('recover');
  });

  it('names who holds the locks', async () => {
    const job = await startHeldBefore(cluster, 'stage', 'upgrade');
    const { status } = await statusOf();
    await job.letGo();
    expect(status.database?.lockedBy).toMatch(/^connection \d+, user fate/);
    expect(status.nodes.map(({ lockedBy }) => lockedBy)).toEqual(
      Array(3).fill(expect.stringMatching(/^upgrade, process \d+ on /)),
    );
    expect((await job.ended).exitCode).toBe(0);
    const { status: after } = await statusOf();
    expect([after.database?.lockedBy, ...after.nodes.map(({ lockedBy }) => lockedBy)]).toEqual(
      Array(4).fill(undefined),
    );
  });

  it('prunes what is beyond BACKUP_KEEP, and never the newest finished run', { tags: ['slow'] }, async () => {
    for (let count = 0; count < 2; count += 1) {
      await run('upgrade');
      await run('recover');
    }
    await run('upgrade');
    expect(held((await statusOf()).status)).toEqual([
      [3, 'finished', 3, 0],
      [2, 'recovered', 0, 3],
      [1, 'recovered', 0, 3],
    ]);
    expect((await cluster.job('prune')).result).toMatchObject({ outcome: 'unchanged', exitCode: 0 });
    const state = await cluster.snapshot();
    await run('prune', { env: { BACKUP_KEEP: '2' } });
    const two = (await statusOf()).status;
    expect(held(two)).toEqual([
      [3, 'finished', 3, 0],
      [2, 'recovered', 0, 3],
      [1, 'recovered', 0, 0],
    ]);
    expect(two.dumps).toHaveLength(2);
    await run('prune', { env: { BACKUP_KEEP: '1' } });
    const one = (await statusOf()).status;
    expect(held(one)).toEqual([
      [3, 'finished', 3, 0],
      [2, 'recovered', 0, 0],
      [1, 'recovered', 0, 0],
    ]);
    expect(one.database?.asideTables).toBe(0);
    expect(one.dumps).toHaveLength(1);
    expect(await cluster.snapshot()).toEqual(state);
    await run('recover');
    await expectOld(cluster, before);
  });
});
