import { expect, test } from 'vitest';
import { releases } from '../../../src/rehearsal/releases.ts';
import { columnsAt, schemaSql } from '../../../src/rehearsal/schema.ts';

const column = (sql: string, table: string, name: string) =>
  new RegExp(`CREATE TABLE ${table} \\([^;]*?\\n  ${name} ([^\\n]*?),?\\n`).exec(sql)?.[1];

test('seven tables before 2.5.1, ten from then on', () => {
  for (const version of releases) {
    const count = schemaSql(version).match(/^CREATE TABLE/gm)?.length;
    expect(count, version).toBe(releases.indexOf(version) >= releases.indexOf('2.5.1') ? 10 : 7);
  }
});

test('every table is InnoDB with latin1', () => {
  const sql = schemaSql('3.0.0');
  expect(sql.match(/ENGINE=InnoDB DEFAULT CHARACTER SET latin1 COLLATE latin1_swedish_ci;/g)).toHaveLength(10);
});

test('store_option.store_locator_id is a text in 2.0 and a number from 2.1.0 on', () => {
  expect(column(schemaSql('2.0.2'), 'store_option', 'store_locator_id')).toBe('VARCHAR(2000) NULL');
  expect(column(schemaSql('2.1.0'), 'store_option', 'store_locator_id')).toBe('BIGINT UNSIGNED NOT NULL');
});

test('option tables have a key of their own from 2.2.1 on, and not in 2.3.0', () => {
  for (const version of ['2.0.2', '2.1.0', '2.2.0', '2.3.0'] as const) {
    expect(column(schemaSql(version), 'session_option', 'session_option_id')).toBeUndefined();
  }
  expect(column(schemaSql('2.2.1'), 'session_option', 'session_option_id')).toBe('SERIAL PRIMARY KEY');
  expect(column(schemaSql('2.3.1'), 'store_option', 'store_option_id')).toBe('SERIAL PRIMARY KEY');
});

test('session ids shrink with 2.2.1', () => {
  expect(column(schemaSql('2.2.0'), 'session_main', 'session_id')).toBe('VARCHAR(2000) NOT NULL PRIMARY KEY');
  expect(column(schemaSql('2.2.1'), 'session_main', 'session_id')).toBe('VARCHAR(767) NOT NULL PRIMARY KEY');
});

test('3.0 replaces partitioner and serdes, and remembers the status before', () => {
  const [before, after] = [columnsAt('2.5'), columnsAt('3.0')];
  const difference = (table: string) => ({
    gone: before.get(table)?.filter((name) => !after.get(table)?.includes(name)),
    came: after.get(table)?.filter((name) => !before.get(table)?.includes(name)),
  });
  expect(difference('store_locator')).toEqual({
    gone: ['partitioner', 'serdes'],
    came: ['key_serdes_type', 'value_serdes_type', 'partitioner_type'],
  });
  expect(difference('session_processor')).toEqual({ gone: [], came: ['before_status'] });
  expect(difference('session_main')).toEqual({ gone: [], came: ['status_reason', 'before_status'] });
});
