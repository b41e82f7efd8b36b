import { describe, expect, it } from 'vitest';
import { compareStructures, type TableStructure } from '../../../src/database/fingerprint.ts';

const column = (name: string, type = 'int') => ({
  name,
  type,
  nullable: true,
  default: null,
  extra: '',
  collation: null,
  expression: '',
});
const key = (name: string) => ({ name, unique: false, type: 'BTREE', columns: ['a'] });
const table = (name: string, change: Partial<TableStructure> = {}): TableStructure => ({
  name,
  engine: 'InnoDB',
  collation: 'latin1_swedish_ci',
  columns: [column('a'), column('b')],
  partitions: [],
  keys: [key('PRIMARY')],
  ...change,
});

describe('compareStructures', () => {
  it('finds nothing in equal structures', () => {
    expect(compareStructures([table('t')], [table('t')]).size).toBe(0);
  });

  it.each([
    [{ columns: [column('a'), column('b'), column('c')] }, 'column c is new'],
    [{ columns: [column('a')] }, 'column b is gone'],
    [{ columns: [column('a'), column('b', 'bigint')] }, 'column b changed'],
    [{ columns: [column('b'), column('a')] }, 'has its columns in another order'],
    [{ keys: [key('PRIMARY'), key('k')] }, 'key k is new'],
    [{ engine: 'MyISAM' }, 'engine InnoDB became MyISAM'],
  ])('tells %j', (change, words) => {
    expect([...compareStructures([table('t')], [table('t', change)])]).toEqual([['t', words]]);
  });

  it('tells tables that came and went', () => {
    expect([...compareStructures([table('old')], [table('new')])]).toEqual([
      ['old', 'is gone'],
      ['new', 'is new'],
    ]);
  });
});
