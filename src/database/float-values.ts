// FLOAT columns in a dump. A dump program writes six digits of a FLOAT, where up to nine are needed to get the same value back;
// so the values that six digits do not give are written once more, as statements at the end of the dump.

import type { Database, Row } from './database.ts';
import { quoteName, quoteTable } from './names.ts';

interface KeyColumn {
  readonly name: string;
  /** How its values are read and written: a number, a text of a date, or bytes in a character set (empty: binary). */
  readonly form: 'number' | 'date' | { readonly charset: string };
}

export interface FloatTable {
  readonly name: string;
  readonly columns: readonly string[];
  /** The primary key; undefined where there is none by which a row can be named. */
  readonly key: readonly KeyColumn[] | undefined;
}

const rowsAtOnce = 10_000;

/** Tables with FLOAT columns. */
export async function floatTables(db: Database, schema: string): Promise<FloatTable[]> {
  const rows = await db.query(
    "SELECT TABLE_NAME AS owner, COLUMN_NAME AS name FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ? AND DATA_TYPE = 'float' AND COALESCE(GENERATION_EXPRESSION, '') = '' ORDER BY TABLE_NAME, ORDINAL_POSITION",
    [schema],
  );
  const names = new Set(rows.map((row) => String(row['owner'])));
  const tables: FloatTable[] = [];
  for (const name of names) {
    const columns = rows.filter((row) => row['owner'] === name).map((row) => String(row['name']));
    tables.push({ name, columns, key: await primaryKey(db, schema, name) });
  }
  return tables;
}

/** The statements that give the FLOAT columns of some tables the very values of now, each on a line. */
export async function* exactFloats(db: Database, schema: string, names: readonly string[]): AsyncGenerator<string> {
  for (const table of await floatTables(db, schema)) {
    if (table.key && names.includes(table.name)) yield* exactRows(db, schema, { ...table, key: table.key });
  }
}

async function* exactRows(
  db: Database,
  schema: string,
  { name, columns, key }: FloatTable & { readonly key: readonly KeyColumn[] },
): AsyncGenerator<string> {
  const order = key.map((column) => quoteName(column.name)).join(', ');
  const fields = [
    ...key.map((column, index) => `${readKey(column)} AS k${index}`),
    // The sum is a DOUBLE, of which the server shows every digit.
    ...columns.flatMap((column, index) => [
      `CAST(${quoteName(column)} AS CHAR) AS t${index}`,
      `CAST(${quoteName(column)} + 0e0 AS CHAR) AS x${index}`,
    ]),
  ];
  const kept = await updatedByItself(db, schema, name);
  for (let offset = 0; ; offset += rowsAtOnce) {
    const rows = await db.query(
      `SELECT ${fields.join(', ')} FROM ${quoteTable(schema, name)} ORDER BY ${order} LIMIT ${rowsAtOnce} OFFSET ${offset}`,
    );
    for (const row of rows) {
      const exact = columns.flatMap((column, index) => assignment(column, row[`t${index}`], row[`x${index}`]));
      if (exact.length === 0) continue;
      const values = [...exact, ...kept.map((column) => `${column} = ${column}`)].join(', ');
      const where = key.map((column, index) => `${quoteName(column.name)} = ${writeKey(column, row[`k${index}`])}`);
      yield `UPDATE ${quoteName(name)} SET ${values} WHERE ${where.join(' AND ')};\n`;
    }
    if (rows.length < rowsAtOnce) return;
  }
}

/** Empty when the value that the dump shows is read back as the same FLOAT. */
function assignment(column: string, shown: unknown, exact: unknown): string[] {
  if (shown === null || Math.fround(Number(shown)) === Number(exact)) return [];
  const text = String(exact);
  return [`${quoteName(column)} = ${/e/i.test(text) ? text : `${text}e0`}`];
}

function readKey({ name, form }: KeyColumn): string {
  return typeof form === 'object' ? `HEX(${quoteName(name)})` : `CAST(${quoteName(name)} AS CHAR)`;
}

function writeKey({ form }: KeyColumn, value: unknown): string {
  if (form === 'number') return String(value);
  if (form === 'date') return `'${String(value)}'`;
  const bytes = String(value) === '' ? "''" : `0x${String(value)}`;
  return form.charset === '' ? bytes : `_${form.charset} ${bytes}`;
}

const numbers = new Set(['tinyint', 'smallint', 'mediumint', 'int', 'bigint', 'decimal', 'year']);
const dates = new Set(['date', 'datetime', 'time']);
const texts = new Set(['char', 'varchar', 'tinytext', 'text', 'mediumtext', 'longtext']);
const bytes = new Set(['binary', 'varbinary', 'tinyblob', 'blob', 'mediumblob', 'longblob']);

async function primaryKey(db: Database, schema: string, table: string): Promise<KeyColumn[] | undefined> {
  const rows = await db.query(
    "SELECT s.COLUMN_NAME AS name, c.DATA_TYPE AS type, c.CHARACTER_SET_NAME AS charset FROM information_schema.STATISTICS s JOIN information_schema.COLUMNS c ON c.TABLE_SCHEMA = s.TABLE_SCHEMA AND c.TABLE_NAME = s.TABLE_NAME AND c.COLUMN_NAME = s.COLUMN_NAME WHERE s.TABLE_SCHEMA = ? AND s.TABLE_NAME = ? AND s.INDEX_NAME = 'PRIMARY' ORDER BY s.SEQ_IN_INDEX",
    [schema, table],
  );
  const key = rows.map(keyColumn);
  return key.length > 0 && key.every((column) => column !== undefined) ? key : undefined;
}

function keyColumn(row: Row): KeyColumn | undefined {
  const name = String(row['name']);
  const type = String(row['type']).toLowerCase();
  if (numbers.has(type)) return { name, form: 'number' };
  if (dates.has(type)) return { name, form: 'date' };
  if (texts.has(type)) return { name, form: { charset: String(row['charset']) } };
  return bytes.has(type) ? { name, form: { charset: '' } } : undefined;
}

/** Columns that the server would set to the time of now when it sees an UPDATE. */
async function updatedByItself(db: Database, schema: string, table: string): Promise<string[]> {
  const rows = await db.query(
    "SELECT COLUMN_NAME AS name FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? AND EXTRA LIKE '%on update%'",
    [schema, table],
  );
  return rows.map((row) => quoteName(String(row['name'])));
}
