import { expect, it } from 'vitest';
import { benchTrees, lackingBytes } from '../../bench/trees.ts';

const python = new Map(
  Array.from(
    { length: 30 },
    (_, index) => [`module_${index}.py`, Buffer.from(`# module ${index}\n`.repeat(300))] as const,
  ),
);
const trees = benchTrees({ libBytes: 1_000_000, python });
const { full, small } = trees.packages;
const jars = (tree: ReadonlyMap<string, unknown>) => [...tree.keys()].filter((path) => path.endsWith('.jar'));

function changes(before: typeof trees.oldHome, after: typeof trees.oldHome): string[] {
  const text = (tree: typeof before, path: string) => {
    const entry = tree.get(path);
    return entry?.type === 'file' ? entry.content.toString('latin1') : entry?.type;
  };
  return [...new Set([...before.keys(), ...after.keys()])].filter((path) => text(before, path) !== text(after, path));
}

it('has 110 jars, of which a third stays, half is renamed and the rest changed', () => {
  expect(jars(trees.oldHome)).toHaveLength(110);
  expect(jars(full.files)).toHaveLength(110);
  const kept = jars(trees.oldHome).filter((path) => full.files.has(path));
  const changed = changes(trees.oldHome, full.home).filter((path) => kept.includes(path));
  expect(kept.length - changed.length).toBeGreaterThanOrEqual(35);
  expect(110 - kept.length).toBeGreaterThanOrEqual(53);
  expect(changed.length).toBeGreaterThanOrEqual(17);
});

it('changes one jar and three Python files, in content and in time, for the small case', () => {
  const changed = changes(full.files, small.files);
  expect(changed.filter((path) => path.endsWith('.jar'))).toHaveLength(1);
  expect(changed.filter((path) => path.endsWith('.py'))).toHaveLength(3);
  expect(changed).toHaveLength(4);
  for (const path of changed) {
    expect(small.files.get(path)?.modifiedSeconds).not.toBe(full.files.get(path)?.modifiedSeconds);
  }
});

it('leaves what belongs to the site', () => {
  for (const path of ['conf/eggroll.properties', 'conf/route_table.json', 'bin/fate-eggroll.sh', 'init_env.sh']) {
    expect(trees.oldHome.get(path)).toBeDefined();
    expect(full.home.get(path)).toEqual(trees.oldHome.get(path));
  }
  expect(full.home.get('bin/eggroll.sh')).toEqual(full.files.get('bin/eggroll.sh'));
});

it('no file that changes keeps its time and size: rsync would pass it over', () => {
  const shape = (tree: typeof trees.oldHome, path: string) => {
    const entry = tree.get(path);
    return entry?.type === 'file' ? `${entry.content.length} ${entry.modifiedSeconds}` : undefined;
  };
  const same = changes(trees.oldHome, full.home).filter(
    (path) => shape(trees.oldHome, path) === shape(full.home, path),
  );
  expect(same).toEqual([]);
});

it('counts content once, wherever and however often it lies', () => {
  expect(lackingBytes(full.home, full.home)).toBe(0);
  const lacking = lackingBytes(full.home, trees.oldHome);
  expect(lacking).toBeGreaterThan(500_000);
  expect(lacking).toBeLessThan(900_000);
  const bare = benchTrees({ libBytes: 1_000_000, python, isBare: true });
  expect(lackingBytes(bare.packages.full.home, bare.oldHome)).toBeGreaterThan(950_000);
});
