import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeFolder } from '../../../src/engine/folders.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'folders-test-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('makeFolder', () => {
  it('takes a folder that exists, and makes what is missing above it', async () => {
    await makeFolder(folder);
    await makeFolder(join(folder, 'x/y/z'), 0o700);
    expect(await readdir(join(folder, 'x/y'))).toEqual(['z']);
    expect((await stat(join(folder, 'x/y/z'))).mode & 0o777).toBe(0o700);
  });

  it('fails where no folder can be made, instead of trying for ever', async () => {
    await expect(makeFolder('/proc/nowhere/at/all')).rejects.toThrow('nowhere');
  });
});
