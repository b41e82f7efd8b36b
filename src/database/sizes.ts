// How large the dumps of a run may become.

import type { DatabaseConfig } from '../config/config.ts';
import type { Database } from './database.ts';
import { isOwnTable } from './names.ts';
import { isPurged, schemasOf } from './purge.ts';

/** Bytes of all dumps of a run, the purge's included, by the server's own estimate of what its tables hold. */
export async function estimateDumpBytes(db: Database, purge: DatabaseConfig['purge']): Promise<number> {
  let sum = 0;
  for (const schema of schemasOf(db)) {
    const rows = await db.query(
      "SELECT TABLE_NAME AS name, COALESCE(DATA_LENGTH, 0) AS size FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_TYPE = 'BASE TABLE'",
      [schema],
    );
    for (const row of rows) {
      const name = String(row['name']);
      const sizeBytes = Number(row['size']);
      if (schema === db.name && !isOwnTable(name)) sum += sizeBytes;
      if (isPurged(name, purge, schema === db.name)) sum += sizeBytes;
    }
  }
  return sum;
}
