// The oracle itself: each thing that it promises to notice is done to a cluster on purpose. What is done to different files or
// tables is done together, and each must be named.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { differences } from '../../src/rehearsal/differences.ts';
import { checkResult } from '../support/check-result.ts';
import { type Snapshot, startCluster, type TestCluster } from '../support/cluster.ts';
import { differencesFromPackage } from '../support/expected-tree.ts';
import type { JobOutcome, JobRun } from '../support/job.ts';
import { findSecrets, logStatements, watchProcesses } from '../support/secrets.ts';
import { leftovers, leftoversNow } from '../support/violations.ts';

describe('the oracle', () => {
  let cluster: TestCluster;
  let old: Snapshot;

  beforeAll(async () => {
    cluster = await startCluster();
    await cluster.reset();
    old = await cluster.snapshot();
  });
  afterAll(() => cluster.stop());

  const on = async (host: string, ...commands: readonly string[]) => {
    const { exitCode, stderr } = await cluster.exec(host, [`cd ${cluster.home}`, 'set -e', ...commands].join('\n'));
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
  };
  const expectAll = (found: readonly string[], messages: readonly RegExp[]) => {
    for (const message of messages) expect(found.join('\n')).toMatch(message);
  };

  it('sees nothing wrong with a cluster that was put back, and the same after every reset', async () => {
    await cluster.reset();
    // What the server was asked in another case is in its log still.
    await logStatements(cluster);
    expect(differences(old, await cluster.snapshot())).toEqual([]);
    expect(await leftovers(cluster)).toEqual([]);
    expect(await findSecrets(cluster, [])).toEqual([]);
  });

  it('sees a changed byte, mode, owner, time, link, a missing file and one too many, a service that is down, twice or stale', async () => {
    await cluster.reset();
    const jar = 'lib/eggroll-core-2.0.2.jar';
    await on(
      'nm2',
      `touch -r ${jar} /tmp/time; printf x | dd of=${jar} bs=1 seek=9 conv=notrunc status=none; touch -r /tmp/time ${jar}`,
      'chmod 600 deploy/deploy.sh',
      'chmod 700 python/eggroll',
      'chown root deploy/conf.sh',
      'touch -d 2001-02-03 deploy/init.sh',
      'rm bin/fate-eggroll.sh',
      'echo >lib/other.jar',
      'ln -sfn /elsewhere venv/bin/python',
      "ps -eo pid=,args= | awk '$2 ~ /java$/ {print $1}' | xargs kill -KILL",
    );
    const start = 'setpriv --reuid app --regid apps --init-groups bash bin/eggroll.sh nodemanager start >/dev/null';
    await on(
      'nm3',
      `sed -i s/4671/4999/ conf/eggroll.properties; ${start}; sed -i s/4999/4671/ conf/eggroll.properties`,
    );
    await on('rs1', 'cp -a lib lib.new; mv lib lib.old; mv lib.new lib');
    expectAll(differences(old, await cluster.snapshot(), 100), [
      /\+ \.\/lib\/eggroll-core-2\.0\.2\.jar f 644 1001:1001/,
      /\+ \.\/deploy\/deploy\.sh f 600/,
      /\+ \.\/python\/eggroll d 700/,
      /\+ \.\/deploy\/conf\.sh f 644 0:1001/,
      /\+ \.\/deploy\/init\.sh f 644 1001:1001 981/,
      /- \.\/bin\/fate-eggroll\.sh/,
      /\+ \.\/lib\/other\.jar/,
      /\+ \.\/venv\/bin\/python l .*\/elsewhere/,
      /nm2, services: - nodemanager 2\.0\.2/,
      /nm3, services: \+ nodemanager 2\.0\.2/,
      /rs1, services: - rollsite 2\.0\.2; \+ rollsite 2\.0\.2 stale/,
    ]);
  });

  it('sees missing, doubled and changed rows, other definitions, tables and databases', async () => {
    await cluster.reset();
    await cluster.sql(
      `USE ${cluster.prepared.database.name};
       DELETE FROM session_main LIMIT 1;
       INSERT INTO session_option SELECT * FROM session_option LIMIT 1;
       UPDATE store_locator SET status = 'OTHER', updated_at = updated_at LIMIT 1;
       UPDATE server_node SET updated_at = '2001-02-03' LIMIT 1;
       ALTER TABLE session_processor ADD COLUMN extra INT;
       ALTER TABLE store_partition DROP INDEX partition_by_status;
       CREATE TABLE other (id INT);
       DROP TABLE store_option;
       CREATE DATABASE fate_flow; CREATE TABLE fate_flow.t (id INT);`,
    );
    expectAll(differences(old, await cluster.snapshot(), 1000), [
      /- INSERT INTO `session_main`/,
      /; \+ INSERT INTO `session_option`/,
      /\+ INSERT INTO `store_locator`.*'OTHER'/,
      /\+ INSERT INTO `server_node`.*2001-02-03/,
      /\+ {3}`extra` int/,
      /- {3}KEY `partition_by_status`/,
      /\+ CREATE TABLE `other`/,
      /- CREATE TABLE `store_option`/,
      /\+ database fate_flow/,
    ]);
  });

  it('sees locks that are held, half-made files, staged trees, probes, scripts that still work, scratch schemas', async () => {
    await cluster.reset();
    await on(
      'nm2',
      'mkdir -p .eggroll-upgrade/locks/7 .eggroll-upgrade/runs/x/staged/lib .eggroll-upgrade-probe-1',
      'echo >.eggroll-upgrade/runs/x/.record.json.partial',
      'setpriv --reuid app --regid apps --init-groups sh -c "sleep 60; :" eggroll-upgrade-switch >/dev/null 2>&1 & disown',
    );
    await cluster.sql('CREATE DATABASE eggroll_meta_scratch');
    expectAll(await leftoversNow(cluster), [
      /nm2: held: locks\/7/,
      /nm2: \.\/runs\/x\/\.record\.json\.partial/,
      /nm2: \.\/runs\/x\/staged\/lib/,
      /nm2: .*probe-1/,
      /nm2: process: sh -c/,
      /database: schema eggroll_meta_scratch/,
    ]);
  });

  const password = async () => (await readFile(join(cluster.dir, 'secrets/mysql'), 'utf8')).trim();

  it('sees a session that stays', async () => {
    await cluster.reset();
    const command = `MYSQL_PWD=${await password()} mysql -h127.0.0.1 -ufate -e 'SELECT SLEEP(600)'`;
    const sleeping = cluster.inDatabase(command);
    await expect.poll(async () => (await leftoversNow(cluster)).join()).toMatch(/session \d+ of fate/);
    await cluster.endSessions();
    await sleeping;
  });

  it('sees the password in STATE_DIR, in files and processes of nodes, in statements, and in the output', async () => {
    await cluster.reset();
    const secret = await password();
    expect(secret).toMatch(/^\w{20,}$/);
    await writeFile(join(cluster.stateDir, 'note'), `it is ${secret}.`);
    const asApp = 'setpriv --reuid app --regid apps --init-groups';
    await on('nm1', `echo ${secret} >.bash_history`, `PWORD=${secret} ${asApp} sleep 60 >/dev/null 2>&1 & disown`);
    await on('nm2', `${asApp} sh -c 'sleep 60; : ${secret}' >/dev/null 2>&1 & disown`);
    await logStatements(cluster);
    await cluster.sql(`SELECT '${secret}'`);
    const seen = await watchProcesses(cluster, 'nm2');
    await expect.poll(async () => (await cluster.exec('nm2', '[ -e /run/watch/patterns ]')).exitCode).toBe(0);
    // It lives for as long as the watch needs to come round once.
    await on('nm2', `sh -c 'sleep 3; : short ${secret}'`);
    expect((await seen()).join('\n')).toMatch(/a process of nm2: sh -c sleep 3; : short/);
    const output = { stdout: `{"a":"${secret}"}`, stderr: '', events: [], result: undefined };
    const run: JobRun = { command: 'upgrade', exitCode: 0, ...output };
    expectAll(await findSecrets(cluster, [run]), [
      /in output of upgrade/,
      /in STATE_DIR\/note/,
      /in the server's log of statements/,
      /nm1:.*\.bash_history/,
      /nm1:\/proc\/\d+\/environ/,
      /nm2:\/proc\/\d+\/cmdline/,
    ]);
  });

  // The last case changes the cluster that the others look at.
  describe('of an upgrade', { shuffle: false }, () => {
    let upgraded: Snapshot;
    let run: JobOutcome;

    beforeAll(async () => {
      await cluster.reset();
      run = await cluster.job('upgrade');
      upgraded = await cluster.snapshot();
    });

    it('sees nothing wrong with one that nothing disturbed', async () => {
      expect(await differencesFromPackage(cluster, old, upgraded)).toEqual([]);
      expect(checkResult(run, cluster, 'new')).toEqual([]);
    });

    it('sees that it is not the old version', () => {
      const places = differences(old, upgraded).map((text) => text.split(':')[0]);
      const everywhere = cluster.hosts.flatMap((host) => [`${host}, files`, `${host}, services`]);
      expect(new Set(places)).toEqual(new Set([...everywhere, 'database']));
    });

    it('sees a node that stayed old', async () => {
      const mixed = { ...upgraded, files: { ...upgraded.files, nm3: old.files['nm3'] ?? '' } };
      const found = await differencesFromPackage(cluster, old, mixed);
      expect(found.length).toBeGreaterThan(0);
      expect(found.every((text) => text.startsWith('nm3: '))).toBe(true);
    });

    it('sees a result that does not fit', () => {
      const wrong = (change: object) => checkResult({ ...run, result: { ...run.result, ...change } }, cluster, 'new');
      expect(wrong({})).toEqual([]);
      expect(wrong({ exitCode: 10 })).not.toEqual([]);
      expect(wrong({ outcome: 'interrupted' })).not.toEqual([]);
      expect(wrong({ message: '' })).not.toEqual([]);
      expect(wrong({ nodes: run.result.nodes.slice(1) })).not.toEqual([]);
      expect(checkResult(run, cluster, 'old').join()).toContain('nodes on another version than 2.0.2');
      expect(checkResult({ ...run, result: undefined }, cluster)).toEqual(['upgrade printed no result (exit code 0)']);
    });

    it('sees a changed file, a jar of the old version, lost files and lines of the site, a doubled key', async () => {
      await on(
        'nm1',
        'echo >>lib/eggroll-core-2.2.1.jar',
        'echo >lib/eggroll-core-2.0.2.jar',
        'rm bin/fate-eggroll.sh',
        "sed -i '/jdbc.password/d' conf/eggroll.properties",
        "doubled=$(grep '^eggroll.rollsite.port' conf/eggroll.properties)",
        'echo "$doubled" >>conf/eggroll.properties',
      );
      expectAll(await differencesFromPackage(cluster, old, await cluster.snapshot()), [
        /nm1: \.\/lib\/eggroll-core-2\.2\.1\.jar is/,
        /nm1: \.\/lib\/eggroll-core-2\.0\.2\.jar is .* expected "nothing"/,
        /nm1: \.\/bin\/fate-eggroll\.sh is "missing"/,
        /nm1: .*the site's line ".*jdbc\.password/,
        /nm1: .*twice: eggroll\.rollsite\.port/,
      ]);
    });
  });
});
