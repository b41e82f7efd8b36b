// The structure and the content of a schema, each in a form that can be compared.

import type { Database } from './database.ts';
import { isOwnTable, quoteTable, sha256 } from './names.ts';

export interface ColumnStructure {
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
  readonly default: string | null;
  /** `auto_increment`, `on update current_timestamp()`, … in lower case. */
  readonly extra: string;
  readonly collation: string | null;
  readonly expression: string;
}

export interface KeyStructure {
  readonly name: string;
  readonly unique: boolean;
  readonly type: string;
  /** `column` or `column(prefix)`. */
  readonly columns: readonly string[];
}

export interface TableStructure {
  readonly name: string;
  readonly engine: string;
  readonly collation: string;
  readonly columns: readonly ColumnStructure[];
  readonly keys: readonly KeyStructure[];
  /** `name method expression values` of each, in order; none for a table that is not partitioned. */
  readonly partitions: readonly string[];
}

export interface SchemaFingerprint {
  /** SHA-256 over `tables`. */
  readonly hash: string;
  /** By name, without our own book-keeping; and each procedure, as a table `name()` whose engine is its text. */
  readonly tables: readonly TableStructure[];
}

export interface TableContent {
  readonly name: string;
  readonly rows: number;
  /** The server's CHECKSUM TABLE: equal for equal rows in equal columns, whatever their order on disk. */
  readonly checksum: string;
}

/** Reads columns, keys and partitions of every table of a schema, and its procedures, from information_schema. */
export async function schemaFingerprint(db: Database, schema: string): Promise<SchemaFingerprint> {
  const columns = await columnsOf(db, schema);
  const keys = await keysOf(db, schema);
  const partitions = await partitionsOf(db, schema);
  const rows = await db.query(
    "SELECT TABLE_NAME AS name, ENGINE AS engine, TABLE_COLLATION AS collation FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_TYPE = 'BASE TABLE'",
    [schema],
  );
  const tables = rows
    .map((row) => ({
      name: String(row['name']),
      engine: String(row['engine']),
      collation: String(row['collation']),
      columns: columns.get(String(row['name'])) ?? [],
      keys: keys.get(String(row['name'])) ?? [],
      partitions: partitions.get(String(row['name'])) ?? [],
    }))
    .filter(({ name }) => !isOwnTable(name));
  return fingerprintOf([...tables, ...(await proceduresOf(db, schema))]);
}

export function fingerprintOf(tables: readonly TableStructure[]): SchemaFingerprint {
  const sorted = tables.toSorted((a, b) => compareText(a.name, b.name));
  return { hash: sha256(JSON.stringify(sorted)), tables: sorted };
}

/** The name of a table or procedure as a statement has it. */
export function tableOrProcedure(name: string): string {
  return name.replace(/\(\)$/, '');
}

/** Names of tables that exist in one structure only or differ, with what differs. */
export function compareStructures(
  before: readonly TableStructure[],
  after: readonly TableStructure[],
): Map<string, string> {
  const differences = new Map<string, string>();
  const afterByName = new Map(after.map((table) => [table.name, table]));
  for (const table of before) {
    const other = afterByName.get(table.name);
    if (!other) differences.set(table.name, 'is gone');
    else if (JSON.stringify(table) !== JSON.stringify(other)) differences.set(table.name, describeChange(table, other));
  }
  const known = new Set(before.map(({ name }) => name));
  for (const { name } of after) if (!known.has(name)) differences.set(name, 'is new');
  return differences;
}

/** Names of the base tables of a schema, in order; without our own book-keeping unless `own` is true. */
export async function tableNames(db: Database, schema: string, own = false): Promise<string[]> {
  const rows = await db.query(
    "SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_TYPE = 'BASE TABLE'",
    [schema],
  );
  const names = rows.map((row) => String(row['name']));
  return names.filter((name) => own || !isOwnTable(name)).sort(compareText);
}

/** Counts and checksums of every table of a schema, without our own book-keeping. Reads every row. */
export async function dataChecksums(db: Database, schema: string): Promise<TableContent[]> {
  const contents: TableContent[] = [];
  for (const name of await tableNames(db, schema)) {
    const table = quoteTable(schema, name);
    const [count] = await db.query(`SELECT COUNT(*) AS n FROM ${table}`);
    const [checksum] = await db.query(`CHECKSUM TABLE ${table}`);
    contents.push({ name, rows: Number(count?.['n']), checksum: String(checksum?.['Checksum']) });
  }
  return contents;
}

