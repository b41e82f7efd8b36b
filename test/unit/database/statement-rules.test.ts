import { describe, expect, it } from 'vitest';
import { kindOf, objectionTo } from '../../../src/database/statement-rules.ts';

describe('kindOf', () => {
  it.each([
    ['ALTER TABLE t ADD a INT', 'ddl'],
    ['CALL p()', 'call'],
    ['TRUNCATE t', 'ddl'],
    ['(SELECT 1)', 'other'],
    ['insert into t values (1)', 'dml'],
    ['WITH x AS (SELECT 1) DELETE FROM t', 'dml'],
    ['SET sql_notes = 1', 'setting'],
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
    'CREATE UNIQUE INDEX i ON t (status)',
    'CREATE OR REPLACE TABLE t (a INT)',
    'CREATE DEFINER = `root`@`%` PROCEDURE p() BEGIN END',
    "CREATE DEFINER='   '@'        ' PROCEDURE p() BEGIN END",
    'DROP TABLE IF EXISTS `a,b`',
    'TRUNCATE t',
    'ALTER IGNORE TABLE t ADD UNIQUE (a)',
    'ALTER TABLE t RENAME TO u',
    'OPTIMIZE TABLE t',
    'SELECT @@version',
    'UPDATE t SET `a@b` = 1',
    'SET NAMES utf8mb4 COLLATE utf8mb4_bin',
    'SET SESSION foreign_key_checks = OFF, @@session.unique_checks = 0, sql_safe_updates := 1',
    'INSERT INTO t SELECT * FROM u',
  ])('lets %j pass', (code) => {
    expect(objectionTo(code)).toBeUndefined();
  });

  it.each([
    ['SET @a = 1', 'lost when a run is resumed'],
    ['UPDATE t SET a = (@n := @n + 1)', 'lost when a run is resumed'],
    ['INSERT INTO t VALUES (LAST_INSERT_ID())', 'lost when a run is resumed'],
    ['SET STATEMENT max_statement_time = 1 FOR UPDATE t SET a = 1', 'works alike'],
    ['SET NAMES latin1', 'works alike'],
    ['SET sql_select_limit = 1', 'works alike'],
    ['SET @@GLOBAL .read_only = 1', 'works alike'],
    ['CREATE OR REPLACE DATABASE d', 'more than tables'],
    ['CREATE OR REPLACE USER u', 'more than tables'],
    ['CREATE FUNCTION f RETURNS STRING SONAME "f.so"', 'more than tables'],
    ['CREATE DEFINER=`root`@`%` TRIGGER t BEFORE INSERT ON u FOR EACH ROW BEGIN END', 'more than tables'],
    ['CREATE VIEW v AS TABLE t', 'more than tables'],
    ['ALTER DATABASE CHARACTER SET utf8mb4', 'more than tables'],
    ['ALTER INSTANCE ROTATE INNODB MASTER KEY', 'more than tables'],
    ['DROP VIEW v', 'more than tables'],
    ['RENAME USER a TO b', 'more than tables'],
    ['RENAME TABLE a TO c, b TO a', 'one statement for each table'],
    ['DROP TABLE a, b', 'one statement for each table'],
    ['ALTER TABLE t EXCHANGE PARTITION p WITH TABLE u', 'whether it has taken effect'],
    ['CREATE TABLE t AS SELECT * FROM u', 'as two statements'],
    ['CREATE PROCEDURE p() BEGIN EXECUTE IMMEDIATE s; END', 'cannot be seen'],
    ['PREPARE ` s` FROM t', 'cannot be seen'],
  ])('refuses %j', (code, words) => {
    expect(objectionTo(code)?.problem).toContain(words);
  });

  it('points behind blanks', () => {
    expect(objectionTo('   COMMIT')?.offset).toBe(3);
  });
});
