// Laws of the work on a staged tree: whatever is there, removing, sending and copying make it what is planned, and send no content
// that the node has.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareTrees } from '../../src/cluster/manifest.ts';
import { expectedTree } from '../../src/eggroll/home-plan.ts';
import { planHome } from '../../src/eggroll/layout.ts';
import type { Tree, TreeEntry } from '../../src/eggroll/tree.ts';
import { stagingWork } from '../../src/steps/staging-work.ts';

const path = fc
  .tuple(
    fc.constantFrom('bin', 'conf', 'lib'),
    fc.array(fc.constantFrom('a', 'b', 'c', 'site'), { minLength: 1, maxLength: 3 }),
  )
  .map(([folder, parts]) => [folder, ...parts].join('/'));

const entry = fc.record({
  path,
  type: fc.constantFrom('file', 'file', 'directory', 'symlink'),
  content: fc.constantFrom('1', '2', '3'),
  mode: fc.constantFrom(0o644, 0o755),
  modifiedSeconds: fc.nat(3),
});

const tree: fc.Arbitrary<Tree> = fc.array(entry, { maxLength: 12 }).map((drawn) => {
  const entries = new Map<string, TreeEntry>();
  for (const { path: name, type, content, mode, modifiedSeconds } of drawn) {
    const parts = name.split('/').slice(0, -1);
    const parents = parts.map((_, index) => parts.slice(0, index + 1).join('/'));
    if (entries.has(name) || parents.some((parent) => (entries.get(parent)?.type ?? 'directory') !== 'directory'))
      continue;
    for (const parent of parents)
      if (!entries.has(parent))
        entries.set(parent, { path: parent, type: 'directory', mode: 0o755, sizeBytes: 0, modifiedSeconds });
    const common = { path: name, mode, sizeBytes: 5000, modifiedSeconds };
    if (type === 'file') entries.set(name, { ...common, type, sha256: content });
    else if (type === 'symlink') entries.set(name, { ...common, type, mode: 0o777, target: content });
    else entries.set(name, { ...common, type: 'directory' });
  }
  return entries;
});

/** What the scripts make of a staged tree; throws where one of them would fail. */
function carriedOut(staged: Tree, old: Tree, { remove, send, own, copies }: ReturnType<typeof stagingWork>): Tree {
  const result = new Map(staged);
  for (const gone of remove) {
    for (const known of [...result.keys()]) {
      if (known === gone || known.startsWith(`${gone}/`)) result.delete(known);
    }
  }
  const add = (added: TreeEntry) => {
    const parent = added.path.split('/').slice(0, -1).join('/');
    if (parent !== '' && result.get(parent)?.type !== 'directory') throw new Error(`${parent} is no folder`);
    if (result.get(added.path)?.type === 'directory' && added.type !== 'directory')
      throw new Error(`${added.path} is a folder`);
    result.set(added.path, added);
  };
  for (const item of [...send, ...own]) add(item.entry);
  for (const { from, to, mode } of copies) {
    const source = old.get(from);
    if (source?.type !== 'file') throw new Error(`${from} is no file`);
    add({ ...source, path: to, mode: mode ?? source.mode });
  }
  return result;
}

describe('the work on a staged tree', () => {
  it('makes any tree the planned one, and sends no content that the node has', () => {
    fc.assert(
      fc.property(tree, tree, tree, (fresh, old, staged) => {
        const plan = planHome({
          package: fresh,
          home: old,
          policy: 'merge',
          targetVersion: '2.2.1',
          perNode: new Map(),
        });
        const work = stagingWork(plan, old, staged);
        expect(compareTrees(expectedTree(plan), carriedOut(staged, old, work), { times: true })).toEqual([]);
        const there = new Set([...old.values()].map(({ sha256 }) => sha256));
        const sent = [...work.send, ...work.own].flatMap(({ entry: { type, sha256 } }) =>
          type === 'file' ? [sha256] : [],
        );
        expect(sent.filter((sha256) => there.has(sha256))).toEqual([]);
      }),
      { numRuns: 5000 },
    );
  });

  it('is none when all is there', () => {
    fc.assert(
      fc.property(tree, tree, (fresh, old) => {
        const plan = planHome({
          package: fresh,
          home: old,
          policy: 'merge',
          targetVersion: '2.2.1',
          perNode: new Map(),
        });
        expect(stagingWork(plan, old, expectedTree(plan))).toEqual({ remove: [], send: [], own: [], copies: [] });
      }),
      { numRuns: 2000 },
    );
  });
});
