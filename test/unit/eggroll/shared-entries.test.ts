import { describe, expect, it } from 'vitest';
import { packagedEntry, sharedEntry } from '../../../src/eggroll/shared-entries.ts';
import type { TreeEntry } from '../../../src/eggroll/tree.ts';

const file: TreeEntry = {
  path: 'lib/a.jar',
  type: 'file',
  mode: 0o644,
  sizeBytes: 1,
  modifiedSeconds: 10,
  sha256: 'a'.repeat(64),
};

describe('sharedEntry', () => {
  it('gives one object for equal entries', () => {
    const first = sharedEntry({ ...file });
    expect(sharedEntry({ ...file })).toBe(first);
  });

  it.each<Partial<TreeEntry>>([
    { path: 'lib/b.jar' },
    { type: 'directory' },
    { mode: 0o755 },
    { sizeBytes: 2 },
    { modifiedSeconds: 11 },
    { sha256: 'b'.repeat(64) },
    { target: 'x' },
  ])('keeps what differs by %o', (other) => {
    sharedEntry({ ...file });
    expect(sharedEntry({ ...file, ...other })).toEqual({ ...file, ...other });
  });

  it('knows the last eight of each path: where every node has another one, they are not all kept', () => {
    const ofNode = (node: number) => sharedEntry({ ...file, path: 'lib/each-its-own', modifiedSeconds: node });
    const seen = [0, 1, 2, 3, 4, 5, 6, 7, 8].map(ofNode);
    expect(ofNode(1)).toBe(seen[1]);
    expect(ofNode(0)).not.toBe(seen[0]);
  });
});

describe('packagedEntry', () => {
  it('gives one object for nodes that have the content at the same path, or not at all', () => {
    for (const copyOf of [undefined, 'lib/a.jar', 'lib/a-1.jar']) {
      const planned = packagedEntry(file, copyOf);
      expect(planned).toEqual({ entry: file, source: copyOf ? { from: 'package', copyOf } : { from: 'package' } });
      expect(packagedEntry(file, copyOf)).toBe(planned);
    }
  });
});
