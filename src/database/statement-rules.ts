// Which statements a migration may hold, and how each kind behaves when a run is interrupted.

export type StatementKind = 'ddl' | 'dml' | 'other';

/** What speaks against a statement: an offset into its text, and the reason. */
export interface Objection {
  readonly offset: number;
  readonly problem: string;
}

const kinds: ReadonlyMap<string, StatementKind> = new Map([
  // A CALL may hold anything, so it is treated like the worst of it: it commits by itself.
  ...['create', 'alter', 'drop', 'rename', 'truncate', 'analyze', 'optimize', 'repair', 'call'].map(
    (word) => [word, 'ddl'] as const,
  ),
  ...['insert', 'update', 'delete', 'replace', 'with'].map((word) => [word, 'dml'] as const),
  ...['select', 'show', 'set', 'do', 'describe', 'desc', 'explain', 'check', 'checksum', 'table', 'values'].map(
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
const server = 'It changes more than the database, so it cannot be tried on a copy nor be taken back.';
const hidden = 'What it runs cannot be seen beforehand. Write the statement itself, or a procedure.';

const rules: readonly (readonly [RegExp, string])[] = [
  [/^(?:start\s+transaction|begin|commit|rollback|savepoint|release\s+savepoint|xa)\b/i, transaction],
  [/^set\b[^;]*\bautocommit\b/i, transaction],
  [/^(?:un)?lock\b/i, lock],
  [/\b(?:get_lock|release_lock|release_all_locks)\s*\(/i, lock],
  [/^(?:create|drop|alter)\s+(?:database|schema|user|role|server|tablespace|undo|logfile|resource)\b/i, server],
  [
    /^(?:grant|revoke|kill|shutdown|restart|flush|reset|purge|install|uninstall|change|stop|start|clone|import)\b/i,
    server,
  ],
  [/^set\s+(?:global|persist|persist_only|password|role|default\s+role|@@(?:global|persist|persist_only)\.)/i, server],
  [/^set\b.*[\s,](?:global|persist|persist_only)\s/is, server],
  [
    /^set\b.*\b(?:sql_mode|sql_log_bin|lock_wait_timeout|time_zone)\b/is,
    'The run sets this itself, so that every run works alike.',
  ],
  [/^(?:execute|deallocate)\b|\bprepare\s+\S+\s+from\b/i, hidden],
  [/^load\b|\binto\s+(?:outfile|dumpfile)\b|\bload_file\s*\(/i, 'It reads or writes files of the server.'],
  [/^create\s+(?:or\s+replace\s+)?temporary\b/i, 'A temporary table is lost when a run is resumed.'],
  [/\beggroll_upgrade_/i, 'Names that begin with eggroll_upgrade_ are kept for this program.'],
];

/** The kind of a statement by its first word; undefined when the word begins no statement known here. `code` has no comments. */
export function kindOf(code: string): StatementKind | undefined {
  return kinds.get(firstWord(code));
}

/** The first thing that speaks against a statement, or undefined. `code` has no comments, and strings are filled. */
export function objectionTo(code: string): Objection | undefined {
  const offset = code.length - code.trimStart().length;
  const trimmed = code.trimStart();
  const word = firstWord(trimmed);
  if (clientCommands.has(word)) {
    return { offset, problem: `\`${word}\` is a command of the mysql client, not SQL. Remove it.` };
  }
  for (const [pattern, problem] of rules) {
    const match = pattern.exec(trimmed);
    if (match) return { offset: offset + match.index, problem };
  }
  if (!kindOf(trimmed))
    return { offset, problem: `No statement that is known here begins with \`${trimmed.slice(0, 20)}\`.` };
  return undefined;
}

function firstWord(code: string): string {
  return /^[\s(]*([a-z_]+)/i.exec(code)?.[1]?.toLowerCase() ?? '';
}
