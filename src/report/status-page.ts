// What `status` has found, as a page.

import type { DatabaseStatus, DumpStatus, FateFlowStatus, NodeStatus, RunStatus, Status } from '../engine/status.ts';
import { bytesText } from './units.ts';

/** The lines of the page, indented below the heading of the result. */
export function statusLines({ nodes, fateFlow, database, runs, dumps }: Status): string[] {
  return [
    '',
    '  nodes',
    ...nodeLines(nodes),
    ...(fateFlow ? ['', fateFlowLine(fateFlow)] : []),
    ...(database ? ['', ...databaseLines(database)] : []),
    ...(runs.length > 0 ? ['', '  runs, the last one first', ...runs.flatMap(runLines)] : []),
    ...(dumps.length > 0 ? ['', '  database backups in STATE_DIR', ...dumps.map(dumpLine)] : []),
    '',
  ];
}

function nodeLines(nodes: readonly NodeStatus[]): string[] {
  const rows = nodes.map(({ host, role, version, running, problem }) => [
    host,
    role,
    version,
    problem ?? (running.length > 0 ? `runs ${running.join(', ')}` : 'runs nothing'),
  ]);
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  return nodes.flatMap(({ lockedBy }, index) => [
    `    ${(rows[index] ?? []).map((cell, column) => cell.padEnd(width(column))).join('  ')}`.trimEnd(),
    ...(lockedBy === undefined ? [] : [`      locked by ${lockedBy}`]),
  ]);
}

function fateFlowLine({ host, runs, problem }: FateFlowStatus): string {
  return `  fate_flow on ${host}: ${problem ?? (runs ? 'runs' : 'does not run')}`;
}

function databaseLines({ name, level, lockedBy, asideTables }: DatabaseStatus): string[] {
  return [
    `  database ${name}: schema ${level}`,
    ...(lockedBy === undefined ? [] : [`    locked by ${lockedBy}`]),
    ...(asideTables > 0 ? [`    ${asideTables} tables that recover has replaced are kept (prune removes them)`] : []),
  ];
}

const stateWords: Record<RunStatus['state'], string> = {
  open: 'unfinished: run upgrade again, or recover',
  finished: 'finished',
  recovering: 'being undone: run recover again',
  recovered: 'undone',
};

function runLines({ run, from, to, state, hosts, statements, ...held }: RunStatus): string[] {
  const holding: readonly (readonly [string, readonly string[]])[] = [
    ['new folders staged on', state === 'open' ? held.staged : []],
    ['old folders kept on', held.backup],
    ['new folders that were taken back kept on', held.replaced],
    ['copies of the database backup on', held.databaseCopies],
  ];
  return [
    `    ${run}  ${from} -> ${to}  ${hosts.length} nodes  ${stateWords[state]}`,
    ...(statements ? [`      ${statements.done} of ${statements.count} statements done`] : []),
    ...holding.flatMap(([what, names]) => (names.length > 0 ? [`      ${what} ${names.join(', ')}`] : [])),
  ];
}

function dumpLine({ run, database, bytes, createdAt, proven }: DumpStatus): string {
  return `    ${run}  ${database}  ${bytesText(bytes)}  ${createdAt}  ${proven ? 'proven' : 'not proven'}`;
}
