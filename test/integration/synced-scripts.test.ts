// What a script has changed is on the disk before it counts: its calls of `sync`, `mv` and `rm`, in their order, as programs of the same
// names that come first in the PATH write them down. They also stand for what a disk and another owner of the lock do in between.

import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ScriptName } from '../../src/cluster/remote-scripts.ts';
import { programFolders } from '../../src/eggroll/tree.ts';
import { type ScriptBox, startScriptBox } from '../support/script-box.ts';

const token = '7';
const run = 'run-1';
const recorder = '/data/recorder';
const folders = programFolders.join(' ');

let box: ScriptBox;
let homes = 0;
let home: string;
let work: string;
let runFolder: string;

// Entries of `working` are moved by every script.
const wrapper = `#!/bin/sh
me=\${0##*/}
case " $* " in */working/* | ' --help ') exec "/usr/bin/$me" "$@" ;; esac
echo "$me $*" >>${recorder}/calls
case "$me $FAULT" in
  'sync disk') echo 'Input/output error' >&2; exit 1 ;;
  'sync owner') mkdir -p "$HOME_OF_TEST/.eggroll-upgrade/locks/8" ;;
  'mv copies') shift; cp -a -t "$@"; shift 2; exec /usr/bin/rm -r "$@" ;;
esac
exec "/usr/bin/$me" "$@"`;

beforeAll(async () => {
  box = await startScriptBox({ '/data': 'rw,exec,size=16m' });
  await box.bash('chown app:apps /data', 'root');
  await box.bash(`mkdir ${recorder}; cd ${recorder}
    cat >mv <<'END'
${wrapper}
END
    chmod +x mv; ln -s mv rm; ln -s mv sync`);
});
afterAll(() => box.stop());

beforeEach(async () => {
  homes += 1;
  home = `/data/home${homes}`;
  work = `${home}/.eggroll-upgrade`;
  runFolder = `${work}/runs/${run}`;
  await box.bash(`mkdir -p ${work}/locks/${token}/working ${runFolder}/staged; : >${work}/locks/${token}/working/free-1
    for name in ${folders}; do
      mkdir ${home}/$name ${runFolder}/staged/$name; echo old >${home}/$name/file; echo new >${runFolder}/staged/$name/file
    done`);
});

type Fault = 'none' | 'disk' | 'owner' | 'copies';

async function call(name: ScriptName, args: readonly string[] = [], input?: Buffer | string, fault: Fault = 'none') {
  await box.bash(`rm -f ${recorder}/calls`);
  const shell = `env PATH=${recorder}:/usr/bin:/bin FAULT=${fault} HOME_OF_TEST=${home} dash`;
  const { exitCode, stderr } = await box.script(shell, name, [home, token, run, ...args], input);
  const text = await box.bash(`cat ${recorder}/calls 2>/dev/null || true`);
  return { exitCode, stderr, calls: text.split('\n').filter((line) => line !== '') };
}

/** The calls of a script that ends well. */
async function callsOf(name: ScriptName, args?: readonly string[], input?: Buffer | string): Promise<string[]> {
  const { exitCode, stderr, calls } = await call(name, args, input);
  expect([exitCode, stderr]).toEqual([0, '']);
  return calls;
}

/** That the run's folder is there, up to the home. */
const place = () => `sync -- ${runFolder} ${work}/runs ${work} ${home}`;

const parcel = (text: string) =>
  Buffer.concat([
    Buffer.from(`${text.length} ${createHash('sha256').update(text).digest('hex')}\n`),
    gzipSync(Buffer.from(text)),
  ]);

