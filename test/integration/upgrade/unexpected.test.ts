// States that no run leaves: a person, a disk or another program was there between two runs. The next command says what it found and
// what to do, and changes nothing; the choices that it names are tried here.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Snapshot, startCluster, type TestCluster } from '../../support/cluster.ts';
import { withSiblings } from '../../support/extent.ts';
import { twoHosts } from '../../support/hosts.ts';
import { killAt } from '../../support/interrupt.ts';
import { expectNew, expectOld } from '../../support/oracle.ts';
import type { User } from '../../support/shells.ts';

describe('unexpected states', () => {
  let cluster: TestCluster;
  let before: Snapshot;
  /** The folder of our own things, and that of the one run in it. */
  let work: string;
  const run = '$(echo runs/*)';

  beforeAll(async () => {
    cluster = await startCluster({ hosts: twoHosts });
    work = `${cluster.home}/.eggroll-upgrade`;
  });
  afterAll(() => cluster.stop());
  beforeEach(async () => {
    await cluster.reset();
    before = await cluster.snapshot();
  });

  /** Runs commands in our folder on a node as the user of the services. */
  async function onNode(host: string, commands: string, user: User = 'app'): Promise<string> {
    const { exitCode, stdout, stderr } = await cluster.exec(host, `set -e; cd ${work}; ${commands}`, user);
    expect(exitCode, `${commands}\n${stderr}`).toBe(0);
    return stdout.trim();
  }

  const killMigrated = () =>
    killAt(cluster, {
      command: 'upgrade',
      before: 'start-services',
      reached: async () =>
        (await cluster.sql(`SELECT 1 FROM information_schema.TABLES WHERE TABLE_NAME = 'eggroll_upgrade_ledger'`)) !==
          '' &&
        (await cluster.sql(
          `SELECT 1 FROM eggroll_meta.eggroll_upgrade_ledger HAVING SUM(state = 'done') = COUNT(*)`,
        )) !== '',
    });

  /** The command stops with exit code 11, this code on this node, and changes nothing. Gives what it says. */
  async function expectStop(command: string, code: string, where: string): Promise<string> {
    const state = await cluster.snapshot();
    const { result, events } = await cluster.job(command);
    expect(result.findings.map((finding) => [finding.code, finding.where])).toEqual([[code, where]]);
    expect(result).toMatchObject({ outcome: 'failed', exitCode: 11 });
    expect(events.filter(({ type }) => type === 'change')).toEqual([]);
    expect(await cluster.snapshot()).toEqual(state);
    return `${result.findings[0]?.found} ${result.findings[0]?.remedy}`;
  }

  const expectDone = async (command: string) =>
    expect((await cluster.job(command)).result).toMatchObject({ outcome: 'succeeded', exitCode: 0 });

  it('stops a resumed upgrade at whatever was changed since, and goes on once it is put right', async () => {
    await killMigrated();
    const home = cluster.home;

    await onNode(
      'nm2',
      `cd ${home}; cp -p lib/eggroll-core-2.2.1.jar /tmp/core; echo x >>lib/eggroll-core-2.2.1.jar; : >bin/new`,
    );
    const changed = await expectStop('upgrade', 'STATE_UNEXPECTED', 'nm2');
    expect(changed).toContain('bin/new: not expected; lib/eggroll-core-2.2.1.jar: has other content');
    expect(changed).toContain('run `upgrade` again; or run `recover`');
    await onNode('nm2', `cd ${home}; cp -p /tmp/core lib/eggroll-core-2.2.1.jar; rm bin/new`);

    await onNode('nm1', `cd ${run}/backup; cp -p bin/eggroll.sh /tmp/script; echo x >>bin/eggroll.sh`);
    expect(await expectStop('upgrade', 'STATE_UNEXPECTED', 'nm1')).toContain(
      'backup/bin/eggroll.sh: has other content',
    );
    await onNode('nm1', `cp -p /tmp/script ${run}/backup/bin/eggroll.sh`);

    await onNode('nm2', `mv ${home}/python /tmp/python`);
    expect(await expectStop('upgrade', 'STATE_UNEXPECTED', 'nm2')).toMatch(
      /python: where no run leaves a folder: the new one is gone.*`recover`/,
    );
    await onNode('nm2', `mv /tmp/python ${home}/python`);

    await onNode('nm2', `mv ${run}/backup/lib /tmp/lib`);
    expect(await expectStop('upgrade', 'STATE_UNEXPECTED', 'nm2')).toContain('from your own copy');
    await onNode('nm2', `mv /tmp/lib ${run}/backup/lib; cp -rp ${home}/deploy ${run}/staged/deploy`);
    expect(await expectStop('upgrade', 'STATE_UNEXPECTED', 'nm2')).toContain('Move away the one that does not belong');
    await onNode('nm2', `rm -r ${run}/staged/deploy; mv ${run}/old-tree.json /tmp/old-tree.json`);
    expect(await expectStop('upgrade', 'STATE_UNEXPECTED', 'nm2')).toContain('old-tree.json is missing');
    await onNode('nm2', `mv /tmp/old-tree.json ${run}/old-tree.json`);

    await cluster.sql('ALTER TABLE eggroll_meta.session_main ADD COLUMN by_hand INT');
    expect(await expectStop('upgrade', 'LEDGER_MISMATCH', 'database eggroll_meta')).toMatch(
      /table session_main: column by_hand is new.*Take these changes back/,
    );
    await cluster.sql('ALTER TABLE eggroll_meta.session_main DROP COLUMN by_hand');

    // The site's own files, rows, and tables that the migration does not name may change.
    await onNode('nm1', `echo '{"route": 1}' >${home}/conf/route_table.json`);
    await cluster.sql(
      'CREATE TABLE eggroll_meta.t_of_the_site (id INT); DELETE FROM eggroll_meta.session_main LIMIT 1',
    );
    await expectDone('upgrade');
    await cluster.sql('DROP TABLE eggroll_meta.t_of_the_site');
    expect(await onNode('nm1', `cat ${home}/conf/route_table.json`)).toBe('{"route": 1}');
  });

  it('undoes by recover what a person changed in the new version, and keeps it', { tags: ['sibling'] }, async () => {
    await killMigrated();
    await onNode('nm2', `echo x >>${cluster.home}/lib/eggroll-core-2.2.1.jar`);
    await expectStop('upgrade', 'STATE_UNEXPECTED', 'nm2');
    await expectDone('recover');
    await expectOld(cluster, before);
    expect(await onNode('nm2', `tail -c 2 ${run}/replaced/lib/eggroll-core-2.2.1.jar`)).toBe('x');
  });

  it('stops recover before it touches anything when the old folders are not what they were, and ends when a person takes them', async () => {
    await expectDone('upgrade');
    await onNode('nm1', `cp -p ${run}/old-tree.json /tmp/old-tree.json; echo x >>${run}/backup/deploy/more`);
    const changed = await expectStop('recover', 'RECOVER_MISMATCH', 'nm1');
    expect(changed).toContain('backup/deploy/more: not expected');
    expect(changed).toContain('old-tree.accepted');

    await onNode(
      'nm1',
      `rm ${run}/backup/deploy/more; printf X | dd of=${run}/old-tree.json bs=1 seek=200 conv=notrunc status=none`,
    );
    expect(await expectStop('recover', 'RECOVER_MISMATCH', 'nm1')).toContain('old-tree.json: damaged');
    await onNode('nm1', `mv /tmp/old-tree.json ${run}/old-tree.json; mv ${run} /tmp/lost`);
    expect(await expectStop('recover', 'STATE_UNEXPECTED', 'nm1')).toMatch(
      /bin, conf, deploy, lib, python: .* no old one is in .*backup\/\{bin,conf,deploy,lib,python\} from your own copy/,
    );
    await onNode('nm1', `mv /tmp/lost runs/$(grep -o 'run":"[^"]*' /tmp/lost/record.json | cut -d '"' -f 3)`);

    await onNode('nm1', `echo x >>${run}/backup/deploy/more; : >${run}/old-tree.accepted`);
    await expectDone('recover');
    await onNode('nm1', `rm ${cluster.home}/deploy/more`);
    await expectOld(cluster, before);
    expect((await cluster.job('recover')).result).toMatchObject({ outcome: 'unchanged', exitCode: 0 });
  });

  it('writes a damaged or lost record anew from another node, and starts what ran there', async () => {
    await killMigrated();
    await onNode('nm1', `printf X | dd of=${run}/record.json bs=1 seek=100 conv=notrunc status=none`);
    await onNode('nm2', `cp ${run}/record.json /tmp/record.json; : >${run}/record.json`);
    const state = await cluster.snapshot();
    for (const command of ['upgrade', 'recover']) {
      const { result } = await cluster.job(command);
      expect(result).toMatchObject({ outcome: 'failed', exitCode: 11 });
      expect(result.findings.map(({ code, where }) => [code, where])).toEqual([
        ['STATE_UNEXPECTED', 'nm1'],
        ['STATE_UNEXPECTED', 'nm2'],
      ]);
      expect(result.findings[0]?.found).toMatch(
        /record.json is damaged, and no node has an unharmed copy.*backup holds old folders/,
      );
    }
    expect(await cluster.snapshot()).toEqual(state);

    await onNode('nm2', `mv /tmp/record.json ${run}/record.json`);
    const { result, events } = await cluster.job('upgrade');
    expect(result).toMatchObject({ outcome: 'succeeded', exitCode: 0 });
    expect(events).toContainEqual(
      expect.objectContaining({
        type: 'warning',
        message: expect.stringMatching(/^nm1: the record of run .* was damaged; it was written anew/),
      }),
    );
    await expectNew(cluster, before);

    await onNode('nm2', `rm ${run}/record.json`);
    await expectDone('recover');
    await expectOld(cluster, before);
  });

  it('takes nothing that a killed run left half-made for anything, and removes it', { tags: ['sibling'] }, async () => {
    await cluster.exec('nm1', `mkdir ${work}`, 'app');
    await onNode(
      'nm1',
      `mkdir -p ../.eggroll-upgrade-probe.999999.1/bin/occupied ${work}/runs/dead/staged/bin ${work}/.eggroll-upgrade-probe.999999.1`,
    );
    await onNode('nm1', 'echo half >runs/dead/.record.json.partial; : >service.out');
    await expectDone('upgrade');
    await expectNew(cluster, before);
    expect(await onNode('nm1', 'ls runs; ls -A .. | grep probe || true')).not.toMatch(/dead|probe/);
  });

  const inTheWay = withSiblings(
    [['a file', `echo notes >${'.eggroll-upgrade'}`, 'is not a folder but a file']],
    [
      ['a link', 'mkdir /tmp/elsewhere; ln -s /tmp/elsewhere .eggroll-upgrade', 'is not a folder but a symlink'],
      [
        "another user's folder",
        'mkdir .eggroll-upgrade; chown daemon .eggroll-upgrade',
        'belongs to user daemon, and not to app',
      ],
      [
        'old folders of a run that nobody knows',
        'mkdir -p .eggroll-upgrade/runs/x/backup/bin; chown -R app .eggroll-upgrade',
        'record.json is missing',
      ],
    ],
  );
  it.each(inTheWay)(
    'begins nothing where %s is in the way, and upgrades once it is moved away',
    async (_name, commands, found) => {
      await cluster.exec('nm2', `cd ${cluster.home}; ${commands}`);
      for (const command of ['upgrade', 'recover']) {
        const { result } = await cluster.job(command);
        expect(result.findings).toMatchObject([
          { code: 'STATE_UNEXPECTED', where: 'nm2', found: expect.stringContaining(found) },
        ]);
        expect(result).toMatchObject({ outcome: 'failed', exitCode: 11 });
      }
      await expectOldFiles();
      await cluster.exec(
        'nm2',
        `cd ${cluster.home}; mv .eggroll-upgrade /tmp/moved-away; rm -rf /tmp/moved-away /tmp/elsewhere`,
      );
      await expectDone('upgrade');
      await expectNew(cluster, before);
    },
  );

  async function expectOldFiles(): Promise<void> {
    expect(await cluster.snapshot()).toEqual(before);
  }
});
