// A statement file as people write it, parsed into the statements that the server gets.
//
// The splitter library knows MySQL's DELIMITER; it gets a text in which comments are blank and strings are filled, because it takes
// no `#` comments and takes `5--1` for the start of one. Positions stay those of the file.

import { mysqlSplitterOptions, splitQuery } from 'dbgate-query-splitter';
import type { Finding } from '../engine/errors.ts';
import { throwFindings } from '../engine/errors.ts';
import { sha256 } from './names.ts';
import { deepestDirective, maskSql, scanSql } from './sql-text.ts';
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
  readonly kind: StatementKind;
}

interface Piece {
  readonly start: number;
  readonly end: number;
}

/**
 * Parses a statement file. `use` of `database`, in its very spelling, is accepted and dropped, and so is its name before a table's name, so that the
 * statements also run on a copy. Throws SQL_INVALID with every finding (of more than 50 the first),
 * each with file:line:column, the line and a caret.
 */
export function parseStatements(text: string, file: string, database?: string): Statement[] {
  const source = text.replace(/^\uFEFF/, '');
  const findings: Finding[] = [];
  let unnamed = 0;
  const lineStarts = lineStartsOf(source);
  const object = (position: number, problem: string) => {
    // A file that is no SQL at all has a problem everywhere.
    if (findings.length >= mostFindings) {
      unnamed += 1;
      return;
    }
    const { line, column } = lineAndColumn(lineStarts, position);
    const found = printable(problem) + caretLines(source, position);
    findings.push({ code: 'SQL_INVALID', where: `${file}:${line}:${column}`, found });
  };

  const throwAll = () => {
    const more = { code: 'SQL_INVALID', where: file, found: `${unnamed} more problems were found.` } as const;
    throwFindings(unnamed > 0 ? [...findings, more] : findings);
  };

  for (const { position, problem } of textProblems(source)) object(position, problem);
  throwAll();
  const code = maskSql(source, { directives: 'open', names: 'keep' });
  const statements: Statement[] = [];
  for (const whole of splitPieces(source)) {
    const piece = dropUse(code, whole, database, object);
    if (!piece) continue;
    const objection = objectionTo(code.slice(piece.start, piece.end), source.slice(piece.start, piece.end));
    if (objection) object(piece.start + objection.offset, objection.problem);
    const sql = dropQualifier(source.slice(piece.start, piece.end), database);
    const { line, column } = lineAndColumn(lineStarts, piece.start);
    const kind = kindOf(code.slice(piece.start, piece.end)) ?? 'other';
    statements.push({ index: statements.length + 1, sql, file, line, column, hash: hashOf(sql), kind });
  }
  if (statements.length === 0 && findings.length === 0) object(0, 'The file holds no statement.');
  throwAll();
  return statements;
}

const mostFindings = 50;

const shownBefore = 100;
const shownAfter = 60;

/** The line of `text` at `position` with a caret under it, on two indented lines. Of a long line the part around the caret. */
export function caretLines(text: string, position: number): string {
  const lineStart = position === 0 ? 0 : text.lastIndexOf('\n', position - 1) + 1;
  const lineEnd = text.indexOf('\n', position);
  const start = Math.max(lineStart, position - shownBefore);
  const end = Math.min(lineEnd === -1 ? text.length : lineEnd, position + shownAfter);
  const line = printable(text.slice(start, end).replace(/\r$/, ''));
  const indent = line.slice(0, position - start).replace(/[^\t]/g, ' ');
  return `\n  ${line}\n  ${indent}^\n `;
}

/** A text without what a terminal would act on; tabs stay. */
export function printable(text: string): string {
  return text.replace(/(?!\t)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\uFFFD');
}

/** Names that stand before a dot in a statement: databases, tables or aliases. Lower case, without backticks. */
export function qualifiersOf(sql: string): Set<string> {
  const code = maskSql(sql, { directives: 'open', names: 'keep' });
  const names = new Set<string>();
  let [name, isDotted] = ['', false];
  // Word by word: a pattern for a name and its dot would try every part of a long word, such as the bytes of a BLOB.
  for (const [part] of code.matchAll(/`(?:[^`]|``)*`|[\w$\u0080-\uFFFF]+|\S/g)) {
    if (isDotted && /^[`*\w$\u0080-\uFFFF]/.test(part)) names.add(plainName(name).toLowerCase());
    if (part === '.') isDotted = name !== '' && !isDotted;
    else [name, isDotted] = [/^[`\w$\u0080-\uFFFF]/.test(part) ? part : '', false];
  }
  return names;
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
  if (open)
    problems.push({
      position: open.start,
      problem: `${describeOpen(open.kind)} begins here and never ends${depthOf(open.kind)}.`,
    });
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

function depthOf(kind: string): string {
  return kind === 'directive' ? `, or holds comments in comments more than ${deepestDirective} deep` : '';
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
  let { start } = piece;
  while (start < piece.end) {
    const match = /^use\b[ \t]*([^\r\n]*)(?:\r?\n\s*)?/i.exec(code.slice(start, piece.end));
    if (!match) return { start, end: piece.end };
    const name = plainName((match[1] ?? '').trim());
    if (name !== database) {
      object(
        start,
        `\`use ${name.slice(0, 64)}\` leaves the database${database ? ` ${database} (MYSQL_DB)` : ''}. Remove it.`,
      );
    }
    start += match[0].length;
  }
  return undefined;
}

function dropQualifier(sql: string, database: string | undefined): string {
  if (database === undefined) return sql;
  const code = maskSql(sql, { directives: 'open', names: 'keep' });
  const name = database.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const qualifier = new RegExp(`(?<![\\w$\`.@])(?:\`${name}\`|${name})\\s*\\.\\s*(?=[\`\\w$\\u0080-\\uFFFF])`, 'g');
  let result = '';
  let position = 0;
  for (const match of code.matchAll(qualifier)) {
    result += sql.slice(position, match.index);
    position = match.index + match[0].length;
  }
  return result + sql.slice(position);
}

/** A name without its backticks. */
export function plainName(name: string): string {
  return name.startsWith('`') ? name.slice(1, -1).replaceAll('``', '`') : name;
}

function hashOf(sql: string): string {
  const parts: string[] = [];
  for (const { kind, start, end } of scanSql(sql)) {
    const part = sql.slice(start, end);
    const plain = kind === 'comment' ? ' ' : kind === 'code' ? part.replace(/\s+/g, ' ') : part;
    const rest = parts.at(-1)?.endsWith(' ') ? plain.replace(/^ /, '') : plain;
    if (rest !== '') parts.push(rest);
  }
  return sha256(parts.join('').trim());
}

function lineStartsOf(source: string): number[] {
  return [0, ...[...source.matchAll(/\n/g)].map((match) => match.index + 1)];
}

function lineAndColumn(lineStarts: readonly number[], position: number): { line: number; column: number } {
  let [low, high] = [0, lineStarts.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((lineStarts[middle] ?? 0) <= position) low = middle;
    else high = middle;
  }
  return { line: low + 1, column: position - (lineStarts[low] ?? 0) + 1 };
}
