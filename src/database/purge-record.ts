// What a run has purged: rows of a table in MYSQL_DB, written in the transaction that empties the tables. So whoever comes after an
// interruption knows for sure whether a purge took place, whatever has become of STATE_DIR.

import type { Database } from './database.ts';
import { ownPrefix, quoteTable } from './names.ts';

export interface PurgedTable {
  readonly schema: string;
  readonly table: string;
  readonly rows: number;
}

const recordName = `${ownPrefix}purged`;

const columns = `run VARCHAR(64) NOT NULL,
  schema_name VARCHAR(64) NOT NULL,
  table_name VARCHAR(64) NOT NULL,
  purged_rows BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (run, schema_name, table_name)`;

/** What `run` has purged and not brought back; none when there is no record. */
export async function readPurged(db: Database, run: string): Promise<PurgedTable[]> {
  if (!(await recordExists(db))) return [];
  const sql = `SELECT schema_name, table_name, purged_rows FROM ${table(db)} WHERE run = ? ORDER BY schema_name, table_name`;
  return (await db.query(sql, [run])).map((row) => ({
    schema: String(row['schema_name']),
    table: String(row['table_name']),
    rows: Number(row['purged_rows']),
  }));
}

/** Makes the record's table. Before the transaction, as making a table ends one. */
export async function preparePurgeRecord(db: Database): Promise<void> {
  if (await recordExists(db)) return;
  await db.change(`CREATE TABLE ${table(db)} (${columns}) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`);
}

export async function writePurged(
  db: Database,
  run: string,
  { schema, table: name, rows }: PurgedTable,
): Promise<void> {
  await db.change(`INSERT INTO ${table(db)} (run, schema_name, table_name, purged_rows) VALUES (?, ?, ?, ?)`, [
    run,
    schema,
    name,
    rows,
  ]);
}

/** Forgets what `run` has purged in a schema, and drops the record with its last row, so that nothing of ours stays in the database. */
export async function forgetPurged(db: Database, run: string, schema: string): Promise<void> {
  if (!(await recordExists(db))) return;
  await db.change(`DELETE FROM ${table(db)} WHERE run = ? AND schema_name = ?`, [run, schema]);
  const [row] = await db.query(`SELECT COUNT(*) AS n FROM ${table(db)}`);
  if (Number(row?.['n']) === 0) await db.change(`DROP TABLE ${table(db)}`);
}

async function recordExists(db: Database): Promise<boolean> {
  const rows = await db.query('SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ?', [
    db.name,
    recordName,
  ]);
  return rows.length > 0;
}

function table(db: Database): string {
  return quoteTable(db.name, recordName);
}
