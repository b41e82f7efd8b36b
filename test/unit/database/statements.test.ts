import { describe, expect, it } from 'vitest';
import { identifiersOf, parseStatements, qualifiersOf } from '../../../src/database/statements.ts';
import { UpgradeError } from '../../../src/engine/errors.ts';
import { cpuMsOf } from '../../support/cpu.ts';

type Golden = readonly [
  name: string,
  text: string,
  statements: readonly (readonly [sql: string, place: string, kind: string])[],
];

const goldens: readonly Golden[] = [
  ['one statement', 'SELECT 1;', [['SELECT 1', '1:1', 'other']]],
  ['no final semicolon', 'SELECT 1', [['SELECT 1', '1:1', 'other']]],
  ['empty statements', ';;SELECT 1;; ;', [['SELECT 1', '1:3', 'other']]],
  [
    'several on one line',
    'SELECT 1; DELETE FROM t;DO 1',
    [
      ['SELECT 1', '1:1', 'other'],
      ['DELETE FROM t', '1:11', 'dml'],
      ['DO 1', '1:25', 'other'],
    ],
  ],
  [
    'one over many lines',
    '\n\nALTER TABLE t\n  ADD a INT,\n  ADD b INT;\n',
    [['ALTER TABLE t\n  ADD a INT,\n  ADD b INT', '3:1', 'ddl']],
  ],
  [
    'CRLF',
    'SELECT 1;\r\nSELECT 2;\r\n',
    [
      ['SELECT 1', '1:1', 'other'],
      ['SELECT 2', '2:1', 'other'],
    ],
  ],
  ['CRLF inside', 'ALTER TABLE t\r\n ADD a INT;', [['ALTER TABLE t\r\n ADD a INT', '1:1', 'ddl']]],
  ['BOM', '\uFEFFSELECT 1;', [['SELECT 1', '1:1', 'other']]],
  [
    'dash comment',
    "-- a; b\nSELECT 1; -- it's\n--\nSELECT 2",
    [
      ['SELECT 1', '2:1', 'other'],
      ['SELECT 2', '4:1', 'other'],
    ],
  ],
  [
    'dashes that are a subtraction',
    'SELECT 5--1; SELECT 2',
    [
      ['SELECT 5--1', '1:1', 'other'],
      ['SELECT 2', '1:14', 'other'],
    ],
  ],
  [
    'hash comment',
    "# it's; a comment\nSELECT 1 # x;\n;SELECT 2",
    [
      ['SELECT 1', '2:1', 'other'],
      ['SELECT 2', '3:2', 'other'],
    ],
  ],
  [
    'block comment',
    "/* it's; */ SELECT /* ; */ 1;\n/* over\n lines; */SELECT 2",
    [
      ['SELECT /* ; */ 1', '1:13', 'other'],
      ['SELECT 2', '3:11', 'other'],
    ],
  ],
  [
    'comment between lines',
    'ALTER TABLE t\n-- why; not\n\nADD a INT;',
    [['ALTER TABLE t\n-- why; not\n\nADD a INT', '1:1', 'ddl']],
  ],
  [
    'version comment',
    '/*!50003 CREATE TABLE t (a INT) */;SELECT 1',
    [
      ['/*!50003 CREATE TABLE t (a INT) */', '1:1', 'ddl'],
      ['SELECT 1', '1:36', 'other'],
    ],
  ],
  [
    'version comment with a semicolon and quotes',
    "/*!50003 SELECT ';*/' ; */;",
    [["/*!50003 SELECT ';*/' ; */", '1:1', 'other']],
  ],
  [
    'MariaDB comment',
    '/*M!100100 SELECT 1; */; SELECT 2',
    [
      ['/*M!100100 SELECT 1; */', '1:1', 'other'],
      ['SELECT 2', '1:26', 'other'],
    ],
  ],
  ['hint', 'SELECT /*+ MAX_EXECUTION_TIME(1) */ 1;', [['SELECT /*+ MAX_EXECUTION_TIME(1) */ 1', '1:1', 'other']]],
  [
    'single quotes',
    "SELECT 'a;b', 'it''s;', 'back\\';slash', '--', '#', '/*';SELECT 2",
    [
      ["SELECT 'a;b', 'it''s;', 'back\\';slash', '--', '#', '/*'", '1:1', 'other'],
      ['SELECT 2', '1:57', 'other'],
    ],
  ],
  [
    'double quotes',
    'SELECT "a;b", "say ""x;""", "\\";" ;SELECT 2',
    [
      ['SELECT "a;b", "say ""x;""", "\\";"', '1:1', 'other'],
      ['SELECT 2', '1:36', 'other'],
    ],
  ],
  [
    'string that ends in a backslash',
    "SELECT '\\\\';SELECT 2",
    [
      ["SELECT '\\\\'", '1:1', 'other'],
      ['SELECT 2', '1:13', 'other'],
    ],
  ],
  [
    'string over lines',
    "UPDATE t SET a = 'x;\ny'; SELECT 1",
    [
      ["UPDATE t SET a = 'x;\ny'", '1:1', 'dml'],
      ['SELECT 1', '2:5', 'other'],
    ],
  ],
  [
    'backticks',
    'ALTER TABLE `a;b` ADD `c``d;` INT; SELECT 1',
    [
      ['ALTER TABLE `a;b` ADD `c``d;` INT', '1:1', 'ddl'],
      ['SELECT 1', '1:36', 'other'],
    ],
  ],
  [
    'backslash before a backtick',
    'SELECT 1 AS `a\\`; SELECT 2',
    [
      ['SELECT 1 AS `a\\`', '1:1', 'other'],
      ['SELECT 2', '1:19', 'other'],
    ],
  ],
  [
    'DELIMITER',
    'DELIMITER //\nCREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END//\nDELIMITER ;\nCALL p();',
    [
      ['CREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END', '2:1', 'ddl'],
      ['CALL p()', '4:1', 'call'],
    ],
  ],
  [
    'delimiter in small letters, indented',
    '  delimiter $$\r\nSELECT 1; $$\r\n delimiter ;\r\nSELECT 2;',
    [
      ['SELECT 1;', '2:1', 'other'],
      ['SELECT 2', '4:1', 'other'],
    ],
  ],
  [
    'the word delimiter in a comment and a string',
    "-- DELIMITER //\nSELECT '\nDELIMITER //\n'; SELECT 2",
    [
      ["SELECT '\nDELIMITER //\n'", '2:1', 'other'],
      ['SELECT 2', '4:4', 'other'],
    ],
  ],
  ['use of the database', 'use `eggroll_meta`;\nUSE eggroll_meta ; SELECT 1', [['SELECT 1', '2:20', 'other']]],
  [
    'use without a semicolon',
    'use eggroll_meta\nALTER TABLE t ADD a INT;',
    [['ALTER TABLE t ADD a INT', '2:1', 'ddl']],
  ],
  [
    'name of the database before a table',
    "ALTER TABLE `eggroll_meta`.`t` ADD a INT; UPDATE eggroll_meta . t SET a = 'eggroll_meta.t'",
    [
      ['ALTER TABLE `t` ADD a INT', '1:1', 'ddl'],
      ["UPDATE t SET a = 'eggroll_meta.t'", '1:43', 'dml'],
    ],
  ],
  [
    'Chinese text',
    "UPDATE t SET 名 = '值;' ;SELECT 1",
    [
      ["UPDATE t SET 名 = '值;'", '1:1', 'dml'],
      ['SELECT 1', '1:24', 'other'],
    ],
  ],
  [
    'tabs',
    '\tSELECT\t1;\t\tSELECT 2',
    [
      ['SELECT\t1', '1:2', 'other'],
      ['SELECT 2', '1:13', 'other'],
    ],
  ],
  [
    'session settings',
    "SET NAMES 'utf8mb4'; SET foreign_key_checks = 0;/*!40101 SET NAMES utf8 */;",
    [
      ["SET NAMES 'utf8mb4'", '1:1', 'setting'],
      ['SET foreign_key_checks = 0', '1:22', 'setting'],
      ['/*!40101 SET NAMES utf8 */', '1:49', 'setting'],
    ],
  ],
];

