import { describe, expect, it } from 'vitest';
import { differences } from '../../../src/rehearsal/differences.ts';
import { byPath, type Snapshot } from '../../../src/rehearsal/snapshot.ts';

const snapshot = (files: string, services = 'nodemanager 2.0.2', database = 'table a 1\n'): Snapshot => ({
  files: { nm1: files },
  services: { nm1: services },
  database,
});

describe('differences', () => {
  it('are none between equals', () => {
    expect(differences(snapshot('a\nb\n'), snapshot('a\nb\n'))).toEqual([]);
  });

  it('name the node, what is missing and what is too much', () => {
    expect(differences(snapshot('a\nb\n'), snapshot('a\nc\n', '', 'table a 2\n'))).toEqual([
      'nm1, files: - b; + c',
      'nm1, services: - nodemanager 2.0.2; + ',
      'database: - table a 1; + table a 2',
    ]);
  });

  it('see a line that is there twice, and another order', () => {
    expect(differences(snapshot('a\n'), snapshot('a\na\n'))).toEqual(['nm1, files: + a']);
    expect(differences(snapshot('a\nb\n'), snapshot('b\na\n'))).toEqual([
      'nm1, files: the same lines in another order',
    ]);
  });
});

describe('byPath', () => {
  it('finds the end of a path that holds blanks', () => {
    const lines =
      './bin/debug/env check.sh f 644 1001:1001 1.0  abc  ./bin/debug/env check.sh\n./bin d 755 1001:1001\n';
    expect([...byPath(lines).keys()]).toEqual(['./bin/debug/env check.sh', './bin']);
  });
});
