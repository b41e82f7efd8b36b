import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';

const run = promisify(execFile);
const program = join(import.meta.dirname, '../../../src/rehearsal/prepare-cli.ts');

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'prepare-cli-'));
});
afterEach(async () => await rm(dir, { recursive: true }));

test('prepares a cluster of the releases that were named', async () => {
  const { stdout } = await run(process.execPath, [program, dir, '--from', '2.2.1', '--to', '2.4.9']);
  expect(stdout).toContain('Prepared EggRoll 2.2.1 on nm1 (clustermanager, nodemanager)');
  expect(await readdir(join(dir, 'package/eggroll/lib'))).toContain('eggroll-core-2.4.9.jar');
});

test.each([
  [['--from', '1.0'], '--from: 1.0 is none of'],
  [['--colour'], "Unknown option '--colour'"],
  [['--owner', 'app'], '--owner: app is not UID:GID'],
  [['--lib-megabytes', '0'], 'not a number of megabytes'],
  [['second'], 'Exactly one folder'],
])('refuses %s', async (args, message) => {
  await expect(run(process.execPath, [program, dir, ...args])).rejects.toMatchObject({
    code: 64,
    stderr: expect.stringContaining(message),
  });
});
