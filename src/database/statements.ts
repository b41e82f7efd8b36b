// A statement file as people write it, parsed into the statements that the server gets.
//
// The splitter library knows MySQL's DELIMITER; it gets a text in which comments are blank and strings are filled, because it takes
// no `#` comments and takes `5--1` for the start of one. Positions stay those of the file.

import { mysqlSplitterOptions, splitQuery } from 'dbgate-query-splitter';
import type { Finding } from '../engine/errors.ts';
import { throwFindings } from '../engine/errors.ts';
import { sha256 } from './names.ts';
import { maskSql, scanSql } from './sql-text.ts';
import { kindOf, objectionTo, type StatementKind } from './statement-rules.ts';

export type { StatementKind } from './statement-rules.ts';

export interface Statement {
  /** From 1. */
  readonly index: number;
  /** What the server gets: the text of the file without the delimiter, and without the name of MYSQL_DB before table names. */
  readonly sql: string;
  readonly file: string;
  /** Where it begins in the file, from 1. */
  readonly line: number;
  readonly column: number;
  /** SHA-256 over the statement without comments and with single blanks: changes only when the meaning may. */
  readonly hash: string;
  /** `ddl` commits by itself, `dml` runs in a transaction, `other` changes no data and runs again whenever a run is resumed. */
  readonly kind: StatementKind;
}

interface Piece {
  readonly start: number;
  readonly end: number;
}

/**
 * Parses a statement file. `use` of `database` is accepted and dropped, and so is its name before a table's name, so that the
 * statements also run on a copy. Throws SQL_INVALID with every finding, each with file:line:column, the line and a caret.
 */
export function parseStatements(text: string, file: string, database?: string): Statement[] {
  const source = text.replace(/^\uFEFF/, '');
  const findings: Finding[] = [];
  const object = (position: number, problem: string) => findings.push(findingAt(source, position, file, problem));

  for (const { position, problem } of textProblems(source)) object(position, problem);
  const code = maskSql(source, { directives: 'open', names: 'keep' });
  const statements: Statement[] = [];
  for (const whole of findings.length ? [] : splitPieces(source)) {
    const piece = dropUse(code, whole, database, object);
    if (!piece) continue;
    const objection = objectionTo(code.slice(piece.start, piece.end));
    if (objection) object(piece.start + objection.offset, objection.problem);
    const sql = dropQualifier(source.slice(piece.start, piece.end), database);
    const { line, column } = lineAndColumn(source, piece.start);
    const kind = kindOf(code.slice(piece.start, piece.end)) ?? 'other';
    statements.push({ index: statements.length + 1, sql, file, line, column, hash: hashOf(sql), kind });
  }
  if (statements.length === 0 && findings.length === 0) object(0, 'The file holds no statement.');
  throwFindings(findings);
  return statements;
}

/** The line of `text` at `position` with a caret under it, on two indented lines. */
export function caretLines(text: string, position: number): string {
  const start = text.lastIndexOf('\n', position - 1) + 1;
  const end = text.indexOf('\n', position);
  const line = text.slice(start, end === -1 ? text.length : end).replace(/\r$/, '');
  const indent = line.slice(0, position - start).replace(/[^\t]/g, ' ');
  return `\n  ${line}\n  ${indent}^\n `;
}

/** Names that stand before a dot in a statement: databases, tables or aliases. Lower case, without backticks. */
export function qualifiersOf(sql: string): Set<string> {
  const code = maskSql(sql, { directives: 'open', names: 'keep' });
  const names = [...code.matchAll(/(`(?:[^`]|``)+`|[\w$\u0080-\uFFFF]+)\s*\.\s*(?=[`*\w$\u0080-\uFFFF])/g)];
  return new Set(names.map(([, name]) => plainName(name ?? '').toLowerCase()));
}

