import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { lstat, mkdir, mkdtemp, readdir, readFile, readlink, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPackage, type Package } from '../../src/config/package.ts';
import { archive } from './archive-inputs.ts';
import { outside } from './archive-words.ts';
import { fuzz } from './law.ts';

// Five folders deep: what climbs out of the place for unpacking lands in a folder that is looked at.
const depth = 'a/b/c/d/e';
let folder: string;
let tmpDir: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fuzz-archives-'));
  tmpDir = join(folder, depth, 'unpack');
  await mkdir(tmpDir, { recursive: true });
  await writeFile(join(folder, 'passwd'), 'outside');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('package archives', () => {
  it('become the tree that they promise, or findings; nothing is written elsewhere', async () => {
    const path = join(folder, depth, 'package.tar.gz');
    await fuzz('archives', archive, async (bytes) => {
      await writeFile(path, bytes);
      try {
        const opened = await openPackage(path, { tmpDir });
        await expectTreeOnDisk(opened).finally(opened.dispose);
        return 'accepted';
      } finally {
        await expectNothingElse();
      }
    });
  });
});

async function expectNothingElse(): Promise<void> {
  expect(existsSync(outside)).toBe(false);
  expect(existsSync('/etc/evil')).toBe(false);
  const parts = depth.split('/');
  const levels = parts.map((_, index) => `${parts.slice(0, index + 1).join('/')}`);
  const expected = ['passwd', ...levels, `${depth}/package.tar.gz`, `${depth}/unpack`];
  expect(await everythingIn(folder)).toEqual(expected.toSorted());
  expect(await readFile(join(folder, 'passwd'), 'utf8')).toBe('outside');
}

async function everythingIn(root: string): Promise<string[]> {
  // With file types, as without them it follows links to folders.
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries.map((entry) => relative(root, join(entry.parentPath, entry.name))).toSorted();
}

async function expectTreeOnDisk({ tree, root }: Package): Promise<void> {
  expect(await everythingIn(root)).toEqual([...tree.keys()].toSorted());
  for (const entry of tree.values()) {
    const at = join(root, entry.path);
    const facts = await lstat(at);
    if (entry.type === 'symlink') {
      expect(await readlink(at)).toBe(entry.target);
      const end = await realpath(at).catch(() => join(root, 'dangling'));
      expect(end.startsWith(`${await realpath(root)}/`)).toBe(true);
    } else if (entry.type === 'file') {
      expect(facts.isFile()).toBe(true);
      expect(facts.size).toBe(entry.sizeBytes);
      expect(
        createHash('sha256')
          .update(await readFile(at))
          .digest('hex'),
      ).toBe(entry.sha256);
    } else expect(facts.isDirectory()).toBe(true);
    expect([Number.isInteger(entry.modifiedSeconds), Number.isInteger(entry.mode)]).toEqual([true, true]);
  }
}