function describeChange(before: TableStructure, after: TableStructure): string {
  const parts = [
    ...listChanges('column', before.columns, after.columns),
    ...listChanges('key', before.keys, after.keys),
    ...(before.partitions.join() === after.partitions.join() ? [] : ['its partitions changed']),
    ...(before.engine === after.engine ? [] : [`engine ${before.engine} became ${after.engine}`]),
    ...(before.collation === after.collation ? [] : [`collation ${before.collation} became ${after.collation}`]),
  ];
  return parts.length ? parts.join(', ') : 'has its columns in another order';
}

function listChanges(what: string, before: readonly { name: string }[], after: readonly { name: string }[]): string[] {
  const find = (list: readonly { name: string }[], name: string) => list.find((item) => item.name === name);
  const changed = before.flatMap((item) => {
    const other = find(after, item.name);
    if (!other) return [`${what} ${item.name} is gone`];
    return JSON.stringify(item) === JSON.stringify(other) ? [] : [`${what} ${item.name} changed`];
  });
  return [...changed, ...after.filter(({ name }) => !find(before, name)).map(({ name }) => `${what} ${name} is new`)];
}

async function columnsOf(db: Database, schema: string): Promise<Map<string, ColumnStructure[]>> {
  const rows = await db.query(
    'SELECT TABLE_NAME AS tableName, COLUMN_NAME AS name, COLUMN_TYPE AS type, IS_NULLABLE AS nullable, COLUMN_DEFAULT AS standard, EXTRA AS extra, COLLATION_NAME AS collation, GENERATION_EXPRESSION AS expression FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ? ORDER BY TABLE_NAME, ORDINAL_POSITION',
    [schema],
  );
  return groupBy(rows, (row) => ({
    name: String(row['name']),
    type: String(row['type']),
    nullable: row['nullable'] === 'YES',
    default: row['standard'] === null ? null : String(row['standard']),
    extra: String(row['extra']).toLowerCase(),
    collation: row['collation'] === null ? null : String(row['collation']),
    expression: String(row['expression'] ?? ''),
  }));
}

async function partitionsOf(db: Database, schema: string): Promise<Map<string, string[]>> {
  const rows = await db.query(
    'SELECT TABLE_NAME AS tableName, PARTITION_NAME AS name, SUBPARTITION_NAME AS sub, PARTITION_METHOD AS method, PARTITION_EXPRESSION AS expression, PARTITION_DESCRIPTION AS description FROM information_schema.PARTITIONS WHERE TABLE_SCHEMA = ? AND PARTITION_NAME IS NOT NULL ORDER BY TABLE_NAME, PARTITION_ORDINAL_POSITION, SUBPARTITION_ORDINAL_POSITION',
    [schema],
  );
  return groupBy(rows, ({ name, sub, method, expression, description }) =>
    [name, sub, method, expression, description].map((part) => String(part ?? '')).join(' '),
  );
}

async function proceduresOf(db: Database, schema: string): Promise<TableStructure[]> {
  const rows = await db.query(
    "SELECT ROUTINE_NAME AS name, ROUTINE_DEFINITION AS text FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = ? AND ROUTINE_TYPE = 'PROCEDURE'",
    [schema],
  );
  return rows.map((row) => ({
    name: `${row['name']}()`,
    engine: String(row['text'] ?? ''),
    collation: '',
    columns: [],
    keys: [],
    partitions: [],
  }));
}

async function keysOf(db: Database, schema: string): Promise<Map<string, KeyStructure[]>> {
  const rows = await db.query(
    "SELECT TABLE_NAME AS tableName, INDEX_NAME AS name, MIN(NON_UNIQUE) AS nonUnique, MIN(INDEX_TYPE) AS type, GROUP_CONCAT(CONCAT(COALESCE(COLUMN_NAME, '(expression)'), IF(SUB_PART IS NULL, '', CONCAT('(', SUB_PART, ')'))) ORDER BY SEQ_IN_INDEX SEPARATOR '\\n') AS columns FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = ? GROUP BY TABLE_NAME, INDEX_NAME ORDER BY TABLE_NAME, INDEX_NAME",
    [schema],
  );
  return groupBy(rows, (row) => ({
    name: String(row['name']),
    unique: Number(row['nonUnique']) === 0,
    type: String(row['type']),
    columns: String(row['columns']).split('\n'),
  }));
}

function groupBy<T>(
  rows: readonly Readonly<Record<string, unknown>>[],
  read: (row: Readonly<Record<string, unknown>>) => T,
) {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const name = String(row['tableName']);
    groups.set(name, [...(groups.get(name) ?? []), read(row)]);
  }
  return groups;
}

/** By code units, so that the order is the same on every server whatever its collation. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
