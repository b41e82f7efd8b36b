// What an upgrade would do, as sections of a page.

import type { Plan, PlannedFiles, PlannedNode } from '../engine/plan.ts';
import { sayIn } from '../messages/phrases.ts';
import { type Html, html } from './html.ts';
import { allOf, folded, plural, section } from './html-parts.ts';
import { folderOf, roomText, serviceCommands } from './plan-page.ts';
import { bytesText, durationText } from './units.ts';

// The page is in English.
const say = sayIn('en');

export function planSections(plan: Plan): readonly (Html | undefined)[] {
  if (plan.action === 'finish-recovery') return [];
  return plan.action === 'nothing' ? [] : [filesSection(plan), transferSection(plan), servicesSection(plan)];
}

function filesSection({ groups }: Plan): Html | undefined {
  if (groups.length === 0) return undefined;
  return section('files', 'Files', groups.map(filesOf));
}

function filesOf({ hosts, added, changed, removed, notes }: PlannedFiles): Html {
  const folders = [...new Set([...added, ...changed, ...removed].map(folderOf))].sort();
  return html`<div class="group"><p>On ${allOf(hosts)}: <strong>${added.length}</strong> added, <strong>${changed.length}</strong> changed, <strong>${removed.length}</strong> removed.</p>
${folders.map((folder) => folderOfGroup(folder, { added, changed, removed }))}
${notes.length > 0 ? html`<ul class="plain">${notes.map((note) => html`<li>${note}</li>`)}</ul>` : undefined}</div>`;
}

// JSON has them all.
const namedPaths = 1000;

function folderOfGroup(folder: string, lists: Pick<PlannedFiles, 'added' | 'changed' | 'removed'>): Html {
  const inside = (paths: readonly string[], kind: string, sign: string) =>
    paths.filter((path) => folderOf(path) === folder).map((path) => ({ kind, line: `${sign} ${path}` }));
  const lines = [
    ...inside(lists.added, 'added', '+'),
    ...inside(lists.changed, 'same', '~'),
    ...inside(lists.removed, 'removed', '-'),
  ];
  const more = lines.length - namedPaths;
  const text = lines.slice(0, namedPaths).map(({ kind, line }) => html`<span class="${kind}">${line}</span>`);
  return folded(
    html`<code>${folder}</code> <span class="quiet">${plural(lines.length, 'file')}</span>`,
    html`<pre class="diff">${text}</pre>${more > 0 ? html`<p class="quiet">And ${more} more; OUTPUT=json names them all.</p>` : undefined}`,
  );
}

function transferSection({ nodes, pipelines, state }: Plan): Html | undefined {
  if (nodes.length === 0) return undefined;
  const groups = Map.groupBy(nodes, ({ send, disk, unchanged, switchBegun }) =>
    nodes.length <= 12
      ? ''
      : JSON.stringify([send, unchanged, switchBegun, bytesText(disk.neededBytes), disk.freeBytes === undefined]),
  );
  const rows = nodes.length <= 12 ? nodes.map((node) => [node]) : [...groups.values()];
  return section(
    'transfer',
    'What is sent, and room',
    html`<table class="stacked"><thead><tr><th scope="col">Node</th><th scope="col">Sent</th><th scope="col">Stays</th><th scope="col">Disk</th></tr></thead><tbody>${rows.map(transferRow)}</tbody></table>`,
    pipelines.map((names) => html`<p class="quiet">Passed on from node to node: ${allOf(names, 12)}</p>`),
    html`<p class="quiet">STATE_DIR: ${roomText(state, say)}.</p>`,
  );
}

function transferRow(group: readonly PlannedNode[]): Html | undefined {
  const tightest = group.toSorted(
    (left, right) => (left.disk.freeBytes ?? Infinity) - (right.disk.freeBytes ?? Infinity),
  );
  const [first] = tightest;
  if (!first) return undefined;
  const { send, switchBegun, unchanged, disk } = first;
  const sent = switchBegun ? 'switch has begun' : `${plural(send.files, 'file')}, ${bytesText(send.bytes)}`;
  return html`<tr><th scope="row">${allOf(
    group.map(({ host }) => host),
    1,
  )}</th><td>${sent}</td><td>${plural(unchanged, 'file')}</td><td>${roomText(disk, say)}</td></tr>
`;
}

function servicesSection(plan: Plan): Html | undefined {
  const commands = serviceCommands(plan);
  if (commands.length === 0) return undefined;
  const { expectedMs, servicesMs, databaseMs } = plan.downtime;
  return section(
    'services',
    'Services',
    html`<p class="quiet">Expected downtime about ${durationText(expectedMs)}: services ${durationText(servicesMs)}, database ${durationText(databaseMs)}. In this order:</p>`,
    html`<ol class="commands">${commands.map(({ command, hosts }) => html`<li><code>${command}</code> <span class="quiet">on ${allOf(hosts)}</span></li>`)}</ol>`,
  );
}
