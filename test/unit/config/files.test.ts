import { execFileSync } from 'node:child_process';
import { mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isExecutable, readTextFile, unwritableReason } from '../../../src/config/files.ts';
import { pemLine } from '../../support/pem.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'files-test-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('unwritableReason', () => {
  it('makes the folder and leaves nothing in it', async () => {
    expect(await unwritableReason(join(folder, 'a/b'))).toBeUndefined();
    expect(await readdir(join(folder, 'a/b'))).toEqual([]);
  });

  it('says why it cannot be written', async () => {
    await writeFile(join(folder, 'file'), '');
    expect(await unwritableReason(join(folder, 'file'))).toContain('a part of the path is not a folder');
    expect(await unwritableReason('/proc/nowhere')).toContain('/proc/nowhere cannot be written');
  });
});

describe('readTextFile', () => {
  it('does not wait for a pipe that nobody writes to', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    expect(await readTextFile(join(folder, 'pipe'))).toEqual({ text: '' });
  });

  it('takes what is written into a pipe later on', async () => {
    const path = join(folder, 'pipe');
    execFileSync('mkfifo', [path]);
    const writer = await open(path, 'r+');
    const reading = readTextFile(path);
    await setTimeout(100);
    await writer.write('secret');
    await writer.close();
    expect(await reading).toEqual({ text: 'secret' });
  });

  it('reads devices, but none without end', async () => {
    expect(await readTextFile('/dev/null')).toEqual({ text: '' });
    expect(await readTextFile('/dev/zero')).toMatchObject({ problem: expect.stringContaining('it has more than') });
  });

  it('does not repeat a key that stands where a file is to be named', async () => {
    const key = `${pemLine('BEGIN', 'OPENSSH PRIVATE')}\\nb3BlbnNza`;
    expect(JSON.stringify(await readTextFile(key))).not.toContain('b3BlbnNza');
  });

  it('shows a path without what a terminal would act on, and not all of a long one', async () => {
    const reading = await readTextFile(`/nowhere/\u001b[2J${'x'.repeat(4000)}`);
    expect(reading).toMatchObject({ problem: expect.stringMatching(/^\/nowhere\/\\u001b\[2Jx+…/) });
    expect(JSON.stringify(reading).length).toBeLessThan(700);
  });

  it('gives text, or the problem in words', async () => {
    const path = join(folder, 'file');
    await writeFile(path, 'text');
    expect(await readTextFile(path)).toEqual({ text: 'text' });
    expect(await readTextFile(folder)).toEqual({
      problem: `${folder} cannot be read: it is a folder.`,
      isMissing: false,
    });
    expect(await readTextFile(`${path}2`)).toMatchObject({ isMissing: true });
    expect(await isExecutable(path)).toBe(false);
  });
});
