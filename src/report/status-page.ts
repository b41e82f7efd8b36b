// What `status` has found, as a page.

import type { DatabaseStatus, DumpStatus, FateFlowStatus, NodeStatus, RunStatus, Status } from '../engine/status.ts';
import { type Language, type Say, sayIn } from '../messages/phrases.ts';
import { bytesText } from './units.ts';
import { displayWidth, padTo } from './width.ts';

/** The lines of the page, indented below the heading of the result. */
export function statusLines({ nodes, fateFlow, database, runs, dumps }: Status, language: Language = 'en'): string[] {
  const say = sayIn(language);
  return [
    '',
    `  ${say('nodes')}`,
    ...nodeLines(nodes, say),
    ...(fateFlow ? ['', fateFlowLine(fateFlow, say)] : []),
    ...(database ? ['', ...databaseLines(database, say)] : []),
    ...(runs.length > 0
      ? ['', `  ${say('runs, the last one first')}`, ...runs.flatMap((run) => runLines(run, say))]
      : []),
    ...(dumps.length > 0
      ? ['', `  ${say('database backups in STATE_DIR')}`, ...dumps.map((dump) => dumpLine(dump, say))]
      : []),
    '',
  ];
}

function nodeLines(nodes: readonly NodeStatus[], say: Say): string[] {
  const rows = nodes.map(({ host, role, version, running, problem }) => [
    host,
    role,
    version === 'unknown' ? say('unknown') : version,
    problem ?? (running.length > 0 ? say('runs {modules}', { modules: running.join(', ') }) : say('runs nothing')),
  ]);
  const width = (column: number) => Math.max(...rows.map((row) => displayWidth(row[column] ?? '')));
  return nodes.flatMap(({ lockedBy }, index) => [
    `    ${(rows[index] ?? []).map((cell, column) => padTo(cell, width(column))).join('  ')}`.trimEnd(),
    ...(lockedBy === undefined ? [] : [`      ${say('locked by {owner}', { owner: lockedBy })}`]),
  ]);
}

function fateFlowLine({ host, runs, problem }: FateFlowStatus, say: Say): string {
  return `  ${say('fate_flow on {host}: {state}', { host, state: problem ?? say(runs ? 'runs' : 'does not run') })}`;
}

function databaseLines({ name, level, lockedBy, asideTables }: DatabaseStatus, say: Say): string[] {
  return [
    `  ${say('database {name}: schema {level}', { name, level })}`,
    ...(lockedBy === undefined ? [] : [`    ${say('locked by {owner}', { owner: lockedBy })}`]),
    ...(asideTables > 0
      ? [`    ${say('{count} tables that recover has replaced are kept (prune removes them)', { count: asideTables })}`]
      : []),
  ];
}

const stateWords = {
  open: 'unfinished: run upgrade again, or recover',
  finished: 'finished',
  recovering: 'being undone: run recover again',
  recovered: 'undone',
} as const satisfies Record<RunStatus['state'], string>;

type HoldingText =
  | 'new folders staged on {hosts}'
  | 'old folders kept on {hosts}'
  | 'new folders that were taken back kept on {hosts}'
  | 'copies of the database backup on {hosts}';

function runLines({ run, from, to, state, hosts, statements, ...held }: RunStatus, say: Say): string[] {
  const holding: readonly (readonly [HoldingText, readonly string[]])[] = [
    ['new folders staged on {hosts}', state === 'open' ? held.staged : []],
    ['old folders kept on {hosts}', held.backup],
    ['new folders that were taken back kept on {hosts}', held.replaced],
    ['copies of the database backup on {hosts}', held.databaseCopies],
  ];
  return [
    `    ${run}  ${from} -> ${to}  ${say('{count} nodes', { count: hosts.length })}  ${say(stateWords[state])}`,
    ...(statements ? [`      ${say('{done} of {count} statements done', statements)}`] : []),
    ...holding.flatMap(([what, names]) =>
      names.length > 0 ? [`      ${say(what, { hosts: names.join(', ') })}`] : [],
    ),
  ];
}

function dumpLine({ run, database, bytes, createdAt, proven }: DumpStatus, say: Say): string {
  return `    ${run}  ${database}  ${bytesText(bytes)}  ${createdAt}  ${say(proven ? 'proven' : 'not proven')}`;
}
