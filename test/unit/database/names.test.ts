import { describe, expect, it } from 'vitest';
import { asideName, isOwnTable, quoteName, quoteTable } from '../../../src/database/names.ts';

describe('names', () => {
  it('quotes backticks', () => {
    expect(quoteName('a`b')).toBe('`a``b`');
    expect(quoteTable('s', 't')).toBe('`s`.`t`');
  });

  it('knows our own tables', () => {
    expect(isOwnTable('eggroll_upgrade_ledger')).toBe(true);
    expect(isOwnTable('EGGROLL_UPGRADE_x')).toBe(true);
    expect(isOwnTable('store_option')).toBe(false);
  });

  it('keeps aside names readable where they fit', () => {
    expect(asideName('run-1', 'store_option')).toBe('eggroll_upgrade_aside_run-1_store_option');
    expect(asideName('run-1', 'store_option', 2)).toBe('eggroll_upgrade_aside_run-1_store_option_2');
  });

  it('keeps long ones within 64 characters, and apart', () => {
    const tables = ['x'.repeat(64), `${'x'.repeat(63)}y`, '表'.repeat(64)];
    const names = tables.flatMap((table) =>
      [1, 2, 12].map((copy) => asideName('20260801T120000Z-abcdef', table, copy)),
    );
    for (const name of names) expect([...name].length).toBeLessThanOrEqual(64);
    expect(new Set(names).size).toBe(names.length);
    expect(names.every(isOwnTable)).toBe(true);
  });
});
