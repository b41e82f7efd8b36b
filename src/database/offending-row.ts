// Which row a statement stumbled over. The server names a row by its number, or only a value; a person needs to find the row.

import type { Database, Row } from './database.ts';
import { columnFacts } from './inspect.ts';
import { quoteName, quoteTable } from './names.ts';
import { maskSql } from './sql-text.ts';
import { identifiersOf, plainName, printable } from './statements.ts';

/**
 * The row of `schema` at which an ALTER TABLE failed, in words, found by what the server said; undefined when that leads to none.
 * Throws DATABASE_LOST, DATABASE_FAILED.
 */
export async function offendingRow(
  db: Database,
  schema: string,
  sql: string,
  message: string,
): Promise<string | undefined> {
  const name = alteredTable(sql);
  if (!name) return undefined;
  const facts = await columnFacts(db, schema);
  const columns = facts.flatMap(({ table, column }) => (table === name ? [column] : []));
  const named = identifiersOf(sql);
  const touched = columns.filter((column) => named.has(column.toLowerCase()));
  const table = quoteTable(schema, name);

  const at = /for column '?([^']+?)'? at row (\d+)/.exec(message);
  const column = at?.[1]?.split('.').at(-1)?.replaceAll('`', '');
  if (at && column && columns.includes(column)) {
    const [row] = await db.query(`SELECT * FROM ${table} LIMIT ${Number(at[2]) - 1}, 1`);
    return row && describe(name, row, column);
  }
  const value = /value:? '([\s\S]*?)'(?: for |$)/.exec(message)?.[1];
  const condition = value === undefined ? ' IS NULL' : ' = ?';
  if (value === undefined && !/\bNULL\b/.test(message)) return undefined;
  for (const candidate of touched) {
    const where = `WHERE ${quoteName(candidate)}${condition}`;
    const params = value === undefined ? [] : [value];
    const [row] = await db.query(`SELECT * FROM ${table} ${where} LIMIT 1`, params);
    if (row) return describe(name, row, candidate);
  }
  return undefined;
}

const shownColumns = 4;
const shownLength = 40;

/** The column at fault first, then the first others, by which the row can be recognized. */
function describe(table: string, row: Row, column: string): string {
  const others = Object.keys(row).filter((name) => name !== column);
  const parts = [column, ...others].slice(0, shownColumns).map((name) => `${name} = ${shown(row[name])}`);
  return `The row in ${table}: ${parts.join(', ')}.`;
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  const text = printable(value instanceof Date ? value.toISOString() : String(value));
  if (text.length <= shownLength) return `'${text}'`;
  return `'${text.slice(0, shownLength)}…' (${text.length} characters)`;
}

function alteredTable(sql: string): string | undefined {
  const code = maskSql(sql, { directives: 'open', names: 'keep' });
  const match =
    /^\s*alter\s+(?:online\s+|ignore\s+)*table\s+(?:if\s+exists\s+)?(`(?:[^`]|``)+`|[\w$\u0080-\uFFFF]+)/i.exec(code);
  return match?.[1] && plainName(match[1]);
}
