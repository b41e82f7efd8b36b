// A run that is killed or stopped, and what comes after it goes wrong as well: nothing is lost, and the next command ends it.

import { mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type JobOptions, type Snapshot, startCluster, type TestCluster } from '../../support/cluster.ts';
import { threeHosts } from '../../support/hosts.ts';
import { killAt, stopAt } from '../../support/interrupt.ts';
import { expectNew, expectOld } from '../../support/oracle.ts';
import { whenBusy } from '../../support/patience.ts';

describe('interruptions', () => {
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

  const runs = () => `${cluster.home}/.eggroll-upgrade/runs`;
  const onNode = (host: string, condition: string) => async () => (await cluster.exec(host, condition)).exitCode === 0;
  const inDatabase = (condition: string) => async () => (await cluster.sql(`SELECT 1 FROM ${condition}`)) !== '';
  const isRecovering = () => onNode('nm1', `grep -q '"recovering"' ${runs()}/*/record.json`);
  const servicesAreStopping = () =>
    onNode('nm1', `grep -q '"services"' ${runs()}/*/record.json && ! pgrep -f '^java.*ClusterManagerBootstrap'`);
  const isHalfSwitched = () => onNode('nm1', `[ -e ${runs()}/*/backup/bin ]`);
  const hasScratchSchema = () => inDatabase("information_schema.SCHEMATA WHERE SCHEMA_NAME = 'eggroll_meta_scratch'");

  async function statements(name: string, text: string): Promise<JobOptions> {
    const folder = join(cluster.dir, 'variants');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, name), text);
    return { mounts: { [`/${name}`]: `${join(folder, name)}:ro` }, env: { MYSQL_FILE: `/${name}` } };
  }

  /** Fails in the rehearsal. */
  const wrongStatement = () => statements('wrong.sql', 'ALTER TABLE no_such_table ADD COLUMN extra INT;');

  it('keeps the old folders of a put-back that was killed and cannot be finished, and upgrades once it can', {
    tags: ['slow'],
  }, async () => {
    const options = { env: { MYSQL_FILE: 'auto' } };
    await cluster.exec('nm2', `mkdir -p /etc/simulated && echo ${cluster.prepared.to} >/etc/simulated/fail-start`);
    await killAt(cluster, { command: 'upgrade', reached: isRecovering(), options });
    const state = join(cluster.dir, 'state');
    await moveAll(state, `${state}-away`);
    const copies = `${runs()}/*/database`;
    for (const host of cluster.hosts)
      await cluster.exec(host, `for c in ${copies}; do [ ! -e $c ] || mv $c $c-away; done`);

    for (const command of ['upgrade', 'recover']) {
      const { result } = await cluster.job(command, options);
      expect(result, command).toMatchObject({ outcome: 'failed', exitCode: 11, downtimeMs: 0 });
      expect(result.findings.map(({ code }) => code)).toEqual(['STATE_UNEXPECTED']);
    }

    await moveAll(state, `${state}-other`);
    await moveAll(`${state}-away`, state);
    await cluster.exec('nm2', 'rm /etc/simulated/fail-start');
    const { result } = await cluster.job('upgrade', options);
    // The schema of the half-way state needed no migration any more; the one that was put back does.
    expect(result).toMatchObject({ outcome: 'succeeded', exitCode: 0, database: { before: '2.0', after: '2.2.1' } });
    await expectNew(cluster, before);
  });

  it('starts the services that a killed run had stopped when the resumed one fails before it stops any', async () => {
    await killAt(cluster, { command: 'upgrade', reached: servicesAreStopping(), before: 'switch' });
    const { result } = await cluster.job('upgrade', await wrongStatement());
    expect(result).toMatchObject({ outcome: 'rolled-back', exitCode: 10 });
    await expectOld(cluster, before);
  });

  it('goes back when a run was killed while a helper procedure of its migration was at work', {
    tags: ['slow'],
  }, async () => {
    const lines = [
      'DELIMITER //',
      'CREATE PROCEDURE helper() BEGIN DO SLEEP(8); ALTER TABLE store_option ADD COLUMN extra INT; END//',
      'DELIMITER ;',
      'CALL helper();',
      'DROP PROCEDURE helper;',
    ];
    const options = await statements('helper.sql', lines.join('\n'));
    // In the database itself: the rehearsal calls it as well, in the scratch schema.
    const isCalled = inDatabase(
      "information_schema.PROCESSLIST WHERE DB = 'eggroll_meta' AND (INFO LIKE 'DO SLEEP(8)%' OR INFO LIKE '%CALL helper()')",
    );
    await killAt(cluster, { command: 'upgrade', reached: isCalled, options });
    await expect.poll(isCalled).toBe(false);
    const { result } = await cluster.job('upgrade', options);
    expect(result).toMatchObject({ outcome: 'failed', exitCode: 11, findings: [{ code: 'LEDGER_MISMATCH' }] });
    expect(result.findings[0]?.found).toContain('calls a procedure and began');
    expect((await cluster.job('recover', options)).result).toMatchObject({ outcome: 'succeeded', exitCode: 0 });
    await expectOld(cluster, before);
    expect((await cluster.job('upgrade', options)).result).toMatchObject({ outcome: 'succeeded', exitCode: 0 });
    await cluster.sql(`USE ${cluster.prepared.database.name}; CREATE VIEW later AS SELECT 1 AS one`);
    expect((await cluster.job('recover', options)).result).toMatchObject({ outcome: 'succeeded', exitCode: 0 });
    await cluster.sql(`USE ${cluster.prepared.database.name}; DROP VIEW later`);
    await expectOld(cluster, before);
  });

  it('puts back what a killed run had switched when the resumed one fails before its own switch', async () => {
    await killAt(cluster, { command: 'upgrade', reached: isHalfSwitched(), before: 'migrate' });
    const { result } = await cluster.job('upgrade', await wrongStatement());
    expect(result).toMatchObject({ outcome: 'rolled-back', exitCode: 10 });
    await expectOld(cluster, before);
    expect((await cluster.job('recover')).result).toMatchObject({ outcome: 'unchanged', exitCode: 0 });
  });

  it('leaves no copy of the data when a run that was killed in its rehearsal is recovered', async () => {
    await killAt(cluster, { command: 'upgrade', reached: hasScratchSchema(), before: 'stop-services' });
    expect((await cluster.job('recover')).result).toMatchObject({ outcome: 'succeeded', exitCode: 0 });
    await expectOld(cluster, before);
  });

  it('resumes only with the database of the run', { tags: ['sibling'] }, async () => {
    await killAt(cluster, { command: 'upgrade', reached: isHalfSwitched(), before: 'migrate' });
    const { result } = await cluster.job('upgrade', { env: { MYSQL_FILE: 'none' } });
    expect(result).toMatchObject({ outcome: 'failed', exitCode: 11 });
    expect(result.findings.map(({ code, where }) => [code, where])).toEqual([
      ['RUN_CONFLICT', 'MYSQL_DB and MYSQL_FILE'],
    ]);
    expect(result.message).toContain('Nothing was changed');
    expect((await cluster.job('recover')).result).toMatchObject({ outcome: 'succeeded', exitCode: 0 });
    await expectOld(cluster, before);
  });

  it('stops at a safe point when it is asked to, and goes on from there', async () => {
    const { outcome, tookMs } = await stopAt(cluster, {
      command: 'upgrade',
      reached: servicesAreStopping(),
      before: 'switch',
    });
    expect(outcome.result).toMatchObject({ outcome: 'interrupted', exitCode: 75 });
    expect(outcome.result.findings.map(({ code }) => code)).toEqual(['INTERRUPTED']);
    expect(tookMs).toBeLessThan(whenBusy(10_000));
    expect((await cluster.job('upgrade')).result).toMatchObject({ outcome: 'succeeded', exitCode: 0 });
    await expectNew(cluster, before);
  });
});

/** Moves what is in a folder, which itself is mounted and stays. */
async function moveAll(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const name of await readdir(from)) await rename(join(from, name), join(to, name));
}
