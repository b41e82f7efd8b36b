// The migration: one statement after the other, each recorded before and after, so that an interrupted run goes on where it was.

import type { DatabaseConfig } from '../config/config.ts';
import { UpgradeError } from '../engine/errors.ts';
import type { Database } from './database.ts';
import {
  compareStructures,
  fingerprintOf,
  type SchemaFingerprint,
  schemaFingerprint,
  tableOrProcedure,
} from './fingerprint.ts';
import {
  type LedgerRow,
  readLedger,
  readLedgerOf,
  withdrawIntent,
  writeDone,
  writeFailed,
  writeIntent,
  writePlan,
} from './ledger.ts';
import { assertLock } from './lock.ts';
import { isLost } from './server-errors.ts';
import { waitForStatement, withLockRetries } from './session.ts';
import { refuseUnfit, statementFailure } from './statement-error.ts';
import { identifiersOf, type Statement } from './statements.ts';

export { plannedStatements } from './ledger.ts';

/** Told of each statement that is run, right before and right after it. */
export interface StatementListener {
  begins?(index: number): void;
  ends?(done: StatementDone): void;
}

export interface StatementDone {
  readonly statement: Statement;
  /** From 1. */
  readonly index: number;
  readonly count: number;
  readonly durationMs: number;
}

/**
 * How far a run got with its statements. `none`: nothing of it has begun. `complete`: every statement of the list is done, in
 * this wording. `partial`: anything between.
 */
export async function migrationState(
  db: Database,
  run: string,
  statements: readonly Statement[],
): Promise<'none' | 'partial' | 'complete'> {
  const rows = (await readLedgerOf(db, run)).filter((row) => row.state !== 'planned');
  if (rows.length === 0) return 'none';
  const done = new Map(rows.filter(({ state }) => state === 'done').map(({ index, hash }) => [index, hash]));
  const complete = statements.every(({ index, hash }) => done.get(index) === hash) && rows.length === statements.length;
  return complete ? 'complete' : 'partial';
}

/** What has become of the statements of a run, by index; those that have not begun are absent. */
export async function statementStates(db: Database, run: string): Promise<ReadonlyMap<number, 'begun' | 'done'>> {
  const rows = (await readLedgerOf(db, run)).filter((row) => row.state !== 'planned');
  return new Map(rows.map(({ index, state }) => [index, state === 'done' ? 'done' : 'begun']));
}

/**
 * Runs what is not done yet. Needs the lock. A statement that began and whose end is unknown is decided by comparing the structure
 * of now with the one before it, once the server no longer runs it. `listener` is told of each statement that is run.
 * Throws SQL_FAILED, LEDGER_MISMATCH, LOCK_LOST, DATABASE_LOST.
 */
export async function migrate(
  db: Database,
  config: DatabaseConfig,
  run: string,
  statements: readonly Statement[],
  listener: StatementListener = {},
): Promise<void> {
  await assertLock(db);
  if ((await migrationState(db, run, statements)) === 'complete') return;
  await refuseUnfit(db, statements);
  const rows = await readLedger(db);
  refuseMismatch(config, run, statements, rows);
  await writePlan(db, run, statements);
  const begun = new Map(
    rows.filter((row) => row.run === run && row.state !== 'planned').map((row) => [row.index, row]),
  );
  for (const statement of statements) {
    db.signal?.throwIfAborted();
    await assertLock(db);
    const row = begun.get(statement.index);
    // Settings of a session are gone with it, so they are made again.
    if (row?.state === 'done' && statement.kind !== 'setting') continue;
    if (row?.state === 'intent' && (await tookEffect(db, row))) {
      await writeDone(db, run, statement.index, await namedStructure(db, statements));
      continue;
    }
    listener.begins?.(statement.index);
    const startMs = performance.now();
    await runStatement(db, run, statement, statements);
    listener.ends?.({
      statement,
      index: statement.index,
      count: statements.length,
      durationMs: performance.now() - startMs,
    });
  }
}

const lockTries = 3;

/** The comment by which a statement of ours is found in the server's process list. */
export function statementTag(run: string, index: number): string {
  return `/* eggroll-upgrade run=${run.replace(/[^\w.-]/g, '_')} statement=${index} */`;
}

async function runStatement(
  db: Database,
  run: string,
  statement: Statement,
  statements: readonly Statement[],
): Promise<void> {
  const count = statements.length;
  const { index, kind } = statement;
  const before = await namedStructure(db, statements);
  await writeIntent(db, run, index, before);
  const sql = `${statementTag(run, index)} ${statement.sql}`;
  const what = `Statement ${index} of ${count}`;
  // What a procedure has done before it came to the lock, it would do once more.
  const tries = kind === 'call' ? 1 : lockTries;
  const runOnce = async () => {
    if (kind === 'dml') await runInTransaction(db, run, index, sql);
    else await db.change(sql);
  };
  try {
    await withLockRetries(db, what, runOnce, tries);
  } catch (error) {
    if (isLost(error)) throw error;
    const half = kind === 'call' || (await namedStructure(db, statements)).hash !== before.hash;
    await (half ? writeFailed(db, run, index) : withdrawIntent(db, run, index));
    const consequence = committed(index) + (half ? ' The failed statement may have done a part of its work.' : '');
    throw statementFailure(statement, error, { code: 'SQL_FAILED', count, consequence });
  }
  if (kind !== 'dml') await writeDone(db, run, index, await namedStructure(db, statements));
}

