import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskSql } from '../../src/database/sql-text.ts';
import { statementFailure } from '../../src/database/statement-error.ts';
import { identifiersOf, parseStatements, qualifiersOf, type Statement } from '../../src/database/statements.ts';
import { expectReadable, fuzz } from './law.ts';
import { mutated } from './mutate.ts';

const database = 'eggroll_meta';

const statement = fc.constantFrom(
  'use eggroll_meta;\n',
  'alter table store_option modify column store_locator_id bigint unsigned;\n',
  'ALTER TABLE `eggroll_meta`.`store_option` ADD COLUMN store_option_id SERIAL PRIMARY KEY;\n',
  "UPDATE session_main SET status = 'it''s; \\' -- no comment' WHERE a = \"x;y\"; -- why;\n",
  'CREATE TABLE IF NOT EXISTS `t``;` (a INT, b VARCHAR(767) COMMENT "/*") ENGINE=InnoDB;\n',
  '/*!50003 SET @a = 1 */;\n',
  '/*M!100100 SELECT 1; */;\n',
  'SELECT /*+ MAX_EXECUTION_TIME(1) */ 5--1, 1.5, a.b FROM eggroll_meta . a;\n',
  'DELIMITER //\nCREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END//\nDELIMITER ;\nCALL p();\n',
  'INSERT INTO t (名) VALUES (0xDEADBEEF), (NULL);\n',
  '# comment; it"s\n',
  "/* block; ' */\n",
  'DELETE FROM t WHERE a IN (SELECT b FROM u);\r\n',
  'SET NAMES utf8mb4;\n',
  'TRUNCATE t;',
);

const file = fc
  .tuple(fc.constantFrom('', '\uFEFF', '-- guide\n'), fc.array(statement, { minLength: 1, maxLength: 8 }))
  .map(([mark, parts]) => mark + parts.join(''));

const tokens = [
  ...[
    "'",
    '"',
    '`',
    '``',
    "''",
    '\\',
    "\\'",
    '\\G',
    '\\!',
    ';',
    ';;',
    '--',
    '-- ',
    '#',
    '/*',
    '*/',
    '/*!',
    '/*!50003 ',
    '/*+',
    '/*M!',
  ],
  ...[
    '/*! /*! */',
    "/*!'*/",
    '\0',
    '\u001a',
    '\u001b[2J',
    '\r',
    '\n',
    '\r\n',
    '\t',
    '\f',
    '\u000b',
    '\u00a0',
    '\u2028',
    '\uFEFF',
    '\ud800',
  ],
  ...[
    'DELIMITER $$\n',
    'delimiter ;\n',
    '\nDELIMITER',
    'DELIMITER \\\n',
    "DELIMITER '\n",
    '\ndelimiter a\n',
    '$$',
    '//',
    'DELIMITER ;;\n',
  ],
  ...[
    'use eggroll_meta\n',
    'use other;\n',
    'USE `eggroll_meta`;',
    'use',
    'source x;',
    'system ls\n',
    'COMMIT;',
    'LOCK TABLES t WRITE;',
  ],
  ...[
    'START TRANSACTION;',
    'SET autocommit=0;',
    'SET GLOBAL a=1;',
    'GRANT ALL ON *.* TO x;',
    'eggroll_upgrade_ledger',
    'begin',
    'end',
  ],
  ...[
    'eggroll_meta.',
    '`eggroll_meta`.',
    'other.',
    '.',
    'a',
    'prepare s from ',
    'get_lock (',
    '(',
    ')',
    '((',
    ' ',
    '   ',
    '值',
    '😀',
    '$1',
    'x;\n',
  ],
];

const server = [
  "near 'x' at line 1",
  "near '' at line 9",
  "Unknown column 'a.b' in 'field list'",
  "Table ' ' exists",
  'near',
];

describe('statement files', () => {
  it('become statements that mean what the file says, or findings', async () => {
    await fuzz('SQL', fc.tuple(mutated(file, tokens), fc.constantFrom(...server)), ([text, message]) => {
      const statements = parseStatements(text, '/config/file.sql', database);
      const source = text.replace(/^\uFEFF/, '').split('\n');
      for (const parsed of statements.slice(0, 50)) {
        expect(parsed.sql).toMatch(/^[^ \t\n]/);
        expect(maskSql(parsed.sql, { directives: 'open', names: 'keep' })).toHaveLength(parsed.sql.length);
        expect(startsThere(source[parsed.line - 1]?.slice(parsed.column - 1), parsed.sql)).toBe(true);
        expect(onItsOwn(parsed)).toEqual([parsed.hash, parsed.kind]);
        identifiersOf(parsed.sql);
        qualifiersOf(parsed.sql);
        const failure = { code: 'SQL_FAILED', count: statements.length, consequence: 'Nothing was changed.' } as const;
        expectReadable(statementFailure(parsed, new Error(message), failure));
      }
      return 'accepted';
    });
  });
});

function startsThere(line: string | undefined, sql: string): boolean {
  return line?.[0] === sql[0] || /^(?:eggroll_meta|`eggroll_meta`)/i.test(line ?? '');
}

/** A statement that is a file of its own, with a delimiter that nobody uses, must be read as the same. */
function onItsOwn({ sql }: Statement): unknown[] {
  const end = '@@end@of@statement@@';
  const [only, second] = parseStatements(`DELIMITER ${end}\n${sql}\n${end}\n`, 'own.sql');
  return second ? ['more than one', second.sql] : [only?.hash, only?.kind];
}
