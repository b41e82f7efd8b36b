// The tables that `recover` has replaced: kept beside the others until `prune` removes them.

import type { Database } from './database.ts';
import { asidePrefix, quoteTable } from './names.ts';
import { everyTable } from './objects.ts';
import { schemasOf } from './purge-tables.ts';
import { withLockRetries } from './session.ts';

export interface AsideTable {
  readonly schema: string;
  readonly name: string;
  readonly run: string;
}

/** Every table that is kept aside, in MYSQL_DB and in `fate_flow` beside it. */
export async function asideTables(db: Database): Promise<AsideTable[]> {
  const tables: AsideTable[] = [];
  for (const schema of schemasOf(db)) {
    const names = await everyTable(db, schema);
    tables.push(...names.flatMap((name) => asideTable(schema, name)));
  }
  return tables;
}

// A run's name has no underscore.
function asideTable(schema: string, name: string): AsideTable[] {
  if (!name.toLowerCase().startsWith(asidePrefix)) return [];
  const run = name.slice(asidePrefix.length).split('_', 1)[0] ?? '';
  return [{ schema, name, run }];
}

/** Removes tables that are kept aside. Needs the lock. Throws GRANT_MISSING, DATABASE_LOST, DATABASE_FAILED. */
export async function dropAside(db: Database, tables: readonly AsideTable[]): Promise<void> {
  if (tables.length === 0) return;
  // They may refer to each other.
  await db.work('SET SESSION foreign_key_checks = 0');
  try {
    for (const { schema, name } of tables) {
      await withLockRetries(db, 'Removing a table kept aside', () =>
        db.change(`DROP TABLE ${quoteTable(schema, name)}`),
      );
    }
  } finally {
    await db.work('SET SESSION foreign_key_checks = 1');
  }
}