describe('on the disk before it counts is', () => {
  test('a record', async () => {
    expect(await callsOf('write-record', ['record.json', '5'], 'whole')).toEqual([
      `sync -- ${runFolder}/.record.json.partial`,
      `mv -f -T ${runFolder}/.record.json.partial ${runFolder}/record.json`,
      place(),
    ]);
  });

  test('a copy of the database backup', async () => {
    const kept = `${runFolder}/database/purged-x`;
    expect(await callsOf('backup-receive', ['purged-x', 'dump.sql'], parcel('dump'))).toEqual([
      `sync -- ${kept}/.dump.sql.partial`,
      `rm -f ${kept}/backup.json`,
      `mv -f ${kept}/.dump.sql.partial ${kept}/dump.sql`,
      `sync -- ${kept} ${runFolder}/database`,
      place(),
    ]);
    expect(await callsOf('backup-drop', ['purged-x'])).toEqual([
      `rm -f ${kept}/backup.json`,
      `rm -f ${kept}/dump.sql`,
      `sync -- ${kept}`,
    ]);
  });

  test('a switch, and its way back', async () => {
    const [staged, backup] = [`${runFolder}/staged`, `${runFolder}/backup`];
    expect(await callsOf('switch', programFolders)).toEqual([
      `mv -t ${backup} -- ${folders}`,
      `mv -t ${home} -- ${folders}`,
      `sync -- ${home} ${staged} ${backup}`,
      place(),
    ]);
    expect(await callsOf('switch-back', programFolders)).toEqual([
      `mv -t ${staged} -- ${folders}`,
      `mv -t ${home} -- ${folders}`,
      `sync -- ${home} ${staged} ${backup}`,
      place(),
    ]);
  });

  test('a staged tree, however it came', async () => {
    const tar = pack();
    tar.entry({ name: 'lib/new.jar' }, 'jar');
    tar.finalize();
    const staged = `${runFolder}/staged`;
    const bytes = await buffer(tar as AsyncIterable<Buffer>);
    const isLast = async (calls: Promise<string[]>) => (await calls).at(-1);
    expect(await isLast(callsOf('stage-receive', ['-', 'plain'], bytes))).toBe(`sync -f ${staged}`);
    expect(await isLast(callsOf('stage-copy', ['9', '0'], 'bin/file\0'))).toBe(`sync -f ${staged}`);
    expect(await isLast(callsOf('stage-remove', [], 'bin/file\0'))).toBe('sync -f .');
  });

  test('what is taken out of the way', async () => {
    expect(await callsOf('put-aside')).toEqual([
      `rm -rf ${runFolder}/dropped`,
      `mv -T ${runFolder}/staged ${runFolder}/dropped`,
      `rm -rf ${runFolder}/dropped ${runFolder}/stream`,
      `sync -f ${runFolder}`,
    ]);
  });
});

test('old folders that are pruned are no backup any more before the first of their files goes', async () => {
  await box.bash(`cd ${runFolder}; mkdir -p backup/bin database; : >record.json; : >old-tree.json`);
  expect(await callsOf('prune-run')).toEqual([
    `rm -rf ${runFolder}/dropped`,
    `mv -T ${runFolder}/backup ${runFolder}/dropped/backup`,
    `mv -T ${runFolder}/database ${runFolder}/dropped/database`,
    `rm -f ${runFolder}/old-tree.json ${runFolder}/old-tree.accepted`,
    `rm -rf ${runFolder}/dropped`,
    `sync -f ${runFolder}`,
  ]);
});

test('a run that is forgotten has no record any more before anything else of it goes', async () => {
  await box.bash(`: >${runFolder}/record.json`);
  expect(await callsOf('drop-run')).toEqual([
    `rm -f ${runFolder}/record.json`,
    `rm -rf ${runFolder}`,
    `rm -rf ${work}/runs/*`,
    `sync -f ${work}/runs`,
  ]);
});

describe('a disk that fails to take it', () => {
  const calls: readonly [ScriptName, readonly string[], (Buffer | string)?][] = [
    ['write-record', ['record.json', '5'], 'whole'],
    ['backup-receive', ['.', 'dump.sql'], parcel('dump')],
    ['backup-drop', ['.']],
    ['stage-copy', ['9', '0'], 'bin/file\0'],
    ['stage-remove', [], 'bin/file\0'],
    ['put-aside', []],
    ['switch', programFolders],
    ['switch-back', programFolders],
  ];

  test.each(calls)('ends %s with its words', async (name, args, input) => {
    if (name === 'switch-back') await callsOf('switch', programFolders);
    await box.bash(`mkdir -p ${runFolder}/database`);
    const outcome = await call(name, args, input, 'disk');
    expect(outcome).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('Input/output error') });
  });

  test.each([
    ['write-record', ['record.json', '5'], 'whole', 'record.json'],
    ['backup-receive', ['.', 'dump.sql'], parcel('dump'), 'database/dump.sql'],
  ] as const)('leaves what %s was to write without its name', async (name, args, input, file) => {
    await call(name, args, input, 'disk');
    expect(await box.bash(`ls ${runFolder}/${file} 2>/dev/null || true`)).toBe('');
  });
});

test.each([
  ['write-record', ['record.json', '5'], 'whole', 'record.json'],
  ['backup-receive', ['.', 'dump.sql'], parcel('dump'), 'database/dump.sql'],
] as const)('%s puts nothing in place once another run has taken the lock', async (name, args, input, file) => {
  expect(await call(name, args, input, 'owner')).toMatchObject({
    exitCode: 75,
    stderr: 'fenced: token 7, newest 8',
  });
  expect(await box.bash(`ls ${runFolder}/${file} 2>/dev/null || true`)).toBe('');
});

test('a rename that was a copy is told, and the run does not go on', async () => {
  expect(await call('switch', programFolders, undefined, 'copies')).toMatchObject({
    exitCode: 11,
    stderr: 'unexpected: folders were copied, not renamed',
  });
});
