// A plan as a page to read before the night of the upgrade.

import type { Plan, PlannedDatabase, PlannedFiles, PlannedNode, Room } from '../engine/plan.ts';
import { bytesText, durationText } from './units.ts';

/** The lines of the page, indented below the heading of the result. */
export function planLines(plan: Plan): string[] {
  const { nodes, pipelines, groups, database, downtime, state, steps, hash } = plan;
  if (plan.action === 'finish-recovery') return [];
  const isIdle = plan.action === 'nothing';
  return [
    '',
    ...(isIdle ? [] : ['  steps', ...steps.map((title, index) => `  ${String(index + 1).padStart(4)}. ${title}`), '']),
    '  nodes',
    ...nodeLines(nodes),
    ...pipelines.map((names) => `    passed on: runner -> ${names.join(' -> ')}`),
    ...(isIdle ? [] : groups.flatMap((group) => ['', ...fileLines(group)])),
    ...(database ? ['', ...databaseLines(database)] : []),
    ...serviceLines(plan),
    '',
    ...(isIdle
      ? []
      : [
          `  expected downtime about ${durationText(downtime.expectedMs)}: services ${durationText(downtime.servicesMs)}, database ${durationText(downtime.databaseMs)}`,
          `  STATE_DIR: ${roomText(state)}`,
        ]),
    ...(hash === undefined ? [] : [`  plan hash ${hash}`]),
    '',
  ];
}

function nodeLines(nodes: readonly PlannedNode[]): string[] {
  const rows = nodes.map(({ host, role, before, after, send, disk, switchBegun, unchanged }) => [
    host,
    role,
    before === after ? before : `${before} -> ${after}`,
    switchBegun ? 'switch has begun' : `send ${send.files} files, ${bytesText(send.bytes)}`,
    `${unchanged} files stay`,
    `disk: ${roomText(disk)}`,
  ]);
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  return rows.map((row) => `    ${row.map((cell, column) => cell.padEnd(width(column))).join('  ')}`.trimEnd());
}

export function roomText({ neededBytes, freeBytes }: Room): string {
  return `${bytesText(neededBytes)} needed, ${freeBytes === undefined ? 'free room unknown' : `${bytesText(freeBytes)} free`}`;
}

// Of each folder so many paths are named; JSON has them all.
const namedPaths = 20;

function fileLines({ hosts, added, changed, removed, conf, notes }: PlannedFiles): string[] {
  const counts = `${added.length} added, ${changed.length} changed, ${removed.length} removed`;
  const folders = [...new Set([...added, ...changed, ...removed].map(folderOf))].sort();
  return [
    `  files on ${hosts.join(', ')}: ${counts}`,
    ...folders.flatMap((folder) => folderLines(folder, { added, changed, removed })),
    ...conf.flatMap(({ path, diff }) => [
      `    diff of ${path}`,
      ...(diff.length > 0 ? diff.map((line) => `      ${line}`) : ['      no text']),
    ]),
    ...notes.map((note) => `    note: ${note}`),
  ];
}

export function folderOf(path: string): string {
  return path.split('/', 1)[0] ?? path;
}

function folderLines(folder: string, changes: Pick<PlannedFiles, 'added' | 'changed' | 'removed'>): string[] {
  const marked = (sign: string, paths: readonly string[]) =>
    paths.filter((path) => folderOf(path) === folder).map((path) => `      ${sign} ${path}`);
  const { added, changed, removed } = changes;
  const lines = [...marked('+', added), ...marked('~', changed), ...marked('-', removed)];
  const more = lines.length - namedPaths;
  return [
    `    ${folder}: ${lines.length}`,
    ...lines.slice(0, namedPaths),
    ...(more > 0 ? [`      and ${more} more (OUTPUT=json names them all)`] : []),
  ];
}

function databaseLines({ name, before, tables, bytes, statements, purge }: PlannedDatabase): string[] {
  const count = statements.length;
  return [
    `  database ${name}: schema ${before}, ${tables} tables, about ${bytesText(bytes)}`,
    ...(count === 0
      ? ['    no statements']
      : statements.map(
          ({ index, from, sql, state }) => `    ${index} of ${count}, ${state} (${from}): ${oneLine(sql)}`,
        )),
    ...(purge.length > 0 ? [`    purge of ${purge.join(', ')}`] : []),
  ];
}

function oneLine(sql: string): string {
  const line = sql.replace(/\s+/g, ' ').trim();
  return line.length <= 200 ? line : `${line.slice(0, 199)}…`;
}

function serviceLines(plan: Pick<Plan, 'nodes' | 'fateFlow'>): string[] {
  const lines = serviceCommands(plan).map(({ command, hosts }) => `    ${command}  on ${hosts.join(', ')}`);
  return lines.length > 0 ? ['', '  services, in this order', ...lines] : [];
}

/** A command at a time, on all nodes that it concerns, as services stop and start: fate_flow first, and last. */
export function serviceCommands({
  nodes,
  fateFlow,
}: Pick<Plan, 'nodes' | 'fateFlow'>): { readonly command: string; readonly hosts: readonly string[] }[] {
  const phases = (['stop', 'start'] as const).flatMap((phase) => {
    const commands = [...new Set(nodes.flatMap((node) => node[phase]))];
    return commands.map((command) => {
      const hosts = nodes.filter((node) => node[phase].includes(command)).map(({ host }) => host);
      return { command: `bash ${command}`, hosts };
    });
  });
  const outer = (commands: readonly string[] = []) =>
    commands.map((command) => ({ command: `bash ${command}`, hosts: [fateFlow?.host ?? ''] }));
  return [...outer(fateFlow?.stop), ...phases, ...outer(fateFlow?.start)];
}
