// What inspect.sh tells about the place where runs keep their things, and what it and tidy.sh clean up after runs that were killed.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { inspectArguments, parseFacts } from '../../src/cluster/facts.ts';
import { programFolders } from '../../src/eggroll/tree.ts';
import { withSiblings } from '../support/extent.ts';
import { type ScriptBox, startScriptBox } from '../support/script-box.ts';

const token = '7';
let box: ScriptBox;
let home: string;
let work: string;
let homes = 0;

beforeAll(async () => {
  box = await startScriptBox();
  await box.bash('chown app:apps /data', 'root');
});
afterAll(() => box.stop());

beforeEach(async () => {
  homes += 1;
  home = `/data/home ${homes}`;
  work = `${home}/.eggroll-upgrade`;
  await box.bash(`mkdir -p '${work}/locks/${token}' '${work}/runs'; cd '${home}'; mkdir ${programFolders.join(' ')}`);
});

const everything = () => box.bash(`cd '${home}'; find . -printf '%p %y %i\\n' | sort`);

describe.each(withSiblings(['dash'], ['bash --posix', 'busybox sh']))('%s', (shell) => {
  async function inspect() {
    const { exitCode, stdout, stderr } = await box.script(shell, 'inspect', inspectArguments(home));
    expect([exitCode, stderr]).toEqual([0, '']);
    return parseFacts(stdout.toString());
  }

  test.each<[string, string, string]>([
    ['a file', "rm -r .eggroll-upgrade; echo 'notes' >.eggroll-upgrade", 'not a folder but a file'],
    ['a link', 'mv .eggroll-upgrade away; ln -s away .eggroll-upgrade', 'not a folder but a symlink'],
    ['a folder that cannot be written', 'chmod 0500 .eggroll-upgrade', 'cannot be read and written by app'],
    [
      'a file in the place of runs',
      'rmdir .eggroll-upgrade/runs; : >.eggroll-upgrade/runs',
      'runs is not a folder but a file',
    ],
    [
      'a link in the place of runs',
      'rmdir .eggroll-upgrade/runs; ln -s /tmp .eggroll-upgrade/runs',
      'not a folder but a symlink',
    ],
  ])('names %s that is not our folder', async (_name, commands, problem) => {
    await box.bash(`cd '${home}'; ${commands}`);
    const before = await everything();
    const { workProblems } = await inspect();
    expect(workProblems).toEqual([expect.stringContaining(problem)]);
    expect(await everything()).toBe(before);
  });

  test("names another user's folder", async () => {
    await box.bash(`chown daemon '${work}'; chmod 0777 '${work}'`, 'root');
    expect((await inspect()).workProblems).toEqual([`${work} belongs to user daemon, and not to app`]);
  });

  test('tells what runs have left, whatever is in their records', async () => {
    await box.bash(`cd '${work}/runs'; mkdir -p a/backup/bin b/backup 'odd name' empty; : >b/staged; : >old-note
      printf 'x\\nhome missing\\nfolder bin missing\\n\\001' >a/record.json; mkdir b/record.json`);
    const facts = await inspect();
    expect(facts.homePresent).toBe(true);
    expect(facts.folders.get('bin')).toBe('directory');
    expect(facts.damagedRecords).toEqual(['a']);
    expect(facts.runEntries.get('a')?.has('backup/')).toBe(true);
    expect(facts.runEntries.get('b')?.has('backup/')).toBe(false);
    expect(facts.runEntries.has('old-note')).toBe(false);
    expect(facts.runEntries.has('odd?name')).toBe(true);
    expect(facts.workProblems).toEqual([
      'runs/b/record.json is not a file but a directory',
      'runs/b/staged is not a directory but a file',
    ]);
    expect(facts.litter).toBe(true);
  });

  test('removes the probe of an inspection that was killed, and not that of one that works', async () => {
    await box.bash(`sleep 300 >/dev/null 2>&1 & echo $! >'${home}/pid'`);
    const pid = (await box.bash(`cat '${home}/pid'`)).trim();
    const started = (await box.bash(`cut -d ' ' -f 22 /proc/${pid}/stat`)).trim();
    await box.bash(`cd '${home}'
      for place in . .eggroll-upgrade; do
        mkdir -p $place/.eggroll-upgrade-probe.${pid}.${started}/bin/occupied
        mkdir -p $place/.eggroll-upgrade-probe.${pid}.1/bin/occupied $place/.eggroll-upgrade-probe.999999.5/bin/occupied
        mkdir -p $place/.eggroll-upgrade-probe.999998.5/bin; : >$place/.eggroll-upgrade-probe.999998.5/bin/precious
      done`);
    await inspect();
    const left = await box.bash(`cd '${home}'; find . -name '.eggroll-upgrade-probe*' | sort; kill ${pid}`);
    // What holds anything stays, whoever made it.
    expect(left.trim().split('\n')).toEqual([
      `./.eggroll-upgrade-probe.${pid}.${started}`,
      './.eggroll-upgrade-probe.999998.5',
      `./.eggroll-upgrade/.eggroll-upgrade-probe.${pid}.${started}`,
      './.eggroll-upgrade/.eggroll-upgrade-probe.999998.5',
    ]);
  });

  test('tidy removes what is half-made and keeps whatever a run may need', async () => {
    await box.bash(`cd '${work}'; : >service.out; cd runs
      mkdir -p whole/staged/bin old/backup/bin dump/database/main done/replaced tree dead/staged/bin dead/dropped
      : >whole/record.json; : >whole/.record.json.partial; : >whole/.old-tree.json.partial; mkdir whole/dropped
      : >dump/database/main/dump.sql; : >dump/database/main/.dump.sql.partial; : >tree/old-tree.json; : >dead/.record.json.partial`);
    expect((await inspect()).litter).toBe(true);
    expect(await box.script(shell, 'tidy', [home, token])).toMatchObject({ exitCode: 0, stderr: '' });
    const left = await box.bash(`cd '${work}'; find . -mindepth 2 -path './runs/*' | sort; ls -A`);
    expect(left.trim().split('\n')).toEqual([
      ...['./runs/done', './runs/done/replaced', './runs/dump', './runs/dump/database', './runs/dump/database/main'],
      './runs/dump/database/main/dump.sql',
      ...['./runs/old', './runs/old/backup', './runs/old/backup/bin', './runs/tree', './runs/tree/old-tree.json'],
      ...[
        './runs/whole',
        './runs/whole/record.json',
        './runs/whole/staged',
        './runs/whole/staged/bin',
        'locks',
        'runs',
      ],
    ]);
    expect((await inspect()).litter).toBe(false);
  });
});
