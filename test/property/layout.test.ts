import { hash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectedTree } from '../../src/eggroll/home-plan.ts';
import { type ConfPolicy, planHome } from '../../src/eggroll/layout.ts';
import type { Tree, TreeEntry } from '../../src/eggroll/tree.ts';

const names = [
  'eggroll.sh',
  'fate-eggroll.sh',
  'debug',
  'roll_pair',
  'pid',
  'site',
  'route_table.json',
  'eggroll.properties',
  '部 署',
];
const path = fc
  .tuple(
    fc.constantFrom('bin', 'conf', 'lib', 'python', 'deploy'),
    fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 3 }),
  )
  .map(([folder, parts]) => [folder, ...parts].join('/'));

const properties = fc.constantFrom('[eggroll]\na=1\n', '[eggroll]\nb=2', '', 'a=1\r\nc=3\r\n', '[eggroll]\nx\\');

interface Home {
  readonly tree: Tree;
  readonly properties: Buffer;
}

const home: fc.Arbitrary<Home> = fc
  .record({
    files: fc.array(fc.tuple(path, fc.string()), { maxLength: 15 }),
    text: properties,
    modifiedSeconds: fc.nat(9),
  })
  .map(({ files, text, modifiedSeconds }) => {
    const entries = new Map<string, TreeEntry>();
    for (const [name, content] of files) {
      const parents = name
        .split('/')
        .slice(0, -1)
        .map((_, index, parts) => parts.slice(0, index + 1).join('/'));
      if (entries.has(name) || parents.some((parent) => entries.get(parent)?.type === 'file')) continue;
      for (const parent of parents)
        entries.set(parent, { path: parent, type: 'directory', mode: 0o755, sizeBytes: 0, modifiedSeconds });
      const bytes = name === 'conf/eggroll.properties' ? text : content;
      const common = { path: name, type: 'file', mode: 0o644, modifiedSeconds } as const;
      entries.set(name, { ...common, sizeBytes: Buffer.byteLength(bytes), sha256: hash('sha256', bytes, 'hex') });
    }
    return { tree: entries, properties: Buffer.from(text) };
  });

const plan = (fresh: Home, from: Home, policy: ConfPolicy) =>
  planHome({
    perNode: new Map(),
    package: fresh.tree,
    home: from.tree,
    policy,
    targetVersion: '2.2.1',
    properties: { home: from.properties, package: fresh.properties },
  });

describe('the plan of a home', () => {
  const policy = fc.constantFrom<ConfPolicy>('merge', 'keep', 'package');

  it('gives its own result when it is planned again', () => {
    fc.assert(
      fc.property(home, home, policy, (fresh, old, conf) => {
        const first = plan(fresh, old, conf);
        const planned = first.entries.get('conf/eggroll.properties');
        const source = planned?.source;
        const text =
          source?.from === 'merge' ? source.content : source?.from === 'package' ? fresh.properties : old.properties;
        const second = plan(fresh, { tree: expectedTree(first), properties: text }, conf);
        expect(expectedTree(second)).toEqual(expectedTree(first));
      }),
      { numRuns: 3000 },
    );
  });

  it('is a tree: every parent is a folder, and stands before its children', () => {
    fc.assert(
      fc.property(home, home, policy, (fresh, old, conf) => {
        const seen = new Set<string>();
        for (const { path: name, type } of expectedTree(plan(fresh, old, conf)).values()) {
          const parent = name.split('/').slice(0, -1).join('/');
          expect(parent === '' || seen.has(parent)).toBe(true);
          if (type === 'directory') seen.add(name);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
