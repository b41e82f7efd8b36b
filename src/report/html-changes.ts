// What changes in conf and in the database: diffs, and statements with their times.

import type { Result, StatementText } from '../engine/events.ts';
import type { ConfChange, PlannedStatement } from '../engine/plan.ts';
import { type Html, html } from './html.ts';
import { allOf, folded, moreOf, plural, section, someOf, timeAt } from './html-parts.ts';
import type { StatementTimes, Story } from './html-story.ts';
import { durationText } from './units.ts';

type ConfOfHosts = ConfChange & { readonly hosts: readonly string[] };

/** So few diffs are open from the beginning. */
const fewDiffs = 3;
const fewLines = 40;
const shownHosts = 4;

export function confSection(story: Story, { plan }: Result): Html | undefined {
  const planned = (plan?.groups ?? []).flatMap(({ hosts, conf }) => conf.map((change) => ({ ...change, hosts })));
  const changes = alike([...planned, ...story.conf.items]);
  if (changes.length === 0) return undefined;
  const isOpen = ({ diff }: ConfOfHosts) => changes.length <= fewDiffs && diff.length <= fewLines;
  const intro = plan ? 'What an upgrade would change' : 'What was to change, found before the switch';
  return section(
    'conf',
    'Configuration files',
    html`<p class="quiet">${intro}. Values that look secret are ***.</p>`,
    changes.map((change) => confChange(change, isOpen(change))),
    moreOf(story.conf),
  );
}

function alike(changes: readonly ConfOfHosts[]): ConfOfHosts[] {
  return [...Map.groupBy(changes, ({ path, diff }) => JSON.stringify([path, diff])).values()].flatMap(
    ([first, ...others]) =>
      first ? [{ ...first, hosts: [...new Set([first, ...others].flatMap(({ hosts }) => hosts))] }] : [],
  );
}

function confChange({ path, hosts, diff }: ConfOfHosts, isOpen: boolean): Html {
  const summary = html`<code>${path}</code> <span class="quiet">on ${someOf(hosts, shownHosts)}</span>`;
  const all = hosts.length > shownHosts ? allOf(hosts, shownHosts) : undefined;
  const text = diff.length === 0 ? html`<p class="quiet">It changes; no diff is shown.</p>` : diffText(diff);
  return folded(summary, html`${all}${text}`, isOpen);
}

function diffText(lines: readonly string[]): Html {
  return html`<pre class="diff">${lines.map((line) => html`<span class="${kindOf(line)}">${line}</span>`)}</pre>`;
}

function kindOf(line: string): string {
  if (line.startsWith('@@')) return 'hunk';
  return line.startsWith('+') ? 'added' : line.startsWith('-') ? 'removed' : 'same';
}

export function databaseSection(story: Story, { plan, database, command }: Result): Html | undefined {
  const planned = plan?.database;
  const statements: readonly (StatementText | PlannedStatement)[] = planned?.statements ?? story.statements;
  const purged = planned?.purge ?? [];
  if (!planned && !database && story.database.items.length === 0) return undefined;
  if (command === 'recover' && story.database.items.length === 0) return undefined;
  const intro = planned
    ? plannedIntro(statements.length)
    : introOf(story, { count: statements.length, all: database?.statements ?? 0 });
  return section(
    'database',
    'Database',
    command === 'recover' ? undefined : html`<p class="quiet">${intro}</p>`,
    statements.length > 0
      ? html`<ol class="statements">${statements.map((each) => statementItem(each, story))}</ol>`
      : undefined,
    purged.length > 0 ? html`<p>Emptied by PURGE: ${allOf(purged, 20)}</p>` : undefined,
    story.database.items.length > 0
      ? html`<h3>What was done</h3><table class="notes"><tbody>${story.database.items.map(({ atMs, text }) => html`<tr><td class="time">${timeAt(story.startedAt, atMs)}</td><td>${text}</td></tr>`)}</tbody></table>`
      : undefined,
    moreOf(story.database),
  );
}

function plannedIntro(count: number): string {
  return count === 0 ? 'No statement is to be run.' : `${plural(count, 'statement')}, in this order.`;
}

function introOf(story: Story, { count, all }: { readonly count: number; readonly all: number }): string {
  if (count === 0 && all === 0) return 'No statement was to be run.';
  if (count === 0) return `${plural(all, 'statement')}; this process has run none of them.`;
  const isBack = story.steps.some(({ step, outcome }) => step === 'migrate' && outcome === 'undone');
  const back = isBack ? ' Afterwards the database was put back to the state at backup time.' : '';
  return `${plural(count, 'statement')}. Each was tried on a copy of the data before anything was changed.${back}`;
}

function statementItem(statement: StatementText | PlannedStatement, story: Story): Html {
  const state = 'state' in statement ? plannedState[statement.state] : stateOf(statement.index, story);
  return html`<li value="${statement.index}"><div class="statement-head"><span class="state">${state}</span> <span class="quiet">${statement.from}</span></div><pre class="sql">${statement.sql}</pre></li>
`;
}

const plannedState: Record<PlannedStatement['state'], Html> = {
  pending: html`to be run`,
  begun: html`<span class="warn">begun by a run that was interrupted</span>`,
  done: html`<span class="good">done already</span>`,
};

function stateOf(index: number, story: Story): Html {
  const { times } = story;
  const own: StatementTimes = times.get(index) ?? {};
  const copy = own.rehearsedMs === undefined ? '' : `, ${durationText(own.rehearsedMs)} on the copy`;
  const at = own.beganMs === undefined ? '' : ` at ${timeAt(story.startedAt, own.beganMs)}`;
  if (own.ranMs !== undefined) return html`<span class="good">done</span> in ${durationText(own.ranMs)}${at}${copy}`;
  if (own.beganMs !== undefined) return html`<span class="bad">begun${at}, and did not end well</span>${copy}`;
  return wasDoneEarlier(index, story) ? html`done by an earlier process` : html`not run${copy}`;
}

function wasDoneEarlier(index: number, { times, steps }: Story): boolean {
  const isLater = [...times].some(([other, { beganMs }]) => beganMs !== undefined && other > index);
  const isComplete = steps.some(
    ({ step, outcome }) => step === 'migrate' && (outcome === 'applied' || outcome === 'already-done'),
  );
  return isLater || isComplete;
}
