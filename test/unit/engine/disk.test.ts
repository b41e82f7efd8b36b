import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { onDisk, writeWhole } from '../../../src/engine/disk.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'disk-test-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const failure = (code: string) => Object.assign(new Error(code), { code, syscall: 'write' });

describe('onDisk', () => {
  it('gives what the work gives', async () => {
    expect(await onDisk('/state', async () => 7)).toBe(7);
  });

  it.each([
    ['ENOSPC', 'DISK_FULL'],
    ['EDQUOT', 'DISK_FULL'],
    ['EROFS', 'DISK_FULL'],
    ['ENOENT', 'DISK_FAILED'],
    ['EACCES', 'DISK_FAILED'],
    ['EIO', 'DISK_FAILED'],
    ['EWHATEVER', 'DISK_FAILED'],
  ])('tells %s as %s, with the path', async (errno, code) => {
    const work = onDisk('/state/runs/r1', () => Promise.reject(failure(errno)));
    await expect(work).rejects.toMatchObject({ code, exitCode: 10, findings: [{ where: '/state/runs/r1' }] });
  });

  it('does not take other errors for those of a disk', async () => {
    for (const error of [new Error('a defect'), Object.assign(new Error('of zlib'), { code: 'Z_BUF_ERROR' })]) {
      await expect(onDisk('/state', () => Promise.reject(error))).rejects.toBe(error);
    }
  });
});

describe('writeWhole', () => {
  it('replaces a file and leaves nothing else', async () => {
    const file = join(folder, 'result.json');
    await writeWhole(file, 'first');
    await writeWhole(file, 'second');
    expect(await readFile(file, 'utf8')).toBe('second');
    expect(await readdir(folder)).toEqual(['result.json']);
  });

  it('keeps the file that is there when the disk takes nothing, and leaves no half of the new one', async () => {
    const file = join(folder, 'result.json');
    await writeWhole(file, 'first');
    // The device that is always full.
    const full = onDisk(file, () => writeFile('/dev/full', 'second'));
    await expect(full).rejects.toMatchObject({ code: 'DISK_FULL' });
    await expect(writeWhole(join(folder, 'gone/result.json'), 'x')).rejects.toMatchObject({ code: 'DISK_FAILED' });
    expect(await readFile(file, 'utf8')).toBe('first');
    expect(await readdir(folder)).toEqual(['result.json']);
  });
});
