// Versions before and after on every node, and of the database. Nodes that are alike share a line.

import type { NodeResult, Result } from '../engine/events.ts';
import { type Html, html } from './html.ts';
import { allOf, outcomeMark, section } from './html-parts.ts';

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

export function versionsSection({ nodes, database }: Result): Html | undefined {
  if (nodes.length === 0 && !database) return undefined;
  return section(
    'versions',
    'Versions',
    html`<table class="versions">
<thead><tr><th scope="col">Where</th><th scope="col">Before</th><th scope="col">After</th><th scope="col">Outcome</th></tr></thead>
<tbody>${alikeNodes(nodes).map(nodeRow)}${database ? databaseRow(database) : undefined}</tbody></table>`,
  );
}

function nodeRow(group: readonly NodeResult[]): Html | undefined {
  const [first] = group;
  if (!first) return undefined;
  return html`<tr><th scope="row">${allOf(
    group.map(({ host }) => host),
    1,
  )} <span class="kind">${first.role}</span></th><td>${first.before}</td><td>${first.after}</td><td>${outcomeMark(first.outcome)}</td></tr>
`;
}

function databaseRow({ name, before, after, outcome }: NonNullable<Result['database']>): Html {
  return html`<tr><th scope="row"><span class="name">${name}</span> <span class="kind">database schema</span></th><td>${before}</td><td>${after}</td><td>${outcomeMark(outcome)}</td></tr>`;
}
