// Which statements a migration may hold, and how each kind behaves when a run is interrupted. Whatever passes here can be tried on a
// copy, can be taken back, and after an interruption can be told whether it has taken effect.

/**
 * `ddl` commits by itself. `dml` runs in a transaction. A `call` may do anything, one thing after the other. A `setting` of the
 * session is made again whenever a run is resumed. `other` reads only.
 */
export type StatementKind = 'ddl' | 'dml' | 'call' | 'setting' | 'other';

/** What speaks against a statement: an offset into its text, and the reason. */
export interface Objection {
  readonly offset: number;
  readonly problem: string;
}

const kinds: ReadonlyMap<string, StatementKind> = new Map([
  ...['create', 'alter', 'drop', 'rename', 'truncate', 'analyze', 'optimize', 'repair'].map(
    (word) => [word, 'ddl'] as const,
  ),
  ...['insert', 'update', 'delete', 'replace', 'with'].map((word) => [word, 'dml'] as const),
  ['call', 'call'],
  ['set', 'setting'],
  ...['select', 'show', 'do', 'describe', 'desc', 'explain', 'check', 'checksum', 'table', 'values'].map(
    (word) => [word, 'other'] as const,
  ),
]);

const clientCommands = new Set(
  (
    'source system charset clear connect edit ego exit go help nopager notee nowarning pager print prompt quit rehash ' +
    'resetconnection status tee warnings query_attributes ssl_session_data_print'
  ).split(' '),
);

const transaction = 'The run makes its own transactions: this statement would break resuming.';
const lock = 'The run holds its own lock: this statement would break it.';
const server =
  'It changes more than tables, indexes and helper procedures of MYSQL_DB, so it cannot be tried on a copy or be taken back.';
const hidden = 'What it runs cannot be seen beforehand. Write the statement itself, or a procedure.';
const oneByOne = 'Interrupted, it could not be told how far it got. Write one statement for each table.';
const untold = 'Interrupted, it could not be told whether it has taken effect.';
const forgotten = 'What it refers to is lost when a run is resumed.';

// `code` has no comments, strings and quoted names are blank between their quotes, and there is no DEFINER.
const rules: readonly (readonly [RegExp, string])[] = [
  [/^(?:start\s+transaction|begin|commit|rollback|savepoint|release\s+savepoint|xa)\b/i, transaction],
  [/^set\b[^;]*\bautocommit\b/i, transaction],
  [/^(?:un)?lock\b/i, lock],
  [/\b(?:get_lock|release_lock|release_all_locks)\s*\(/i, lock],
  [/^create\s+(?:or\s+replace\s+)?temporary\b/i, 'A temporary table is lost when a run is resumed.'],
  [/\bexecute\b|^deallocate\b|\bprepare\s+(?:`[^`]*`|\w+)\s+from\b/i, hidden],
  [/^load\b|\binto\s+(?:outfile|dumpfile)\b|\bload_file\s*\(/i, 'It reads or writes files of the server.'],
  [/(?<!@)@(?!@)/, `A variable of the session: ${forgotten}`],
  [/^(?!create\b).*\b(?:last_insert_id|found_rows|row_count)\s*\(/is, forgotten],
  [/^(?:drop|rename)\s+tables?\b.*,/is, oneByOne],
  [/^alter\b.*\b(?:exchange\s+partition|(?:discard|import)\b.*\btablespace)\b/is, untold],
  [/^create\b.*\btable\b.*\bselect\b/is, 'Write CREATE TABLE and INSERT … SELECT as two statements.'],
  [
    /^(?:grant|revoke|kill|shutdown|restart|flush|reset|purge|install|uninstall|change|stop|start|clone|import)\b/i,
    server,
  ],
  // What is no table, no index and no procedure.
  [/^create\s+(?!\s|(?:or\s+replace\s+)?(?:table|(?:(?:unique|fulltext|spatial)\s+)?index|procedure)\b)/i, server],
  [/^alter\s+(?!\s|(?:online\s+|ignore\s+)*table\b)/i, server],
  [/^drop\s+(?!\s|(?:tables?|index|procedure)\b)/i, server],
  [/^rename\s+(?!\s|tables?\b)/i, server],
];

// Names that hold a table of ours are seen in quotes too.
const ownNames = /\beggroll_upgrade_/i;

const settings =
  'Of the settings of its session a file may make SET NAMES utf8 or utf8mb4, foreign_key_checks, unique_checks, sql_notes and sql_safe_updates; the run makes the others itself, so that every run works alike.';
const namesSetting =
  /^set\s+(?:names|character\s+set|charset)\s+(['"]?)(?:utf8|utf8mb3|utf8mb4|default)\1(?:\s+collate\s+\S+)?\s*$/i;
const flagSetting =
  /^(?:(?:session|local)\s+|@@(?:(?:session|local)\.)?)?(?:foreign_key_checks|unique_checks|sql_notes|sql_safe_updates)\s*:?=\s*(?:[01]|on|off|true|false|default)\s*$/i;

/** The kind of a statement by its first word; undefined when the word begins no statement known here. `code` has no comments. */
export function kindOf(code: string): StatementKind | undefined {
  return kinds.get(firstWord(code));
}

/**
 * The first thing that speaks against a statement, or undefined. `code` has no comments, and strings are blank between their quotes;
 * `text` is the statement as it was written.
 */
export function objectionTo(code: string, text = code): Objection | undefined {
  const offset = code.length - code.trimStart().length;
  const trimmed = code.trimStart();
  const word = firstWord(trimmed);
  if (clientCommands.has(word)) {
    return { offset, problem: `\`${word}\` is a command of the mysql client, not SQL. Remove it.` };
  }
  const plain = withoutDefiner(trimmed.replace(/`(?:[^`]|``)*`/g, blankInside));
  for (const [pattern, problem] of rules) {
    const match = pattern.exec(plain);
    if (match) return { offset: offset + match.index, problem };
  }
  const own = ownNames.exec(trimmed);
  if (own) {
    const problem = 'Names that begin with eggroll_upgrade_ are kept for this program.';
    return { offset: offset + own.index, problem };
  }
  if (word === 'set' && !isAllowedSetting(plain, text)) return { offset, problem: settings };
  if (!kindOf(trimmed))
    return { offset, problem: `No statement that is known here begins with \`${trimmed.slice(0, 20)}\`.` };
  return undefined;
}

function isAllowedSetting(plain: string, text: string): boolean {
  const assignments = plain.replace(/^set\s+/i, '').split(',');
  const outsideDirective = text.trim().replace(/^\/\*M?!\d*\s*|\s*\*\/$/g, '');
  return namesSetting.test(outsideDirective) || assignments.every((assignment) => flagSetting.test(assignment.trim()));
}

function withoutDefiner(code: string): string {
  const name = String.raw`(?:\`[^\`]*\`|'[^']*'|"[^"]*"|[\w$]+)`;
  const definer = new RegExp(String.raw`\bdefiner\s*=\s*${name}(?:\s*@\s*${name}|\s*\(\s*\))?`, 'gi');
  return code.replace(definer, (clause) => ' '.repeat(clause.length));
}

function blankInside(name: string): string {
  return `\`${' '.repeat(name.length - 2)}\``;
}

function firstWord(code: string): string {
  return /^[\s(]*([a-z_]+)/i.exec(code)?.[1]?.toLowerCase() ?? '';
}
