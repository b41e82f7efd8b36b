// How large tables are, by the server's own estimate, and how large the dumps of a run may become.

import type { DatabaseConfig } from '../config/config.ts';
import type { Database } from './database.ts';
import { isOwnTable } from './names.ts';
import { isPurged, schemasOf } from './purge-tables.ts';

export interface TableSize {
  readonly name: string;
  readonly sizeBytes: number;
}

/** The tables of a schema, without our own book-keeping. */
export async function tableSizes(db: Database, schema: string): Promise<TableSize[]> {
  const rows = await db.query(
    "SELECT TABLE_NAME AS name, COALESCE(DATA_LENGTH, 0) AS size FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_TYPE = 'BASE TABLE'",
    [schema],
  );
  const tables = rows.map((row) => ({ name: String(row['name']), sizeBytes: Number(row['size']) }));
  return tables.filter(({ name }) => !isOwnTable(name));
}

/** Bytes of all dumps of a run, the purge's included. */
export async function estimateDumpBytes(db: Database, purge: DatabaseConfig['purge']): Promise<number> {
  let sum = 0;
  for (const schema of schemasOf(db)) {
    for (const { name, sizeBytes } of await tableSizes(db, schema)) {
      if (schema === db.name) sum += sizeBytes;
      if (isPurged(name, purge, schema === db.name)) sum += sizeBytes;
    }
  }
  return sum;
}
