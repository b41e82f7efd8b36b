// What the database is and holds, read without changing anything.

import type { Database } from './database.ts';
import { isOwnTable } from './names.ts';
import { unsupportedObjects } from './objects.ts';

export { canUseScratch, checkGrants, scratchFindings } from './grants.ts';

export interface TableFacts {
  readonly name: string;
  readonly type: 'table' | 'view';
  /** Empty for a view. */
  readonly engine: string;
  /** The server's estimate. */
  readonly rows: number;
  /** Data and indexes, the server's estimate. */
  readonly sizeBytes: number;
}

export interface ColumnFacts {
  readonly table: string;
  readonly column: string;
  /** As the server writes it, for example `bigint unsigned` (MariaDB and old MySQL: `bigint(20) unsigned`). */
  readonly type: string;
  readonly nullable: boolean;
}

export interface DatabaseFacts {
  readonly flavour: 'mysql' | 'mariadb';
  readonly version: string;
  readonly exists: boolean;
  readonly readOnly: boolean;
  /** Largest statement that the server takes. */
  readonly maxAllowedPacketBytes: number;
  /** Without our own book-keeping. */
  readonly tables: readonly TableFacts[];
  readonly columns: readonly ColumnFacts[];
  /** Tables that a dump by --single-transaction does not freeze. */
  readonly nonInnoDb: readonly string[];
  /** What this version cannot put back: `view v`, `trigger t`, `procedure p`, `event e`, `foreign key f of t`, `check c of t`, `float column c of t` where t has no primary key; on MariaDB `generated column c of t`, `system versioned t`, `sequence s`. */
  readonly unsupported: readonly string[];
  /** Tables of FATE in the same database (KubeFATE): they are backed up and put back with it. */
  readonly fateTables: readonly string[];
}

/** Reads the facts of MYSQL_DB. Throws DATABASE_LOST and DATABASE_FAILED. */
export async function inspectDatabase(db: Database): Promise<DatabaseFacts> {
  const [server] = await db.query('SELECT @@GLOBAL.read_only AS readOnly, @@max_allowed_packet AS packet');
  const rows = await db.query(
    'SELECT TABLE_NAME AS name, TABLE_TYPE AS type, ENGINE AS engine, TABLE_ROWS AS n, DATA_LENGTH + INDEX_LENGTH AS size FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? ORDER BY TABLE_NAME',
    [db.name],
  );
  const tables = rows.map(readTable).filter(({ name }) => !isOwnTable(name));
  return {
    flavour: db.flavour,
    version: db.version,
    exists: db.exists,
    readOnly: Number(server?.['readOnly']) === 1,
    maxAllowedPacketBytes: Number(server?.['packet']),
    tables,
    columns: await columnFacts(db, db.name),
    nonInnoDb: tables.filter(({ type, engine }) => type === 'table' && engine !== 'InnoDB').map(({ name }) => name),
    unsupported: await unsupportedObjects(db, db.name),
    fateTables: tables.filter(({ name }) => /^(t_|componentsummary$|tracking)/.test(name)).map(({ name }) => name),
  };
}

/** The columns of every table of a schema, without our own book-keeping. */
export async function columnFacts(db: Database, schema: string): Promise<ColumnFacts[]> {
  const rows = await db.query(
    'SELECT TABLE_NAME AS tableName, COLUMN_NAME AS name, COLUMN_TYPE AS type, IS_NULLABLE AS nullable FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ? ORDER BY TABLE_NAME, ORDINAL_POSITION',
    [schema],
  );
  const columns = rows.map((row) => ({
    table: String(row['tableName']),
    column: String(row['name']),
    type: String(row['type']),
    nullable: row['nullable'] === 'YES',
  }));
  return columns.filter(({ table }) => !isOwnTable(table));
}

function readTable(row: Readonly<Record<string, unknown>>): TableFacts {
  return {
    name: String(row['name']),
    type: row['type'] === 'VIEW' ? 'view' : 'table',
    engine: String(row['engine'] ?? ''),
    rows: Number(row['n'] ?? 0),
    sizeBytes: Number(row['size'] ?? 0),
  };
}
