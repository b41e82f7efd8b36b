import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isExecutable, readTextFile, unwritableReason } from '../../../src/config/files.ts';

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
