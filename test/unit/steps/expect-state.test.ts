import { describe, expect, it } from 'vitest';
import { expectedTree } from '../../../src/eggroll/home-plan.ts';
import { planHome } from '../../../src/eggroll/layout.ts';
import type { Tree, TreeEntry } from '../../../src/eggroll/tree.ts';
import { newTreeDifferences, objectionTo } from '../../../src/steps/expect-state.ts';

describe('objectionTo', () => {
  const y = true;
  const n = false;
  const all = [
    // staged, live, backup: problem on the way forward and back, on a node that is not switched and on one whose switch has begun
    [y, y, n, '', ''],
    [y, n, y, '', ''],
    [n, y, y, '', ''],
    [n, y, n, '', 'no old one is in RUN/backup'],
    [y, y, y, 'one in its place and an old one', 'one in its place and an old one'],
    [y, n, n, 'the old one is gone', 'the old one is gone'],
    [n, n, n, 'it is gone', 'it is gone'],
  ] as const;

  it.each(all)('staged %s, live %s, backup %s', (staged, live, backup, unswitched, begun) => {
    for (const forward of [true, false]) {
      const problem = (mustBeNew: boolean) =>
        objectionTo({ staged, live, backup }, { mustBeNew, forward })?.problem ?? '';
      if (unswitched === '') expect(problem(false)).toBe('');
      else expect(problem(false)).toContain(unswitched);
      if (begun === '') expect(problem(true)).toBe('');
      else expect(problem(true)).toContain(begun);
    }
  });

  it('lets recover do without the new folder, and upgrade not', () => {
    const places = { staged: false, live: false, backup: true };
    expect(objectionTo(places, { mustBeNew: true, forward: false })).toBeUndefined();
    expect(objectionTo(places, { mustBeNew: true, forward: true })?.choice).toContain('Run `recover`');
  });
});

describe('newTreeDifferences', () => {
  const file = (path: string, sha256: string): TreeEntry => ({
    path,
    type: 'file',
    mode: 0o644,
    sizeBytes: 1,
    modifiedSeconds: 1,
    sha256,
  });
  const folder = (path: string): TreeEntry => ({
    path,
    type: 'directory',
    mode: 0o755,
    sizeBytes: 0,
    modifiedSeconds: 1,
  });
  const tree = (...entries: TreeEntry[]): Tree => new Map(entries.map((entry) => [entry.path, entry]));
  const packaged = tree(
    folder('bin'),
    file('bin/eggroll.sh', 'new'),
    folder('conf'),
    file('conf/route_table.json', 'p'),
  );
  const home = tree(folder('bin'), file('bin/eggroll.sh', 'old'), folder('conf'), file('conf/route_table.json', 's'));
  const plan = planHome({ package: packaged, home, policy: 'merge', targetVersion: '2.2.1', perNode: new Map() });
  const expected = expectedTree(plan);
  const differences = (...changes: TreeEntry[]) =>
    newTreeDifferences(plan, new Map([...expected, ...tree(...changes)]));

  it('finds none in what the plan asks for', () => {
    expect(differences()).toEqual([]);
  });

  it('lets the site edit its own files, and EggRoll make its run-time files', () => {
    expect(differences(file('conf/route_table.json', 'x'), file('bin/nodemanager', 'pid'))).toEqual([]);
  });

  it('names files that are other, missing or too many', () => {
    expect(differences(file('bin/eggroll.sh', 'x'), file('bin/more', 'x'))).toEqual([
      'bin/eggroll.sh: has other content',
      'bin/more: not expected',
    ]);
    const live = new Map([...expected].filter(([path]) => path === 'bin' || path === 'conf'));
    expect(newTreeDifferences(plan, live)).toEqual(['bin/eggroll.sh: missing', 'conf/route_table.json: missing']);
  });

  it('looks at the folders that it is asked for', () => {
    expect(newTreeDifferences(plan, new Map(), ['lib'])).toEqual([]);
  });
});