const refused: readonly (readonly [name: string, text: string, place: string, words: string])[] = [
  ['another database', 'SELECT 1;\nuse other;', '2:1', '`use other` leaves the database eggroll_meta'],
  ['source', 'source more.sql;', '1:1', 'command of the mysql client'],
  ['shell', 'SELECT 1;\n\\! rm -rf /', '2:1', 'command of the mysql client'],
  ['system', 'system ls', '1:1', 'command of the mysql client'],
  ['vertical output', 'SELECT 1\\G', '1:9', '\\G is a command'],
  ['open string', "SELECT 1;\n  SELECT 'abc;\n", '2:10', 'A string begins here and never ends'],
  ['open name', 'ALTER TABLE `t ADD a INT;', '1:13', 'A name in backticks begins here'],
  ['open comment', 'SELECT 1; /* abc', '1:11', 'A comment begins here'],
  ['table lock', 'LOCK TABLES t WRITE;', '1:1', 'its own lock'],
  ['lock function', "SELECT\n  GET_LOCK('x', 1);", '2:3', 'its own lock'],
  ['transaction', 'START TRANSACTION; COMMIT', '1:1', 'its own transactions'],
  ['begin', 'BEGIN;', '1:1', 'its own transactions'],
  ['autocommit', 'SET autocommit = 0', '1:1', 'its own transactions'],
  ['grant', "GRANT ALL ON *.* TO 'x'", '1:1', 'more than tables'],
  ['drop database', 'DROP DATABASE eggroll_meta', '1:1', 'more than tables'],
  ['global setting', 'SET GLOBAL max_connections = 1', '1:1', 'every run works alike'],
  ['second setting global', 'SET sql_notes = 1, GLOBAL read_only = 1', '1:1', 'every run works alike'],
  ['database in other letters', 'SELECT 1; use Eggroll_Meta;', '1:11', '`use Eggroll_Meta` leaves the database'],
  ['inside a version comment', '/*!50003 LOCK TABLES t WRITE */;', '1:10', 'its own lock'],
  ['sql_mode', "SET sql_mode = 'ANSI_QUOTES'", '1:1', 'every run works alike'],
  ['prepared text', "PREPARE s FROM 'DROP TABLE t'", '1:1', 'cannot be seen beforehand'],
  ['file', "LOAD DATA INFILE '/etc/passwd' INTO TABLE t", '1:1', 'files of the server'],
  ['temporary table', 'CREATE TEMPORARY TABLE t (a INT)', '1:1', 'is lost when a run is resumed'],
  ['our own tables', 'DROP TABLE eggroll_upgrade_ledger', '1:12', 'kept for this program'],
  ['unknown word', 'SELECT 1; ALTRE TABLE t', '1:11', 'No statement that is known here begins with `ALTRE TABLE t`'],
  ['empty file', '-- nothing\n', '1:1', 'holds no statement'],
  ['bare delimiter', 'DELIMITER\nSELECT 1', '1:1', 'DELIMITER needs one word'],
  ['NUL', 'SELECT\0 1', '1:7', 'UTF-8'],
];

