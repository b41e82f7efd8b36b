// The ledger: a table in MYSQL_DB with one row per statement of a run, written before the statement and after it.

import type { Database } from './database.ts';
import type { TableStructure } from './fingerprint.ts';
import { ownPrefix, quoteTable } from './names.ts';
import type { Statement, StatementKind } from './statements.ts';

/**
 * `planned`: not begun. `intent`: begun, nobody knows whether it ended. `done`: it ended well. `failed`: it ended in an error and
 * left changes all the same.
 */
export type LedgerState = 'planned' | 'intent' | 'done' | 'failed';

export interface LedgerRow {
  readonly run: string;
  /** From 1. */
  readonly index: number;
  readonly hash: string;
  readonly sql: string;
  readonly kind: StatementKind;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly state: LedgerState;
  /** The structure before the statement, of what the run's statements name; present from `intent` on. */
  readonly before: readonly TableStructure[] | undefined;
  /** The structure after it, of the same; absent for DML, which changes no structure. */
  readonly after: readonly TableStructure[] | undefined;
}

const ledgerName = `${ownPrefix}ledger`;

const columns = `run VARCHAR(64) NOT NULL,
  statement INT UNSIGNED NOT NULL,
  hash CHAR(64) NOT NULL,
  text LONGTEXT NOT NULL,
  kind VARCHAR(8) NOT NULL,
  file VARCHAR(255) NOT NULL,
  line INT UNSIGNED NOT NULL,
  position INT UNSIGNED NOT NULL,
  state VARCHAR(8) NOT NULL,
  structure_before LONGTEXT NULL,
  structure_after LONGTEXT NULL,
  hash_before CHAR(64) NULL,
  hash_after CHAR(64) NULL,
  connection BIGINT UNSIGNED NULL,
  began_at DATETIME(3) NULL,
  ended_at DATETIME(3) NULL,
  PRIMARY KEY (run, statement)`;

/** Every row of the ledger, of all runs, in order; none when there is no ledger. */
export async function readLedger(db: Database): Promise<LedgerRow[]> {
  if (!(await ledgerExists(db))) return [];
  const rows = await db.query(`SELECT * FROM ${table(db)} ORDER BY run, statement`);
  return rows.map((row) => ({
    run: String(row['run']),
    index: Number(row['statement']),
    hash: String(row['hash']),
    sql: String(row['text']),
    kind: row['kind'] as StatementKind,
    file: String(row['file']),
    line: Number(row['line']),
    column: Number(row['position']),
    state: row['state'] as LedgerState,
    before: row['structure_before'] === null ? undefined : JSON.parse(String(row['structure_before'])),
    after: row['structure_after'] === null ? undefined : JSON.parse(String(row['structure_after'])),
  }));
}

export async function readLedgerOf(db: Database, run: string): Promise<LedgerRow[]> {
  return (await readLedger(db)).filter((row) => row.run === run);
}

/** Writes what a run is going to do, in place of what it had planned and not begun. */
export async function writePlan(db: Database, run: string, statements: readonly Statement[]): Promise<void> {
  if (!(await ledgerExists(db))) {
    await db.change(`CREATE TABLE ${table(db)} (${columns}) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`);
  }
  await db.work('START TRANSACTION');
  await db.change(`DELETE FROM ${table(db)} WHERE run = ? AND state = 'planned'`, [run]);
  for (const { index, hash, sql, kind, file, line, column } of statements) {
    // A statement that has begun keeps its row.
    await db.change(
      `INSERT IGNORE INTO ${table(db)} (run, statement, hash, text, kind, file, line, position, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'planned')`,
      [run, index, hash, sql, kind, file.slice(-255), line, column],
    );
  }
  await db.work('COMMIT');
}

export async function writeIntent(
  db: Database,
  run: string,
  index: number,
  before: { readonly hash: string; readonly tables: readonly TableStructure[] },
): Promise<void> {
  await db.change(
    `UPDATE ${table(db)} SET state = 'intent', structure_before = ?, hash_before = ?, connection = ?, began_at = UTC_TIMESTAMP(3), ended_at = NULL WHERE run = ? AND statement = ?`,
    [JSON.stringify(before.tables), before.hash, db.connectionId, run, index],
  );
}

/** The statement did not take effect: it is planned again. */
export async function withdrawIntent(db: Database, run: string, index: number): Promise<void> {
  await db.change(
    `UPDATE ${table(db)} SET state = 'planned', structure_before = NULL, hash_before = NULL WHERE run = ? AND statement = ?`,
    [run, index],
  );
}

/** The statement failed half-way: only a restore helps. */
export async function writeFailed(db: Database, run: string, index: number): Promise<void> {
  await db.change(
    `UPDATE ${table(db)} SET state = 'failed', ended_at = UTC_TIMESTAMP(3) WHERE run = ? AND statement = ?`,
    [run, index],
  );
}

/** `after` is absent for DML, which changes no structure. */
export async function writeDone(
  db: Database,
  run: string,
  index: number,
  after?: { readonly hash: string; readonly tables: readonly TableStructure[] },
): Promise<void> {
  await db.change(
    `UPDATE ${table(db)} SET state = 'done', hash_after = ?, structure_after = ?, ended_at = UTC_TIMESTAMP(3) WHERE run = ? AND statement = ?`,
    [after?.hash ?? null, after ? JSON.stringify(after.tables) : null, run, index],
  );
}

/** Forgets a run, and drops the ledger with its last row, so that nothing of ours stays in the database. */
export async function forgetRun(db: Database, run: string): Promise<void> {
  if (!(await ledgerExists(db))) return;
  await db.change(`DELETE FROM ${table(db)} WHERE run = ?`, [run]);
  const [row] = await db.query(`SELECT COUNT(*) AS n FROM ${table(db)}`);
  if (Number(row?.['n']) === 0) await db.change(`DROP TABLE ${table(db)}`);
}

/** The statements that a run planned, as they were parsed: for resuming a built-in migration, which the schema of now no longer tells. */
export async function plannedStatements(db: Database, run: string): Promise<Statement[]> {
  const rows = await readLedgerOf(db, run);
  return rows.map(({ index, sql, file, line, column, hash, kind }) => ({ index, sql, file, line, column, hash, kind }));
}

async function ledgerExists(db: Database): Promise<boolean> {
  const rows = await db.query('SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ?', [
    db.name,
    ledgerName,
  ]);
  return rows.length > 0;
}

function table(db: Database): string {
  return quoteTable(db.name, ledgerName);
}
