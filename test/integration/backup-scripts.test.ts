// The scripts that keep the database's backup on a node, by every shell that may be a node's sh, on a real file system.

import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ScriptName } from '../../src/cluster/remote-scripts.ts';
import { withSiblings } from '../support/extent.ts';
import { type ScriptBox, startScriptBox } from '../support/script-box.ts';

const run = 'run-1';
const token = '7';
const dump = Buffer.from('INSERT INTO t VALUES (1);\n'.repeat(20_000));
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const parcel = (bytes: Buffer, told = bytes) =>
  Buffer.concat([Buffer.from(`${told.length} ${sha256(told)}\n`), gzipSync(bytes)]);

let box: ScriptBox;
let home: string;
let kept: string;
let homes = 0;

beforeAll(async () => {
  box = await startScriptBox({ '/data': 'rw,exec,size=8m' });
  await box.bash('chown app:apps /data', 'root');
});
afterAll(() => box.stop());
beforeEach(async () => {
  homes += 1;
  home = `/data/home ${homes}`;
  kept = `${home}/.eggroll-upgrade/runs/${run}/database`;
  await box.bash(`mkdir -p '${home}/.eggroll-upgrade/locks/${token}'`);
});

describe.each(withSiblings(['dash'], ['bash --posix', 'busybox sh']))('%s', (shell) => {
  const change = (name: ScriptName, args: readonly string[], input?: Buffer, by = token) =>
    box.script(shell, name, [home, by, run, ...args], input);
  const ask = (name: ScriptName, args: readonly string[]) => box.script(shell, name, [home, run, ...args]);
  const files = () => box.bash(`cd '${kept}' 2>/dev/null && find . -mindepth 1 -printf '%P %m\\n' | sort || true`);

  test.each(['.', 'purged-eggroll_meta'])('keeps, describes and gives back a backup in %s', async (set) => {
    for (const [name, bytes] of [
      ['dump.sql', dump],
      ['backup.json', Buffer.from('{}\n')],
    ] as const) {
      expect(await change('backup-receive', [set, name], parcel(bytes))).toMatchObject({ exitCode: 0 });
    }
    const { stdout } = await ask('backup-state', [set]);
    const [room, ...rest] = stdout.toString().trim().split('\n');
    expect(room).toMatch(/^room \d+ \d+ \d+ \d+ \d+$/);
    expect(rest).toEqual([`dump.sql ${dump.length} ${sha256(dump)}`, `backup.json 3 ${sha256(Buffer.from('{}\n'))}`]);
    expect(await files()).toContain('dump.sql 600');
    expect(gunzipSync((await ask('backup-send', [set, 'dump.sql'])).stdout)).toEqual(dump);

    expect(await change('backup-drop', [set])).toMatchObject({ exitCode: 0 });
    expect(await files()).not.toContain('dump.sql');
    expect(await change('backup-drop', [set])).toMatchObject({ exitCode: 0 });
  });

  test('tells that there is none', async () => {
    const { exitCode, stdout } = await ask('backup-state', ['.']);
    expect(exitCode).toBe(0);
    expect(stdout.toString().trim().split('\n')).toHaveLength(1);
    expect((await ask('backup-send', ['.', 'dump.sql'])).exitCode).not.toBe(0);
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['half of the header', Buffer.from('12 abc')],
    ['a cut stream', parcel(dump).subarray(0, -9)],
    ['another file', parcel(Buffer.from('other'), dump)],
    ['another file of the same size', parcel(Buffer.from(dump).fill('x', 1000, 1001), dump)],
    ['a longer file', parcel(Buffer.concat([dump, dump]), dump)],
  ])('does not keep %s, and keeps what was there', async (_name, input) => {
    await change('backup-receive', ['.', 'dump.sql'], parcel(Buffer.from('first')));
    const { exitCode } = await change('backup-receive', ['.', 'dump.sql'], input);
    expect(exitCode).not.toBe(0);
    expect(await files()).toBe('dump.sql 600\n');
    expect(await box.bash(`cat '${kept}/dump.sql'`)).toBe('first');
  });

  test('takes the description of an earlier dump away with it', async () => {
    await change('backup-receive', ['.', 'dump.sql'], parcel(dump));
    await change('backup-receive', ['.', 'backup.json'], parcel(Buffer.from('{}')));
    await change('backup-receive', ['.', 'dump.sql'], parcel(Buffer.from('another state')));
    expect(await files()).toBe('dump.sql 600\n');
  });

  test('says when the disk is full, and frees what it took', async () => {
    const large = Buffer.alloc(20_000_000, 'x');
    const { exitCode, stderr } = await change('backup-receive', ['.', 'dump.sql'], parcel(large));
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain('No space left on device');
    expect(await files()).toBe('');
  });

  test('changes nothing without the lock', async () => {
    expect(await change('backup-receive', ['.', 'dump.sql'], parcel(dump))).toMatchObject({ exitCode: 0 });
    await box.bash(`mkdir '${home}/.eggroll-upgrade/locks/8'`);
    for (const [name, args] of [
      ['backup-receive', ['.', 'dump.sql']],
      ['backup-drop', ['.']],
    ] as const) {
      expect(await change(name, args, parcel(Buffer.from('late')))).toMatchObject({ exitCode: 75 });
    }
    expect(await box.bash(`stat -c %s '${kept}/dump.sql'`)).toBe(`${dump.length}\n`);
  });
});
