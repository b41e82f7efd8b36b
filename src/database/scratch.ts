// The migration tried on a copy of the database, rows included, on the same server.

import type { DatabaseConfig } from '../config/config.ts';
import { UpgradeError } from '../engine/errors.ts';
import type { Database } from './database.ts';
import { resetSession } from './database.ts';
import { tableNames } from './fingerprint.ts';
import { canUseScratch } from './grants.ts';
import { type ColumnFacts, columnFacts } from './inspect.ts';
import { quoteName, quoteTable } from './names.ts';
import { unsupportedObjects } from './objects.ts';
import { offendingRow } from './offending-row.ts';
import { withScratch } from './scratch-schema.ts';
import { causeOf, isLost } from './server-errors.ts';
import { currentSchema } from './session.ts';
import { refuseUnfit, statementFailure } from './statement-error.ts';
import type { Statement } from './statements.ts';

export { clearScratch, withScratch } from './scratch-schema.ts';

export interface Rehearsed {
  readonly statement: Statement;
  /** Measured on the copy: about what the statement will take on the database itself. */
  readonly durationMs: number;
}

export interface Rehearsal {
  readonly statements: readonly Rehearsed[];
  /** Milliseconds that copying all rows took. */
  readonly copyMs: number;
  /** The columns of the copy after the last statement. */
  readonly columns: readonly ColumnFacts[];
}

/**
 * Copies every table of MYSQL_DB, rows included, into the scratch schema. Nobody who works in MYSQL_DB has to wait for it, unless the
 * server logs statements.
 */
export async function copyToScratch(db: Database, schema: string): Promise<void> {
  await db.work(`USE ${quoteName(schema)}`);
  try {
    // Rows of AUTO_INCREMENT 0 and dates that were stored under a laxer mode have to arrive as they are.
    await db.work("SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO', foreign_key_checks = 0, unique_checks = 0");
    await db.work(`SET SESSION TRANSACTION ISOLATION LEVEL ${await copyIsolation(db)}`);
    for (const name of await tableNames(db, db.name)) await copyTable(db, schema, name);
  } finally {
    await db.work('SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ');
    await resetSession(db);
  }
}

/**
 * Under READ COMMITTED the rows that are copied are not locked. A server that logs statements, not rows, refuses to copy like that
 * (error 1665): there the rows of a table are locked as long as it is copied, and whoever writes to it waits.
 */
async function copyIsolation(db: Database): Promise<'READ COMMITTED' | 'REPEATABLE READ'> {
  const rows = await db.query("SHOW VARIABLES WHERE Variable_name IN ('log_bin', 'binlog_format')");
  const values = rows.map((row) => String(row['Value']).toUpperCase());
  return values.includes('ON') && values.includes('STATEMENT') ? 'REPEATABLE READ' : 'READ COMMITTED';
}

/**
 * Runs all statements on a copy. Undefined, and nothing is run, where no scratch schema can be had and REQUIRE_PROOF=false.
 * Throws SQL_FAILED_IN_REHEARSAL, SQL_INVALID, SCRATCH_UNUSABLE.
 */
export async function rehearse(
  db: Database,
  config: DatabaseConfig,
  statements: readonly Statement[],
): Promise<Rehearsal | undefined> {
  await refuseUnfit(db, statements);
  if (!config.requireProof && !(await canUseScratch(db, config))) return undefined;
  return withScratch(db, config, async (schema) => {
    const startMs = performance.now();
    await copyToScratch(db, schema);
    const copyMs = performance.now() - startMs;
    const rehearsed: Rehearsed[] = [];
    try {
      for (const statement of statements) {
        rehearsed.push({ statement, durationMs: await runOnCopy(db, schema, statement, statements.length) });
      }
    } finally {
      await resetSession(db);
    }
    await refuseLeftObjects(db, schema, statements);
    return { statements: rehearsed, copyMs, columns: await columnFacts(db, schema) };
  });
}

/** What a table of ours could not be put back beside must not come with the migration. */
async function refuseLeftObjects(db: Database, schema: string, statements: readonly Statement[]): Promise<void> {
  const left = await unsupportedObjects(db, schema);
  const [first] = statements;
  if (left.length === 0 || !first) return;
  const found = `After these statements the database would hold ${left.join(', ')}, which \`recover\` can't take back.`;
  const remedy = 'Drop what only helps the migration at its end, and make the rest after the upgrade.';
  throw new UpgradeError({ code: 'SQL_INVALID', where: first.file, found, remedy });
}

async function runOnCopy(db: Database, schema: string, statement: Statement, count: number): Promise<number> {
  db.signal?.throwIfAborted();
  const here = await currentSchema(db);
  if (here?.toLowerCase() !== schema.toLowerCase()) {
    const found = `The rehearsal works in ${here ?? 'no schema'} instead of ${schema}.`;
    throw new UpgradeError({ code: 'DEFECT', where: `database ${db.name}`, found });
  }
  const startMs = performance.now();
  try {
    await db.work(statement.sql);
  } catch (error) {
    if (isLost(error)) throw error;
    const row = await offendingRow(db, schema, statement.sql, causeOf(error).message);
    const consequence = `${row ? `${row} ` : ''}It was tried on a copy of ${db.name}: nothing was changed.`;
    throw statementFailure(statement, error, { code: 'SQL_FAILED_IN_REHEARSAL', count, consequence });
  }
  return performance.now() - startMs;
}

async function copyTable(db: Database, schema: string, name: string): Promise<void> {
  const from = quoteTable(db.name, name);
  const [created] = await db.query(`SHOW CREATE TABLE ${from}`);
  await db.work(String(created?.['Create Table']));
  const rows = await db.query(
    "SELECT COLUMN_NAME AS name FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? AND COALESCE(GENERATION_EXPRESSION, '') = '' ORDER BY ORDINAL_POSITION",
    [db.name, name],
  );
  const columns = rows.map((row) => quoteName(String(row['name']))).join(', ');
  await db.work(`INSERT INTO ${quoteTable(schema, name)} (${columns}) SELECT ${columns} FROM ${from}`);
}
