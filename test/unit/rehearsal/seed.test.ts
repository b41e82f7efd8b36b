import { expect, test } from 'vitest';
import { seedSql } from '../../../src/rehearsal/seed.ts';

test('ids of stores are texts in store_option of 2.0 alone', () => {
  expect(seedSql('2.0.2')).toMatch(/INTO store_option .*\n {2}\('1', 'cacheable'/);
  expect(seedSql('2.1.0')).toMatch(/INTO store_option .*\n {2}\(1, 'cacheable'/);
});

test('as many rows as asked for', () => {
  const sql = seedSql('2.2.1', { sessions: 7, stores: 3, hosts: ['a', 'b'] });
  const rows = (table: string) =>
    new RegExp(`INSERT INTO ${table} .* VALUES\\n((?: {2}\\(.*\\)[,;]\\n)+)`).exec(sql)?.[1]?.trimEnd().split('\n')
      .length;
  expect([rows('session_main'), rows('store_locator'), rows('store_partition'), rows('server_node')]).toEqual([
    7, 3, 12, 3,
  ]);
  expect(seedSql('2.2.1', { sessions: 0, stores: 0 })).not.toContain('session_main');
});