/** The rows and the ledger change together or not at all. */
async function runInTransaction(db: Database, run: string, index: number, sql: string): Promise<void> {
  await db.work('START TRANSACTION');
  try {
    await db.change(sql);
    await writeDone(db, run, index);
    await db.work('COMMIT');
  } catch (error) {
    if (!isLost(error)) await db.work('ROLLBACK');
    throw error;
  }
}

/**
 * Did a statement whose end nobody recorded take effect? The server is waited for while it still runs it. Throws LEDGER_MISMATCH.
 */
export async function tookEffect(db: Database, row: LedgerRow): Promise<boolean> {
  await waitForStatement(db, statementTag(row.run, row.index));
  if (row.kind === 'call') {
    const found = `Statement ${row.index} of run ${row.run} calls a procedure and began; nobody knows how far it got: \`${oneLine(row.sql)}\`.`;
    throw new UpgradeError({ code: 'LEDGER_MISMATCH', where: `database ${db.name}`, found, remedy: 'Run `recover`.' });
  }
  // DML is recorded in its own transaction, so without the record it was rolled back. The others can be repeated.
  if (row.kind !== 'ddl') return false;
  const isNamed = isNamedBy([row]);
  const known = new Set(row.before?.map(({ name }) => name));
  const now = (await schemaFingerprint(db, db.name)).tables.filter((table) => known.has(table.name) || isNamed(table));
  const differences = compareStructures(row.before ?? [], now);
  if (differences.size === 0) return false;
  if ([...differences.keys()].every((name) => isNamed({ name }))) return true;
  const found = `Statement ${row.index} of run ${row.run} began, its end is not recorded, and the tables have changed in a way that may not be its own: ${describeDifferences(differences)}.`;
  throw new UpgradeError({ code: 'LEDGER_MISMATCH', where: `database ${db.name}`, found });
}

export function describeDifferences(differences: ReadonlyMap<string, string>): string {
  return [...differences].map(([table, what]) => `table ${table}: ${what}`).join('; ');
}

/** Is a table or procedure one of those that any of the statements names? */
export function isNamedBy(
  statements: readonly Pick<Statement, 'sql'>[],
): (table: { readonly name: string }) => boolean {
  const named = new Set(statements.flatMap(({ sql }) => [...identifiersOf(sql)]));
  return ({ name }) => named.has(tableOrProcedure(name).toLowerCase());
}

/** The structure of what the statements name: whatever else comes and goes in the database is none of their doing. */
async function namedStructure(db: Database, statements: readonly Pick<Statement, 'sql'>[]): Promise<SchemaFingerprint> {
  const { tables } = await schemaFingerprint(db, db.name);
  return fingerprintOf(tables.filter(isNamedBy(statements)));
}

/** What was applied must be what is asked for now, and no other run may have stopped half-way. */
export function refuseMismatch(
  config: DatabaseConfig,
  run: string,
  statements: readonly Statement[],
  rows: readonly LedgerRow[],
): void {
  const where = `database ${config.name}`;
  const failed = rows.find((row) => row.run === run && row.state === 'failed');
  if (failed) {
    const found = `Statement ${failed.index} failed earlier and may have done a part of its work: \`${oneLine(failed.sql)}\`.`;
    throw new UpgradeError({ code: 'LEDGER_MISMATCH', where, found, remedy: 'Run `recover`.' });
  }
  const other = rows.find((row) => row.run !== run && row.state === 'intent') ?? unfinishedOther(run, rows);
  if (other) {
    const found = `Run ${other.run} stopped at statement ${other.index} of its own migration.`;
    throw new UpgradeError({ code: 'LEDGER_MISMATCH', where, found });
  }
  const byIndex = new Map(statements.map((statement) => [statement.index, statement]));
  const changed = rows.flatMap((row) => {
    if (row.run !== run || row.state === 'planned') return [];
    const statement = byIndex.get(row.index);
    if (statement?.hash === row.hash) return [];
    const now = statement ? `is now \`${oneLine(statement.sql)}\`` : 'is no longer there';
    return [`statement ${row.index}, applied as \`${oneLine(row.sql)}\`, ${now}`];
  });
  if (changed.length === 0) return;
  const found = `The statements were changed after a part of them was applied: ${changed.join('; ')}.`;
  throw new UpgradeError({ code: 'LEDGER_MISMATCH', where, found });
}

function unfinishedOther(run: string, rows: readonly LedgerRow[]): LedgerRow | undefined {
  const begun = new Set(rows.filter((row) => row.run !== run && row.state === 'done').map((row) => row.run));
  return rows.find((row) => begun.has(row.run) && row.state === 'planned');
}

function committed(index: number): string {
  if (index === 1) return 'No statement was applied.';
  return index === 2 ? 'Statement 1 is applied.' : `Statements 1 to ${index - 1} are applied.`;
}

function oneLine(sql: string): string {
  const line = sql.replace(/\s+/g, ' ').trim();
  return line.length <= 80 ? line : `${line.slice(0, 79)}…`;
}