/** Every word and every quoted name of a statement, in lower case. */
export function identifiersOf(sql: string): Set<string> {
  const code = maskSql(sql, { directives: 'open', names: 'keep' });
  const names = code.match(/`(?:[^`]|``)+`|[\w$\u0080-\uFFFF]+/g) ?? [];
  return new Set(names.map((name) => plainName(name).toLowerCase()));
}

function textProblems(source: string): { position: number; problem: string }[] {
  const problems: { position: number; problem: string }[] = [];
  const nul = source.indexOf('\0');
  if (nul !== -1) problems.push({ position: nul, problem: 'A NUL character was found. The file must be UTF-8 text.' });
  const open = scanSql(source).find((segment) => !segment.closed);
  if (open) problems.push({ position: open.start, problem: `${describeOpen(open.kind)} begins here and never ends.` });
  const code = maskSql(source, { directives: 'fill', names: 'fill' });
  for (const match of code.matchAll(/\\(.?)/g)) {
    const problem = `\\${match[1]} is a command of the mysql client, not SQL. Remove it.`;
    problems.push({ position: match.index, problem });
  }
  for (const match of code.matchAll(/^[ \t]*delimiter\b[ \t]*([^\r\n]*)/gim)) {
    if (/^\S+[ \t]*$/.test(match[1] ?? '') && !/['"`]/.test(match[1] ?? '')) continue;
    problems.push({ position: match.index, problem: 'DELIMITER needs one word without quotes after it.' });
  }
  return problems;
}

function describeOpen(kind: string): string {
  if (kind === 'string') return 'A string';
  return kind === 'name' ? 'A name in backticks' : 'A comment';
}

function splitPieces(source: string): Piece[] {
  const masked = maskSql(source, { directives: 'fill', names: 'fill' });
  const options = {
    ...mysqlSplitterOptions,
    doubleDashComments: false,
    multilineComments: false,
    returnRichInfo: true,
  };
  const items = splitQuery(masked, options) as Extract<ReturnType<typeof splitQuery>[number], object>[];
  return items.map(({ trimStart, trimEnd, start, end }) => ({
    start: (trimStart ?? start).position,
    end: (trimEnd ?? end).position,
  }));
}

/** The mysql client takes `use` without a semicolon up to the end of the line. */
function dropUse(
  code: string,
  piece: Piece,
  database: string | undefined,
  object: (position: number, problem: string) => void,
): Piece | undefined {
  const match = /^use\b[ \t]*([^\r\n]*)(?:\r?\n\s*)?/i.exec(code.slice(piece.start, piece.end));
  if (!match) return piece;
  const name = plainName((match[1] ?? '').trim());
  if (database === undefined || name.toLowerCase() !== database.toLowerCase()) {
    object(piece.start, `\`use ${name}\` leaves the database${database ? ` ${database} (MYSQL_DB)` : ''}. Remove it.`);
  }
  const start = piece.start + match[0].length;
  return start < piece.end ? dropUse(code, { start, end: piece.end }, database, object) : undefined;
}

function dropQualifier(sql: string, database: string | undefined): string {
  if (database === undefined) return sql;
  const code = maskSql(sql, { directives: 'open', names: 'keep' });
  const name = database.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const qualifier = new RegExp(`(?<![\\w$\`.@])(?:\`${name}\`|${name})\\s*\\.\\s*(?=[\`\\w$\\u0080-\\uFFFF])`, 'gi');
  let result = '';
  let position = 0;
  for (const match of code.matchAll(qualifier)) {
    result += sql.slice(position, match.index);
    position = match.index + match[0].length;
  }
  return result + sql.slice(position);
}

function plainName(name: string): string {
  return name.startsWith('`') ? name.slice(1, -1).replaceAll('``', '`') : name;
}

function hashOf(sql: string): string {
  let text = '';
  for (const { kind, start, end } of scanSql(sql)) {
    const part = sql.slice(start, end);
    const plain = kind === 'comment' ? ' ' : kind === 'code' ? part.replace(/\s+/g, ' ') : part;
    text += text.endsWith(' ') ? plain.replace(/^ /, '') : plain;
  }
  return sha256(text.trim());
}

function findingAt(source: string, position: number, file: string, problem: string): Finding {
  const { line, column } = lineAndColumn(source, position);
  return { code: 'SQL_INVALID', where: `${file}:${line}:${column}`, found: problem + caretLines(source, position) };
}

function lineAndColumn(source: string, position: number): { line: number; column: number } {
  const before = source.slice(0, position);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: position - lineStart + 1 };
}
