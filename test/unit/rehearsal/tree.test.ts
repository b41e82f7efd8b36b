import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { programFolders } from '../../../src/eggroll/tree.ts';
import { releases } from '../../../src/rehearsal/releases.ts';
import {
  addFile,
  addSymlink,
  type SimulatedTree,
  simulatedPackage,
  sortedTree,
  writeTree,
} from '../../../src/rehearsal/tree.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tree-'));
});
afterEach(async () => await rm(dir, { recursive: true }));

test('a package has the five program folders and nothing beside them', () => {
  for (const version of releases) {
    const top = new Set([...simulatedPackage(version).keys()].map((path) => path.split('/')[0]));
    expect([...top].sort()).toEqual([...programFolders].sort());
  }
});

test('the same package is made twice', () => {
  expect(simulatedPackage('2.2.1')).toEqual(simulatedPackage('2.2.1'));
});

test('folders come before what is in them', () => {
  const paths = [...simulatedPackage('2.2.1').keys()];
  for (const path of paths.filter((one) => one.includes('/'))) {
    expect(paths.indexOf(path.slice(0, path.lastIndexOf('/')))).toBeLessThan(paths.indexOf(path));
  }
  expect(paths.indexOf('bin/debug')).toBeGreaterThan(-1);
});

test('writes contents, modes, links and times, those of folders too', async () => {
  const tree: SimulatedTree = new Map();
  addFile(tree, 'a/with space/字.sh', 'content', 1_000_000, 0o750);
  addSymlink(tree, 'a/link', '/nowhere', 1_000_000);
  await writeTree(sortedTree(tree), dir);
  expect(await readFile(join(dir, 'a/with space/字.sh'), 'utf8')).toBe('content');
  expect((await stat(join(dir, 'a/with space/字.sh'))).mode & 0o777).toBe(0o750);
  for (const path of ['a', 'a/with space', 'a/with space/字.sh']) {
    expect((await stat(join(dir, path))).mtimeMs / 1000).toBe(tree.get(path)?.modifiedSeconds);
  }
});
