// Disks that are full, without inodes, read-only or gone: on nodes and in STATE_DIR, before the run and in the middle of it.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type JobOutcome, type Snapshot, startCluster, type TestCluster } from '../../support/cluster.ts';
import {
  breakNodeDisk,
  cureNodeDisk,
  type DiskFault,
  jobWithFault,
  type StateDisk,
  startStateDisk,
} from '../../support/disk-faults.ts';
import { withSiblings } from '../../support/extent.ts';
import { threeHosts } from '../../support/hosts.ts';
import { expectNew, expectOld } from '../../support/oracle.ts';

const codes = ({ result }: JobOutcome) => [...new Set(result.findings.map(({ code }) => code))];
const warnings = ({ events }: JobOutcome) =>
  events.filter(({ type }) => type === 'warning').map(({ message }) => String(message));

describe('disks', () => {
  let cluster: TestCluster;
  let before: Snapshot;
  /** Nodes with a disk of their own, that can be broken. */
  const small = ['nm1', 'nm2', 'rs1'];

  beforeAll(async () => {
    cluster = await startCluster({
      hosts: threeHosts,
      tmpfsSizeMb: Object.fromEntries(small.map((host) => [host, 200])),
    });
  });
  afterAll(() => cluster.stop());
  const cureNodes = () => Promise.all(small.map((host) => cureNodeDisk(cluster, host)));
  beforeEach(async () => {
    await cureNodes();
    await cluster.reset();
    before = await cluster.snapshot();
  });

  const onNm2 = (fault: DiskFault) => () => breakNodeDisk(cluster, 'nm2', fault);

  it('are looked at before anything is changed', async () => {
    // A disk on which files are open for writing cannot become read-only by hand.
    await cluster.exec('rs1', 'kill -KILL $(ps -o pid= -u app)');
    before = await cluster.snapshot();
    const faults: readonly DiskFault[] = ['full', 'no inodes', 'read-only'];
    await Promise.all(faults.map((fault, index) => breakNodeDisk(cluster, small[index] ?? '', fault)));
    const outcome = await cluster.job('upgrade');
    expect(outcome.result, outcome.result.message).toMatchObject({ outcome: 'failed', exitCode: 10 });
    expect(codes(outcome)).toEqual(['DISK_FULL']);
    expect([...new Set(outcome.result.findings.map(({ where }) => where))].sort()).toEqual(small);
    await cureNodes();
    await expectOld(cluster, before);
  });

  const beforeSwitch = withSiblings<[DiskFault, string]>(
    [['full', 'stop-services']],
    [
      ['full', 'stage'],
      ['no inodes', 'back-up-database'],
    ],
  );
  it.each(beforeSwitch)('of a node, %s from the step %s on: the old state is put back', async (fault, step) => {
    const outcome = await jobWithFault(cluster, 'upgrade', step, onNm2(fault));
    expect(codes(outcome), outcome.result.message).toEqual(['DISK_FULL']);
    expect(outcome.result).toMatchObject({ exitCode: 10 });
    await cureNodes();
    await expectOld(cluster, before);
  });

  const fromSwitch = withSiblings<[DiskFault, string, 'upgrade' | 'recover']>(
    [['full', 'start-services', 'recover']],
    [
      ['read-only', 'back-up-database', 'upgrade'],
      ['full', 'migrate', 'upgrade'],
      ['no inodes', 'finish', 'upgrade'],
    ],
  );
  it.each(fromSwitch)(
    'of a node, %s from the step %s on: once there is room, `%s` ends it',
    async (fault, step, command) => {
      const outcome = await jobWithFault(cluster, 'upgrade', step, onNm2(fault));
      // Services free some room when they start, which may be just enough.
      expect([0, 10, 11, 75], outcome.result.message).toContain(outcome.result.exitCode);
      if (outcome.result.exitCode > 10) {
        expect(outcome.result.next).toContain('again');
        const still = await cluster.job(command);
        expect([11, 75], still.result.message).toContain(still.result.exitCode);
      }
      await cureNodes();
      expect((await cluster.job(command)).result).toMatchObject({ exitCode: 0 });
      await (command === 'upgrade' ? expectNew : expectOld)(cluster, before);
    },
  );

  describe('of STATE_DIR', () => {
    let disk: StateDisk;
    beforeEach(async () => {
      disk = await startStateDisk(32);
    });
    afterEach(() => disk.remove());

    it.each(withSiblings<DiskFault>(['full'], ['read-only']))(
      '%s before the backup: the old state is put back',
      async (fault) => {
        const outcome = await jobWithFault(cluster, 'upgrade', 'stop-services', () => disk.break(fault), disk.options);
        expect(codes(outcome), outcome.result.message).toEqual(['DISK_FULL']);
        expect(outcome.result).toMatchObject({ outcome: 'rolled-back', exitCode: 10 });
        expect(outcome.result.findings[0]?.where).toContain('/state');
        expect(warnings(outcome)).toContainEqual(expect.stringContaining('result could not be kept'));
        await expectOld(cluster, before);
      },
    );

    it('full or empty after the backup does not matter', { tags: ['slow'] }, async () => {
      const strike = async () => {
        await disk.exec('rm -rf /state/*');
        await disk.break('full');
      };
      const outcome = await jobWithFault(cluster, 'upgrade', 'migrate', strike, disk.options);
      expect(outcome.result).toMatchObject({ outcome: 'succeeded', exitCode: 0 });
      await expectNew(cluster, before);
      // Going back needs the dump, which is fetched from a node: without room for it nothing is touched.
      const refused = await cluster.job('recover', { ...disk.options });
      expect([10, 78], refused.result.message).toContain(refused.result.exitCode);
      await expectNew(cluster, before);
      await disk.cure();
      expect((await cluster.job('recover', disk.options)).result).toMatchObject({ outcome: 'succeeded', exitCode: 0 });
      await expectOld(cluster, before);
    });

    it('too small for the dumps is found before anything is changed', async () => {
      await disk.break('full');
      await disk.exec('truncate -s -300K /state/.filling');
      const outcome = await cluster.job('upgrade', disk.options);
      expect(outcome.result).toMatchObject({ outcome: 'failed', exitCode: 10 });
      expect(outcome.result.findings).toEqual([
        expect.objectContaining({ code: 'DISK_FULL', where: 'STATE_DIR', found: expect.stringContaining('dumps') }),
      ]);
      await expectOld(cluster, before);
    });
  });
});
