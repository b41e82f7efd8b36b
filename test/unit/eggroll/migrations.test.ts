import { describe, expect, it } from 'vitest';
import { builtInMigration, isH2Url, levelOfVersion, type SchemaLevel } from '../../../src/eggroll/migrations.ts';
import { readProperties } from '../../../src/eggroll/properties.ts';

const statements = (level: SchemaLevel, target: SchemaLevel, flaws = {}) => {
  const migration = builtInMigration(level, target, flaws);
  if ('refusal' in migration) throw new Error(migration.refusal);
  return migration.statements;
};

describe('levelOfVersion', () => {
  it.each([
    ['2.0.0', '2.0'],
    ['2.0.2', '2.0'],
    ['2.1.0', '2.1'],
    ['2.2.0', '2.2.0'],
    ['2.2.1', '2.2.1'],
    ['2.2.3', '2.2.1'],
    ['2.3.0', '2.2.0'],
    ['2.3.1', '2.2.1'],
    ['2.4.9', '2.2.1'],
    ['2.5.0-alpha', '2.2.1'],
    ['2.5.1', '2.5'],
    ['3.0.0-beta', '2.5'],
    ['3.0.0', '3.0'],
    ['3.2.0', '3.0'],
    ['1.9.0', undefined],
    ['x', undefined],
  ])('gives %s the level %s', (version, level) => {
    expect(levelOfVersion(version)).toBe(level);
  });
});

describe('isH2Url', () => {
  const jdbc = 'eggroll.resourcemanager.clustermanager.jdbc';
  it.each([
    [`${jdbc}.driver.class.name=org.h2.Driver`, true],
    [`${jdbc}.url=jdbc:h2:./data/meta_h2/eggroll_meta.h2;AUTO_SERVER=TRUE`, true],
    [`${jdbc}.driver.class.name=com.mysql.cj.jdbc.Driver\n${jdbc}.url=jdbc:mysql://db:3306/eggroll_meta?a=b`, false],
    [`#${jdbc}.driver.class.name=org.h2.Driver`, false],
    ['', false],
  ])('reads %j as %s', (text, expected) => {
    expect(isH2Url(readProperties(text))).toBe(expected);
  });
});

describe('builtInMigration', () => {
  it('keeps NOT NULL and names the key column right, where the guide does not', () => {
    const sql = statements('2.0', '2.2.1');
    expect(sql).toHaveLength(5);
    expect(sql[0]).toBe('ALTER TABLE store_option MODIFY COLUMN store_locator_id BIGINT UNSIGNED NOT NULL');
    expect(sql.join('\n')).toContain('ALTER TABLE session_option ADD COLUMN session_option_id SERIAL PRIMARY KEY');
  });

  it('starts where the schema is', () => {
    expect(statements('2.2.0', '2.2.1')).toEqual(statements('2.0', '2.2.1').slice(1));
    expect(statements('2.1', '2.2.1')).toEqual(statements('2.2.0', '2.2.1'));
    expect(statements('2.0', '3.0')).toEqual([
      ...statements('2.0', '2.2.1'),
      ...statements('2.2.1', '2.5'),
      ...statements('2.5', '3.0'),
    ]);
    expect(statements('2.2.1', '2.2.1')).toEqual([]);
    expect(statements('2.1', '2.2.0')).toEqual([]);
    expect(statements('2.2.1', '2.2.0')).toEqual([]);
  });

  it("repairs what the guide's SQL left behind", () => {
    expect(statements('seed-migrated', '2.2.1')).toEqual([
      expect.stringContaining('CHANGE COLUMN store_option_id session_option_id'),
      expect.stringContaining('store_locator_id BIGINT UNSIGNED NOT NULL'),
    ]);
    expect(statements('2.5', '3.0', { misnamedOptionId: true })[0]).toContain('CHANGE COLUMN store_option_id');
    expect(statements('2.2.1', '2.2.1', { nullableLocatorId: true })).toHaveLength(1);
  });

  it('refuses to go back, and to aim at a flawed level', () => {
    expect(builtInMigration('2.5', '2.2.1')).toHaveProperty('refusal');
    expect(builtInMigration('2.0', 'seed-migrated')).toHaveProperty('refusal');
  });

  it('gives single statements', () => {
    for (const sql of statements('2.0', '3.0')) expect(sql).not.toMatch(/;|--|\n/);
  });
});
