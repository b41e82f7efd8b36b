import { describe, expect, it } from 'vitest';
import type { Tree, TreeEntry } from '../../../src/eggroll/tree.ts';
import { parseTree, serialiseTree } from '../../../src/steps/old-tree.ts';
import { everyCut, everyFlip } from '../../support/damage.ts';

const entries: readonly TreeEntry[] = [
  { path: 'bin', type: 'directory', mode: 0o755, sizeBytes: 4096, modifiedSeconds: 0 },
  {
    path: 'bin/证书\n"x"',
    type: 'file',
    mode: 0o644,
    sizeBytes: 3,
    modifiedSeconds: 4_000_000_000,
    sha256: 'a'.repeat(64),
  },
  { path: 'conf/link', type: 'symlink', mode: 0o777, sizeBytes: 0, modifiedSeconds: -1, target: '../x' },
];
const tree: Tree = new Map(entries.map((entry) => [entry.path, entry]));
const bytes = Buffer.from(serialiseTree(tree));

describe('parseTree', () => {
  it('reads what was written', () => {
    expect(parseTree(bytes)).toEqual(tree);
    expect(parseTree(Buffer.from(serialiseTree(new Map())))).toEqual(new Map());
  });

  it('finds it damaged when it was cut at any byte', () => {
    for (const cut of everyCut(bytes).slice(0, -1)) expect(parseTree(cut), `cut at ${cut.length}`).toBeUndefined();
  });

  it('never reads another tree out of a flipped bit', () => {
    for (const flipped of everyFlip(bytes)) {
      const parsed = parseTree(flipped);
      if (parsed) expect(parsed).toEqual(tree);
    }
  });
});
