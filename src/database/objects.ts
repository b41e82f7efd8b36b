// What a schema holds beside tables and their own indexes.

import type { Database } from './database.ts';
import { floatTables } from './float-values.ts';

/** Objects that a swap of tables can't carry; see DatabaseFacts. */
export async function unsupportedObjects(db: Database, schema: string): Promise<string[]> {
  const list = async (what: string, sql: string) =>
    (await db.query(sql, [schema])).map(
      (row) => `${row['kind'] ?? what} ${row['name']}${row['owner'] ? ` of ${row['owner']}` : ''}`,
    );
  return [
    ...(await list('view', 'SELECT TABLE_NAME AS name FROM information_schema.VIEWS WHERE TABLE_SCHEMA = ?')),
    ...(await list('trigger', 'SELECT TRIGGER_NAME AS name FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = ?')),
    ...(await list(
      'routine',
      'SELECT LOWER(ROUTINE_TYPE) AS kind, ROUTINE_NAME AS name FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = ?',
    )),
    ...(await list('event', 'SELECT EVENT_NAME AS name FROM information_schema.EVENTS WHERE EVENT_SCHEMA = ?')),
    ...(await list(
      'key',
      "SELECT LOWER(CONSTRAINT_TYPE) AS kind, CONSTRAINT_NAME AS name, TABLE_NAME AS owner FROM information_schema.TABLE_CONSTRAINTS WHERE TABLE_SCHEMA = ? AND CONSTRAINT_TYPE IN ('FOREIGN KEY', 'CHECK')",
    )),
    // Its CHECKSUM TABLE takes what is left in memory for the value of such a column, so that equal tables may differ.
    ...(db.flavour === 'mariadb'
      ? await list(
          'generated column',
          "SELECT COLUMN_NAME AS name, TABLE_NAME AS owner FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ? AND EXTRA LIKE '%GENERATED%'",
        )
      : []),
    ...(await floatTables(db, schema)).flatMap(({ name, columns, key }) =>
      key
        ? []
        : columns.map((column) => `float column ${column} of ${name}, which has no primary key to name its rows by`),
    ),
  ];
}