describe('parseStatements', () => {
  it.each(goldens)('reads %s', (_, text, statements) => {
    const parsed = parseStatements(text, 'file.sql', 'eggroll_meta');
    expect(parsed.map(({ sql, line, column, kind }) => [sql, `${line}:${column}`, kind])).toEqual(statements);
    expect(parsed.map(({ index }) => index)).toEqual(parsed.map((_statement, index) => index + 1));
  });

  it.each(refused)('refuses %s', (_, text, place, words) => {
    const error = failureOf(text);
    expect(error).toMatchObject({ code: 'SQL_INVALID', exitCode: 65 });
    expect(error.findings[0].where).toBe(`file.sql:${place}`);
    expect(error.findings[0].found).toContain(words);
  });

  it('reports everything that is wrong at once, each with its line and a caret', () => {
    const error = failureOf('SELECT 1;\n\tuse other;\nsource x;\nSELECT 2; COMMIT;\n');
    expect(error.findings.map(({ where }) => where)).toEqual(['file.sql:2:2', 'file.sql:3:1', 'file.sql:4:11']);
    expect(error.findings[0].found).toContain('\n  \tuse other;\n  \t^\n');
    expect(error.findings[2]?.found).toContain('\n  SELECT 2; COMMIT;\n            ^\n');
  });

  it('names the first 50 of very many problems, and how many more there are', () => {
    const error = failureOf('source x;\n'.repeat(1000));
    expect(error.findings).toHaveLength(51);
    expect(error.findings.at(-1)).toMatchObject({ where: 'file.sql', found: '950 more problems were found.' });
  });

  it('shows the part of a long line that the caret points to', () => {
    const [{ found, where }] = failureOf(
      `SELECT ${'1, '.repeat(9000)}2; COMMIT; SELECT ${'3, '.repeat(9000)}4`,
    ).findings;
    expect(where).toBe('file.sql:1:27011');
    expect(found.length).toBeLessThan(500);
    const [, line = '', caret = ''] = found.split('\n');
    expect(line.slice(caret.indexOf('^'))).toMatch(/^COMMIT; SELECT 3, 3/);
  });

  it('shows nothing that a terminal would act on', () => {
    const error = failureOf('source \u001b[2J;\n\\\u0085;use \u001b]0;x');
    expect(error.message).not.toMatch(/(?![\t\n])\p{Cc}/u);
  });

  it('takes very many `use` without a semicolon', () => {
    expect(parseStatements(`${'use eggroll_meta\n'.repeat(20_000)}SELECT 1`, 'f', 'eggroll_meta')).toHaveLength(1);
  });

  it('refuses version comments in version comments without end', () => {
    expect(failureOf(`${'/*!'.repeat(20_000)}${'*/'.repeat(20_000)}`).findings[0].found).toContain('more than 8 deep');
    expect(parseStatements('/*!50000 SELECT /*!50001 1, */ 2 */', 'f')).toHaveLength(1);
  });

  it('reads long files in a time that grows with their length', () => {
    expect(cpuMsOf(() => parseStatements('DO 1;\n'.repeat(40_000), 'f'))).toBeLessThan(5000);
    expect(cpuMsOf(() => parseStatements(`SELECT ${"'x',".repeat(200_000)}1`, 'f'))).toBeLessThan(5000);
  });

  it('gives equal hashes to statements that differ in comments and blanks only', () => {
    const hash = (text: string) => parseStatements(text, 'f', 'eggroll_meta')[0]?.hash;
    const plain = hash("ALTER TABLE t ADD a CHAR(3) DEFAULT 'a  b'");
    expect(hash("ALTER  TABLE t -- why\r\n ADD a CHAR(3) /* x */ DEFAULT 'a  b' ;")).toBe(plain);
    expect(hash("ALTER TABLE eggroll_meta.t ADD a CHAR(3) DEFAULT 'a  b'")).toBe(plain);
    expect(hash("ALTER TABLE t ADD a CHAR(3) DEFAULT 'a b'")).not.toBe(plain);
    expect(hash("ALTER TABLE t ADD a CHAR(4) DEFAULT 'a  b'")).not.toBe(plain);
  });

  it('refuses any use when it is not told the database', () => {
    expect(() => parseStatements('use eggroll_meta; SELECT 1', 'f')).toThrow(UpgradeError);
  });
});

describe('names in statements', () => {
  it('finds what stands before a dot', () => {
    const sql = "UPDATE a.b SET `C d`.e = 'x.y', f = 1.5 -- g.h\n WHERE a . z = 1";
    expect([...qualifiersOf(sql)].filter((name) => !/^\d/.test(name))).toEqual(['a', 'c d']);
  });

  it('is not held up by a long word, such as the bytes of a BLOB', () => {
    const sql = `INSERT INTO a.b VALUES (0x${'DEADBEEF'.repeat(40_000)}), (\`c\`..d)`;
    expect(cpuMsOf(() => expect([...qualifiersOf(sql)]).toEqual(['a']))).toBeLessThan(2000);
  });

  it('finds every word and quoted name', () => {
    expect(identifiersOf("ALTER TABLE `Store_Option` ADD x INT COMMENT 'secret'")).toEqual(
      new Set(['alter', 'table', 'store_option', 'add', 'x', 'int', 'comment']),
    );
  });
});

function failureOf(text: string): UpgradeError {
  try {
    parseStatements(text, 'file.sql', 'eggroll_meta');
  } catch (error) {
    if (error instanceof UpgradeError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}
