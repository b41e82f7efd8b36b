import { describe, expect, it } from 'vitest';
import { kindOf, objectionTo } from '../../../src/database/statement-rules.ts';

describe('kindOf', () => {
  it.each([
    ['ALTER TABLE t ADD a INT', 'ddl'],
    ['CALL p()', 'ddl'],
    ['TRUNCATE t', 'ddl'],
    ['(SELECT 1)', 'other'],
    ['insert into t values (1)', 'dml'],
    ['WITH x AS (SELECT 1) DELETE FROM t', 'dml'],
    ['SET @a = 1', 'other'],
    ['NONSENSE', undefined],
    ['', undefined],
  ])('reads %j as %s', (code, kind) => {
    expect(kindOf(code)).toBe(kind);
  });
});

describe('objectionTo', () => {
  it.each([
    'UPDATE session_main SET status = 1 WHERE begin_at < 3',
    'ALTER TABLE t ADD COLUMN source INT',
    'CREATE TABLE t (system INT, `lock` INT)',
    'DROP PROCEDURE p',
    'SET SESSION foreign_key_checks = 0',
    'ALTER TABLE user ADD role INT',
    'CREATE INDEX i ON t (status)',
  ])('lets %j pass', (code) => {
    expect(objectionTo(code)).toBeUndefined();
  });

  it('points behind blanks', () => {
    expect(objectionTo('   COMMIT')?.offset).toBe(3);
  });
});
