// A plan as a page to read before the night of the upgrade.

import type { Plan, PlannedDatabase, PlannedFiles, PlannedNode, Room } from '../engine/plan.ts';
import { type Language, type Say, sayIn, translated } from '../messages/phrases.ts';
import { bytesText, durationText } from './units.ts';
import { displayWidth, padTo } from './width.ts';

/** The lines of the page, indented below the heading of the result. */
export function planLines(plan: Plan, language: Language = 'en'): string[] {
  const say = sayIn(language);
  const { nodes, pipelines, groups, database, downtime, state, steps, hash } = plan;
  if (plan.action === 'finish-recovery') return [];
  const isIdle = plan.action === 'nothing';
  return [
    '',
    ...(isIdle ? [] : [`  ${say('steps')}`, ...stepLines(steps, language), '']),
    `  ${say('nodes')}`,
    ...nodeLines(nodes, say),
    ...pipelines.map((names) => `    ${say('passed on: runner -> {names}', { names: names.join(' -> ') })}`),
    ...(isIdle ? [] : groups.flatMap((group) => ['', ...fileLines(group, say)])),
    ...(database ? ['', ...databaseLines(database, say)] : []),
    ...serviceLines(plan, say),
    '',
    ...(isIdle ? [] : [`  ${downtimeText(downtime, say)}`, `  STATE_DIR: ${roomText(state, say)}`]),
    ...(hash === undefined ? [] : [`  ${say('plan hash {hash}', { hash })}`]),
    '',
  ];
}

function stepLines(steps: readonly string[], language: Language): string[] {
  return steps.map((title, index) => `  ${String(index + 1).padStart(4)}. ${translated(language, title)}`);
}

function downtimeText({ expectedMs, servicesMs, databaseMs }: Plan['downtime'], say: Say): string {
  return say('expected downtime about {time}: services {services}, database {database}', {
    time: durationText(expectedMs),
    services: durationText(servicesMs),
    database: durationText(databaseMs),
  });
}

function nodeLines(nodes: readonly PlannedNode[], say: Say): string[] {
  const rows = nodes.map(({ host, role, before, after, send, disk, switchBegun, unchanged }) => [
    host,
    role,
    before === after ? before : `${before} -> ${after}`,
    switchBegun
      ? say('switch has begun')
      : say('send {files} files, {bytes}', { files: send.files, bytes: bytesText(send.bytes) }),
    say('{count} files stay', { count: unchanged }),
    say('disk: {room}', { room: roomText(disk, say) }),
  ]);
  const width = (column: number) => Math.max(...rows.map((row) => displayWidth(row[column] ?? '')));
  return rows.map((row) => `    ${row.map((cell, column) => padTo(cell, width(column))).join('  ')}`.trimEnd());
}

export function roomText({ neededBytes, freeBytes }: Room, say: Say): string {
  const needed = bytesText(neededBytes);
  if (freeBytes === undefined) return say('{needed} needed, free room unknown', { needed });
  return say('{needed} needed, {free} free', { needed, free: bytesText(freeBytes) });
}

// Of each folder so many paths are named; JSON has them all.
const namedPaths = 20;

function fileLines({ hosts, added, changed, removed, conf, notes }: PlannedFiles, say: Say): string[] {
  const counts = { added: added.length, changed: changed.length, removed: removed.length };
  const folders = [...new Set([...added, ...changed, ...removed].map(folderOf))].sort();
  return [
    `  ${say('files on {hosts}: {added} added, {changed} changed, {removed} removed', { hosts: hosts.join(', '), ...counts })}`,
    ...folders.flatMap((folder) => folderLines(folder, { added, changed, removed }, say)),
    ...conf.flatMap(({ path, diff }) => [
      `    ${say('diff of {path}', { path })}`,
      ...(diff.length > 0 ? diff.map((line) => `      ${line}`) : [`      ${say('no text')}`]),
    ]),
    ...notes.map((note) => `    ${say('note: {note}', { note })}`),
  ];
}

export function folderOf(path: string): string {
  return path.split('/', 1)[0] ?? path;
}

function folderLines(folder: string, changes: Pick<PlannedFiles, 'added' | 'changed' | 'removed'>, say: Say): string[] {
  const marked = (sign: string, paths: readonly string[]) =>
    paths.filter((path) => folderOf(path) === folder).map((path) => `      ${sign} ${path}`);
  const { added, changed, removed } = changes;
  const lines = [...marked('+', added), ...marked('~', changed), ...marked('-', removed)];
  const more = lines.length - namedPaths;
  return [
    `    ${folder}: ${lines.length}`,
    ...lines.slice(0, namedPaths),
    ...(more > 0 ? [`      ${say('and {count} more (OUTPUT=json names them all)', { count: more })}`] : []),
  ];
}

function databaseLines({ name, before, tables, bytes, statements, purge }: PlannedDatabase, say: Say): string[] {
  const count = statements.length;
  return [
    `  ${say('database {name}: schema {level}, {tables} tables, about {bytes}', { name, level: before, tables, bytes: bytesText(bytes) })}`,
    ...(count === 0
      ? [`    ${say('no statements')}`]
      : statements.map(
          ({ index, from, sql, state }) =>
            `    ${say('{index} of {count}, {state}', { index, count, state: say(stateWords[state]) })} (${from}): ${oneLine(sql)}`,
        )),
    ...(purge.length > 0 ? [`    ${say('purge of {tables}', { tables: purge.join(', ') })}`] : []),
  ];
}

const stateWords = { pending: 'pending', begun: 'begun', done: 'done' } as const;

function oneLine(sql: string): string {
  const line = sql.replace(/\s+/g, ' ').trim();
  return line.length <= 200 ? line : `${line.slice(0, 199)}…`;
}

function serviceLines(plan: Pick<Plan, 'nodes' | 'fateFlow'>, say: Say): string[] {
  const lines = serviceCommands(plan).map(
    ({ command, hosts }) => `    ${command}  ${say('on {hosts}', { hosts: hosts.join(', ') })}`,
  );
  return lines.length > 0 ? ['', `  ${say('services, in this order')}`, ...lines] : [];
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
