// What is damaged on a node while a run is at work: it is seen before it counts, and everything is put back.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type JobOutcome, type Snapshot, startCluster, type TestCluster } from '../../support/cluster.ts';
import { twoHosts } from '../../support/hosts.ts';
import { expectOld } from '../../support/oracle.ts';

describe('a file of the new version that changes on a node', () => {
  let cluster: TestCluster;
  let before: Snapshot;

  beforeAll(async () => {
    cluster = await startCluster({ hosts: twoHosts });
  });
  afterAll(() => cluster.stop());
  beforeEach(async () => {
    await cluster.reset();
    before = await cluster.snapshot();
  });

  /** An upgrade that waits right before a step until a file was damaged. */
  async function upgradeDamagedBefore(hook: string, file: string): Promise<JobOutcome> {
    let damage: Promise<unknown> | undefined;
    const env = { [hook]: 'echo waiting; until [ -e /state/damaged ]; do sleep 0.05; done' };
    const job = cluster.start('upgrade', { env }, ({ message }) => {
      // On the way back, the hook is called once more.
      if (message === 'waiting')
        damage ??= cluster
          .exec('nm2', `printf x >>${cluster.home}/${file}`)
          .then(() => writeFile(join(cluster.stateDir, 'damaged'), ''));
    });
    const { result, ...run } = await job.ended;
    await damage;
    if (!result) throw new Error(`The job printed no result: ${run.stdout}`);
    return { ...run, result };
  }

  it('is seen in the staged tree before any folder is switched', async () => {
    const staged = '.eggroll-upgrade/runs/*/staged/lib/eggroll-core-2.2.1.jar';
    const { result, events } = await upgradeDamagedBefore('HOOK_SWITCH_BEFORE', staged);
    expect(result).toMatchObject({ outcome: 'rolled-back', exitCode: 10 });
    expect(result.findings).toEqual([
      expect.objectContaining({
        code: 'STAGE_MISMATCH',
        where: 'nm2',
        found: expect.stringContaining('lib/eggroll-core-2.2.1.jar: has other content'),
      }),
    ]);
    const changes = events.filter(({ type }) => type === 'change').map(({ what }) => String(what));
    expect(changes.filter((what) => what.startsWith('switch'))).toEqual([]);
    await expectOld(cluster, before);
  });

  it('is seen in its place at the end', async () => {
    const { result } = await upgradeDamagedBefore('HOOK_VERIFY_BEFORE', 'lib/eggroll-core-2.2.1.jar');
    expect(result).toMatchObject({ outcome: 'rolled-back', exitCode: 10 });
    expect(result.findings).toEqual([
      expect.objectContaining({
        code: 'VERIFY_FAILED',
        where: 'nm2',
        found: expect.stringContaining('lib/eggroll-core-2.2.1.jar: has other content'),
      }),
    ]);
    await expectOld(cluster, before);
  });
});
