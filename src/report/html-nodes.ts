// Versions before and after on every node, and of the database. Nodes that are alike share a line.

import type { DatabaseResult, NodeResult, Result } from '../engine/events.ts';
import type { Plan } from '../engine/plan.ts';
import { type Content, type Html, html } from './html.ts';
import { allOf, outcomeMark, plural, section } from './html-parts.ts';

/** So many nodes are shown one by one, however alike they are. */
const fewNodes = 12;

/** Nodes by what is alike of them, in their order; each on its own where there are few. Those that are named stay on their own. */
export function alikeNodes(
  nodes: readonly NodeResult[],
  single: ReadonlySet<string> = new Set(),
  few = fewNodes,
): NodeResult[][] {
  if (nodes.length <= few) return nodes.map((node) => [node]);
  const keyOf = ({ host, role, before, after, outcome }: NodeResult) =>
    JSON.stringify(single.has(host) ? [host] : [role, before, after, outcome]);
  return [...Map.groupBy(nodes, keyOf).values()].toSorted((left, right) => rank(left) - rank(right));
}

// What is on its own is what one looks for.
function rank(group: readonly NodeResult[]): number {
  return group.length === 1 ? 0 : 1;
}

export function versionsSection({ nodes, database, plan }: Result): Html | undefined {
  if (nodes.length === 0 && !database) return undefined;
  const [before, after] = plan ? ['Now', 'Then'] : ['Before', 'After'];
  const outcome = plan ? undefined : html`<th scope="col">Outcome</th>`;
  return section(
    'versions',
    'Versions',
    html`<table class="versions stacked">
<thead><tr><th scope="col">Where</th><th scope="col">${before}</th><th scope="col">${after}</th>${outcome}</tr></thead>
<tbody>${alikeNodes(nodes).map((group) => nodeRow(group, plan !== undefined))}${database ? databaseRow(database, plan) : undefined}</tbody></table>`,
  );
}

// A plan has no outcome to tell of a node.
function nodeRow(group: readonly NodeResult[], isPlan: boolean): Html | undefined {
  const [first] = group;
  if (!first) return undefined;
  const names = group.map(({ host }) => host);
  return row(allOf(names, 1), first.role, [first.before, first.after, ...(isPlan ? [] : [outcomeMark(first.outcome)])]);
}

function databaseRow({ name, before, after, outcome }: DatabaseResult, plan: Plan | undefined): Html {
  const label = html`<span class="name">${name}</span>`;
  if (!plan) return row(label, 'database schema', [before, after, outcomeMark(outcome)]);
  return row(label, 'database schema', [before, `after ${plural(toBeRun(plan), 'statement')}`]);
}

/** Statements of a plan that are still to be run. */
export function toBeRun({ database }: Plan): number {
  return database?.statements.filter(({ state }) => state !== 'done').length ?? 0;
}

function row(name: Content, kind: string, cells: readonly Content[]): Html {
  return html`<tr><th scope="row">${name} <span class="kind">${kind}</span></th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>
`;
}
