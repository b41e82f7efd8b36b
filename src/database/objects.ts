// What a schema holds beside plain tables and their own indexes.

import type { Database, Row } from './database.ts';
import { floatTables } from './float-values.ts';
import { isOwnTable, quoteName, quoteTable } from './names.ts';
import { causeOf } from './server-errors.ts';
import { withLockRetries } from './session.ts';

export interface SchemaObject {
  /** In the server's words, in lower case: `view`, `procedure`, `system versioned`, `foreign key`, … */
  readonly kind: string;
  readonly name: string;
  /** The table that it belongs to; undefined for what stands in the schema itself. */
  readonly table: string | undefined;
}

/**
 * Objects that a swap of tables can't carry, of those that matter; see DatabaseFacts. What belongs to tables of our own does not
 * count.
 */
export async function unsupportedObjects(
  db: Database,
  schema: string,
  matters: (object: SchemaObject) => boolean = () => true,
): Promise<string[]> {
  const objects = [
    ...(await codeObjects(db, schema)),
    ...(await unusualTables(db, schema)),
    ...(await constraints(db, schema)),
    ...(await unrepeatableColumns(db, schema)),
    ...(await unnamableFloats(db, schema)),
  ];
  return objects
    .filter(({ table }) => table === undefined || !isOwnTable(table))
    .filter(matters)
    .map(describeObject);
}

/** `view v`, `foreign key f of t`, … */
export function describeObject({ kind, name, table }: SchemaObject): string {
  const note = kind === 'float column' ? ', which has no primary key to name its rows by' : '';
  return `${kind} ${name}${table === undefined ? '' : ` of ${table}`}${note}`;
}

/** Views, triggers, routines and events. */
export async function codeObjects(db: Database, schema: string): Promise<SchemaObject[]> {
  return [
    ...(await list(
      db,
      schema,
      "SELECT 'view' AS kind, TABLE_NAME AS name FROM information_schema.VIEWS WHERE TABLE_SCHEMA = ?",
    )),
    ...(await list(
      db,
      schema,
      "SELECT 'trigger' AS kind, TRIGGER_NAME AS name, EVENT_OBJECT_TABLE AS owner FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = ?",
    )),
    ...(await list(
      db,
      schema,
      'SELECT ROUTINE_TYPE AS kind, ROUTINE_NAME AS name FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = ?',
    )),
    ...(await list(
      db,
      schema,
      "SELECT 'event' AS kind, EVENT_NAME AS name FROM information_schema.EVENTS WHERE EVENT_SCHEMA = ?",
    )),
  ];
}

/** Drops views, triggers, routines and events. `door` is `work` for a scratch schema and `change` for a real one. */
export async function dropObjects(
  db: Database,
  schema: string,
  objects: readonly SchemaObject[],
  door: 'work' | 'change',
): Promise<void> {
  for (const { kind, name } of objects) {
    const sql = `DROP ${kind.toUpperCase()} IF EXISTS ${quoteTable(schema, name)}`;
    await withLockRetries(db, `Dropping the ${kind} ${name}`, () => db[door](sql));
  }
}

/** Names of all that DROP TABLE and RENAME TABLE take in a schema: tables of any kind and sequences, our own too. */
export async function everyTable(db: Database, schema: string): Promise<string[]> {
  const rows = await db.query(
    "SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_TYPE NOT LIKE '%VIEW' AND TABLE_TYPE NOT LIKE 'TEMPORARY%' ORDER BY TABLE_NAME",
    [schema],
  );
  return rows.map((row) => String(row['name']));
}

/**
 * Drops the FOREIGN KEY and CHECK constraints of some tables, as long as their names stand in the way: they are the schema's, and
 * those that the server makes up grow with the name of the table, also beyond what it takes. MariaDB's CHECK constraints do neither.
 */
export async function dropConstraints(db: Database, schema: string, tables: readonly string[]): Promise<void> {
  for (const { kind, name, table } of await constraints(db, schema)) {
    if (table === undefined || !tables.includes(table) || (kind === 'check' && db.flavour === 'mariadb')) continue;
    const sql = `ALTER TABLE ${quoteTable(schema, table)} DROP ${kind.toUpperCase()} ${quoteName(name)}`;
    try {
      await withLockRetries(db, `Dropping the ${kind} ${name}`, () => db.change(sql));
    } catch (error) {
      // MariaDB cuts a name of its own that is too long, and then does not know it. Such a one is in nobody's way.
      if (causeOf(error).errno !== 1091) throw error;
    }
  }
}

function constraints(db: Database, schema: string): Promise<SchemaObject[]> {
  return list(
    db,
    schema,
    "SELECT CONSTRAINT_TYPE AS kind, CONSTRAINT_NAME AS name, TABLE_NAME AS owner FROM information_schema.TABLE_CONSTRAINTS WHERE TABLE_SCHEMA = ? AND CONSTRAINT_TYPE IN ('FOREIGN KEY', 'CHECK')",
  );
}

/** MariaDB's tables with a history, and sequences. */
async function unusualTables(db: Database, schema: string): Promise<SchemaObject[]> {
  const objects = await list(
    db,
    schema,
    "SELECT TABLE_TYPE AS kind, TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_TYPE <> 'BASE TABLE' AND TABLE_TYPE NOT LIKE '%VIEW' AND TABLE_TYPE NOT LIKE 'TEMPORARY%'",
  );
  return objects.filter(({ name }) => !isOwnTable(name));
}

/** MariaDB's CHECKSUM TABLE takes what is left in memory for the value of a generated column, so that equal tables may differ. */
async function unrepeatableColumns(db: Database, schema: string): Promise<SchemaObject[]> {
  if (db.flavour !== 'mariadb') return [];
  return list(
    db,
    schema,
    "SELECT 'generated column' AS kind, COLUMN_NAME AS name, TABLE_NAME AS owner FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ? AND EXTRA LIKE '%GENERATED%'",
  );
}

async function unnamableFloats(db: Database, schema: string): Promise<SchemaObject[]> {
  const tables = (await floatTables(db, schema)).filter(({ key }) => key === undefined);
  return tables.flatMap(({ name: table, columns }) => columns.map((name) => ({ kind: 'float column', name, table })));
}

async function list(db: Database, schema: string, sql: string): Promise<SchemaObject[]> {
  return (await db.query(sql, [schema])).map((row: Row) => ({
    kind: String(row['kind']).toLowerCase(),
    name: String(row['name']),
    table: row['owner'] === undefined ? undefined : String(row['owner']),
  }));
}
