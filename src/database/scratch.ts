// The migration tried on a copy of the database, rows included, on the same server.

import type { DatabaseConfig } from '../config/config.ts';
import { UpgradeError } from '../engine/errors.ts';
import type { Database } from './database.ts';
import { resetSession } from './database.ts';
import { tableNames } from './fingerprint.ts';
import { canUseScratch } from './grants.ts';
import { quoteName, quoteTable } from './names.ts';
import { withScratch } from './scratch-schema.ts';
import { currentSchema } from './session.ts';
import { refuseForeignSchemas, statementFailure } from './statement-error.ts';
import type { Statement } from './statements.ts';

export { clearScratch, withScratch } from './scratch-schema.ts';

export interface Rehearsed {
  readonly statement: Statement;
  /** Measured on the copy: about what the statement will take on the database itself. */
  readonly durationMs: number;
}

/** Copies every table of MYSQL_DB, rows included, into the scratch schema. Nobody who works in MYSQL_DB has to wait for it. */
export async function copyToScratch(db: Database, schema: string): Promise<void> {
  await db.work(`USE ${quoteName(schema)}`);
  try {
    // Rows of AUTO_INCREMENT 0 and dates that were stored under a laxer mode have to arrive as they are.
    await db.work("SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO', foreign_key_checks = 0, unique_checks = 0");
    await db.work('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED');
    for (const name of await tableNames(db, db.name)) await copyTable(db, schema, name);
  } finally {
    await db.work('SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ');
    await resetSession(db);
  }
}

/**
 * Runs all statements on a copy and gives the time of each. Where no scratch schema can be had and REQUIRE_PROOF=false, nothing
 * is run and the list is empty. Throws SQL_FAILED_IN_REHEARSAL, SQL_INVALID, SCRATCH_UNUSABLE.
 */
export async function rehearse(
  db: Database,
  config: DatabaseConfig,
  statements: readonly Statement[],
): Promise<Rehearsed[]> {
  await refuseForeignSchemas(db, statements);
  if (!config.requireProof && !(await canUseScratch(db, config))) return [];
  return withScratch(db, config, async (schema) => {
    await copyToScratch(db, schema);
    const rehearsed: Rehearsed[] = [];
    for (const statement of statements) {
      rehearsed.push({ statement, durationMs: await runOnCopy(db, schema, statement, statements.length) });
    }
    return rehearsed;
  });
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
    const consequence = `It was tried on a copy of ${db.name}: nothing was changed.`;
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
