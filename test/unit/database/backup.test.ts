import { describe, expect, it } from 'vitest';
import { type BackupTable, compareTables, isComplete } from '../../../src/database/backup.ts';

const table = (name: string, change: Partial<BackupTable> = {}): BackupTable => ({
  name,
  rows: 1,
  checksum: '7',
  definition: 'd',
  ...change,
});

describe('isComplete', () => {
  it.each(['-- Dump completed\n', 'x;\n-- Dump completed on 2026-01-01  1:02:03\n', 'x\n-- Dump completed'])(
    'takes %j',
    (tail) => {
      expect(isComplete(tail)).toBe(true);
    },
  );

  it.each(['', '-- Dump complete', "INSERT INTO t VALUES ('-- Dump completed\n');\n", '-- Dump completed\nINSERT'])(
    'does not take %j',
    (tail) => {
      expect(isComplete(tail)).toBe(false);
    },
  );
});

describe('compareTables', () => {
  it('finds no difference between equal states', () => {
    expect(compareTables([table('a'), table('b')], [table('b'), table('a')])).toEqual([]);
  });

  it('names every difference', () => {
    const found = [table('b', { rows: 2 }), table('c', { checksum: '8' }), table('d', { definition: 'e' }), table('x')];
    expect(compareTables([table('a'), table('b'), table('c'), table('d')], found)).toEqual([
      'table x is one too many',
      'table a is missing',
      'table b has 2 rows instead of 1',
      'table c has other content',
      'table d is defined differently',
    ]);
  });
});
