// What a person is told when a statement of the migration fails: which, where in the file, why, what is committed, what next.

import type { ErrorCode } from '../engine/catalogue.ts';
import type { Finding } from '../engine/errors.ts';
import { throwFindings, UpgradeError } from '../engine/errors.ts';
import { phrase, type Saying } from '../messages/phrases.ts';
import type { Database } from './database.ts';
import { causeOf, isBlocked, isLost } from './server-errors.ts';
import { caretLines, identifiersOf, qualifiersOf, type Statement } from './statements.ts';

export interface Failure {
  readonly code: ErrorCode;
  /** Statements in the file. */
  readonly count: number;
  /** What the failure left behind, for example `Nothing was changed.` */
  readonly consequence: string;
  readonly remedy?: Saying;
}

/** The error of one statement; a lost connection stays DATABASE_LOST. */
export function statementFailure(statement: Statement, error: unknown, failure: Failure): UpgradeError {
  if (isLost(error) && error instanceof UpgradeError) return error;
  const { errno, message: cause } = causeOf(error);
  // Who blocks is known to the caller that retried, and what was never sent to us alone: not to the server.
  const isOurs = error instanceof UpgradeError && (isBlocked(error) || error.cause === undefined);
  const message = isOurs ? error.findings[0].found : cause;
  const position = pointOf(statement.sql, message);
  const where = positionInFile(statement, position);
  const number = errno ? ` (error ${errno})` : '';
  const found = `Statement ${statement.index} of ${failure.count} failed: ${message.replace(/\.$/, '')}${number}.${caretLines(statement.sql, position)}${failure.consequence}`;
  const finding: Finding = { code: failure.code, where, found, ...(failure.remedy ? { remedy: failure.remedy } : {}) };
  return new UpgradeError(finding, { cause: error });
}

/**
 * What only the database itself can tell against statements. They name tables of MYSQL_DB without a schema: on a copy a schema's name
 * would reach out of it. And rows change in a transaction with the record of it, which takes tables that know transactions.
 * Throws SQL_INVALID with every finding.
 */
export async function refuseUnfit(db: Database, statements: readonly Statement[]): Promise<void> {
  throwFindings([...(await foreignSchemas(db, statements)), ...(await withoutTransactions(db, statements))]);
}

async function withoutTransactions(db: Database, statements: readonly Statement[]): Promise<Finding[]> {
  const rows = await db.query(
    "SELECT TABLE_NAME AS name, ENGINE AS engine FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_TYPE = 'BASE TABLE' AND ENGINE <> 'InnoDB'",
    [db.name],
  );
  const engines = new Map(rows.map((row) => [String(row['name']).toLowerCase(), String(row['engine'])]));
  return statements.flatMap((statement): Finding[] => {
    if (statement.kind !== 'dml') return [];
    const name = [...identifiersOf(statement.sql)].find((word) => engines.has(word));
    if (name === undefined) return [];
    const found = `Statement ${statement.index} changes rows of ${name}, whose engine ${engines.get(name)} knows no transactions: interrupted, it could not be told how far it got.`;
    const remedy = phrase(
      'Put `ALTER TABLE {table} ENGINE=InnoDB` before the upgrade, or change these rows by hand after it.',
      { table: name },
    );
    return [{ code: 'SQL_INVALID', where: placeOf(statement), found, remedy }];
  });
}

async function foreignSchemas(db: Database, statements: readonly Statement[]): Promise<Finding[]> {
  const rows = await db.query('SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA');
  const schemas = new Set(rows.map((row) => String(row['name']).toLowerCase()));
  schemas.delete('information_schema');
  schemas.add(db.name.toLowerCase());
  return statements.flatMap((statement): Finding[] => {
    const names = [...qualifiersOf(statement.sql)].filter((name) => schemas.has(name));
    if (names.length === 0) return [];
    const found = `Statement ${statement.index} names the database ${names.join(', ')}. It may name tables of ${db.name} only.`;
    return [{ code: 'SQL_INVALID', where: placeOf(statement), found }];
  });
}

function placeOf({ file, line, column }: Statement): string {
  return `${file}:${line}:${column}`;
}

/** Where the server points to: the text after `near`, or the column or key that it names; else the beginning. */
function pointOf(sql: string, message: string): number {
  const near = /near '([\s\S]*)' at line (\d+)/.exec(message);
  if (near?.[1] !== undefined) {
    const lineStart = sql
      .split('\n')
      .slice(0, Number(near[2]) - 1)
      .join('\n').length;
    return Math.max(0, near[1] === '' ? sql.length - 1 : sql.indexOf(near[1], Math.max(0, lineStart - near[1].length)));
  }
  const places = [...message.matchAll(/'([^']+)'/g)]
    .map(([, name]) => sql.toLowerCase().indexOf((name?.split('.').at(-1) ?? '').toLowerCase()))
    .filter((place) => place >= 0);
  return places[0] ?? 0;
}

function positionInFile({ sql, file, line, column }: Statement, position: number): string {
  const before = sql.slice(0, position).split('\n');
  const last = before.at(-1) ?? '';
  const offset = before.length === 1 ? column : 1;
  return `${file}:${line + before.length - 1}:${offset + last.length}`;
}
