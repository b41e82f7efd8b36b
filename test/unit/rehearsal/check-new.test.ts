import { describe, expect, it } from 'vitest';
import type { Tree, TreeEntry } from '../../../src/eggroll/tree.ts';
import { fileProblems } from '../../../src/rehearsal/check-new.ts';

const file = (path: string, sha256: string): [string, TreeEntry] => [
  path,
  { path, type: 'file', mode: 0o644, sizeBytes: 1, modifiedSeconds: 1, sha256 },
];
const [a, b] = ['a'.repeat(64), 'b'.repeat(64)];
const tree: Tree = new Map([file('bin/eggroll.sh', a), file('lib/core.jar', b), file('conf/x.json', a)]);
const line = (path: string, hash: string) => `./${path} f 644 1001:1001 1.0000000000  ${hash}  ./${path}\n`;
const good = line('bin/eggroll.sh', a) + line('lib/core.jar', b);

describe('fileProblems', () => {
  it('finds nothing where the package is there, whatever conf, data and bin hold beside it', () => {
    expect(fileProblems(tree, good + line('conf/x.json', b) + line('bin/own.sh', b) + line('data/x', b))).toEqual([]);
  });

  it('finds what is missing, changed, or left of the old version', () => {
    expect(fileProblems(tree, line('lib/core.jar', a) + line('lib/old.jar', b))).toEqual([
      'bin/eggroll.sh is missing.',
      'lib/core.jar has another content.',
      'lib/old.jar is not in the package.',
    ]);
  });

  it('shows the first of many', () => {
    const old = Array.from({ length: 9 }, (_, index) => line(`lib/old-${index}.jar`, a)).join('');
    const problems = fileProblems(tree, good + old);
    expect(problems).toHaveLength(6);
    expect(problems.at(-1)).toBe('4 more files are not as they should be.');
  });
});
