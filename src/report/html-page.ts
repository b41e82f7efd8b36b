// A run as one page to read, print and attach: no script, nothing from elsewhere, so that it looks the same wherever it is kept.

import { remedyOf } from '../engine/errors.ts';
import type { Result } from '../engine/events.ts';
import { type Content, type Html, html, prose, trusted } from './html.ts';
import { confSection, databaseSection } from './html-changes.ts';
import { toBeRun, versionsSection } from './html-nodes.ts';
import { dateText, folded, fromTo, markOf, moreOf, plural, section, timeAt, toneOf } from './html-parts.ts';
import { planSections } from './html-plan.ts';
import { phasesSection, rehearsalDowntime, rehearsalFacts } from './html-rehearsal.ts';
import type { Story } from './html-story.ts';
import { style } from './html-style.ts';
import { timelineSection } from './html-timeline.ts';
import { durationText } from './units.ts';

/** A variable that was set; without a value where that is nobody's business. */
export interface Setting {
  readonly name: string;
  readonly value?: string;
}

export interface Page {
  readonly result: Result & { readonly time: string; readonly run: string };
  readonly story: Story;
  readonly settings: readonly Setting[];
  /** The rehearsal whose job it was; its own page lies beside this one. */
  readonly rehearsal?: string;
}

/** The whole file. Whatever it is given is text, and must hold no secret. */
export function htmlPage({ result, story, settings, rehearsal }: Page): string {
  const title = `${headline(result)}${rehearsal === undefined ? '' : ', in a rehearsal'}`;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}: ${result.run}</title>
<style>${trusted(style)}</style>
</head>
<body>
<main>
${header({ result, story, settings, ...(rehearsal === undefined ? {} : { rehearsal }) }, title)}
${findingsSection(result)}
${warningsSection(story)}
${result.rehearsal && phasesSection(result.rehearsal)}
${versionsSection(result)}
${middleOf(result, story)}
${settingsSection(settings)}
${logSection(story)}
</main>
<footer>${foot(result, story)}</footer>
</body>
</html>
`;
  return page.toString();
}

// Of a plan, how long it took to make is what one asks for last.
function middleOf(result: Result, story: Story): readonly (Html | undefined)[] {
  const times = [timelineSection(story, result), downtimeSection(result)];
  // What changed in a rehearsal stands in the reports of its jobs.
  if (result.rehearsal) return times;
  const changes = [confSection(story, result), databaseSection(story, result)];
  return result.plan ? [...planSections(result.plan), ...changes, ...times] : [...times, ...changes];
}

const endings: Record<Result['outcome'], string> = {
  succeeded: 'succeeded',
  unchanged: 'found nothing to do',
  'rolled-back': 'failed, and everything was put back',
  failed: 'failed',
  interrupted: 'stopped before its end',
};

const names: Readonly<Record<string, string>> = {
  upgrade: 'Upgrade',
  recover: 'Recovery',
  plan: 'Plan',
  rehearse: 'Rehearsal',
};

function headline({ command, outcome, plan, rehearsal }: Result): string {
  if (rehearsal && outcome === 'succeeded') return 'Rehearsal: the upgrade works';
  if (plan) return plan.action === 'nothing' ? 'Plan: there is nothing to do' : 'Plan of an upgrade';
  return `${names[command] ?? command} ${endings[outcome]}`;
}

function header({ result, story, rehearsal }: Page, title: string): Html {
  const { outcome, message, next } = result;
  return html`<header class="is-${toneOf(outcome)}">
<p class="over">eggroll-upgrade ${story.version}</p>
<h1><span class="mark" aria-hidden="true">${markOf(outcome)}</span> ${title}</h1>
<p class="message">${prose(message)}</p>
${rehearsal === undefined ? html`<p class="next"><strong>What to do next</strong> ${prose(next)}</p>` : html`<p class="next"><strong>Not the real cluster</strong> This was a job of rehearsal <code>${rehearsal}</code>, on its throwaway cluster: <a href="./report.html">report of the rehearsal</a>.</p>`}
${story.resumed === undefined ? undefined : html`<p class="resumed"><strong>${story.resumed}</strong> This page tells what the last process saw of it; what an earlier one did is not in the timeline, and not in the downtime.</p>`}
<dl class="facts">${factsOf(result, story).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
${result.planHash === undefined ? undefined : html`<p class="hash"><span>Plan hash</span> <code>${result.planHash}</code></p>`}
</header>`;
}

function factsOf(result: Result & { readonly run: string }, story: Story): (readonly [string, Content])[] {
  const { nodes, plan, rehearsal } = result;
  const versions = [...new Set(nodes.map(({ before, after }) => fromTo(before, after)))];
  return [
    ['Version', rehearsal ? fromTo(rehearsal.from, rehearsal.to) : versions.length === 1 ? versions[0] : undefined],
    ['Nodes', nodes.length > 0 ? nodes.length : undefined],
    ['Database', databaseFact(result)],
    plan ? ['Expected downtime', durationText(plan.downtime.expectedMs)] : ['Downtime', downtimeText(result)],
    ...(rehearsal ? rehearsalFacts(rehearsal) : []),
    ['Began (UTC)', story.startedAt === '' ? undefined : dateText(story.startedAt)],
    ['Took', durationText(story.endMs)],
    ['Run', html`<code>${result.run}</code>`],
    ['Exit code', result.exitCode],
  ].flatMap(([name, value]) =>
    typeof name === 'string' && value !== undefined ? [[name, value as Content] as const] : [],
  );
}

function databaseFact({ database, plan }: Result): string | undefined {
  if (!database) return undefined;
  if (plan) return `${database.before}, ${plural(toBeRun(plan), 'statement')} to run`;
  return fromTo(database.before, database.after);
}

function downtimeText({ downtimeMs, rehearsal }: Result): string {
  if (rehearsal) return rehearsalDowntime(rehearsal, downtimeMs);
  return downtimeMs === 0 ? 'none' : durationText(downtimeMs);
}

function findingsSection({ findings }: Result): Html | undefined {
  if (findings.length === 0) return undefined;
  return section(
    'findings',
    'What is wrong',
    html`<ul class="findings">${findings.map(
      (finding) =>
        html`<li><p><strong class="name">${finding.where}</strong> <code>${finding.code}</code></p><p>${prose(finding.found)}</p><p class="remedy">${prose(remedyOf(finding))}</p></li>
`,
    )}</ul>`,
  );
}

function warningsSection({ warnings, startedAt }: Story): Html | undefined {
  if (warnings.items.length === 0) return undefined;
  return section(
    'warnings',
    plural(warnings.items.length + warnings.more, 'warning'),
    html`<ul class="warnings">${warnings.items.map(
      ({ atMs, host, text }) =>
        html`<li><span class="time">${timeAt(startedAt, atMs)}</span> ${host === undefined ? undefined : html`<strong class="name">${host}</strong> `}${prose(text)}</li>
`,
    )}</ul>`,
    moreOf(warnings),
  );
}

function downtimeSection({ downtimeMs, downtimeBySteps }: Result): Html | undefined {
  if (downtimeMs === 0) return undefined;
  const share = (ms: number) => Math.max(1, Math.round((1000 * ms) / downtimeMs));
  return section(
    'downtime',
    `Downtime: ${durationText(downtimeMs)}`,
    html`<table class="shares"><tbody>${downtimeBySteps.map(
      ({ title, ms }) =>
        html`<tr><th scope="row">${title}</th><td class="number">${durationText(ms)}</td><td class="share"><svg viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true"><path class="k-share" d="M0 0h${share(ms)}v10h-${share(ms)}z"/></svg></td></tr>
`,
    )}</tbody></table>`,
  );
}

function settingsSection(settings: readonly Setting[]): Html | undefined {
  if (settings.length === 0) return undefined;
  const rows = settings.map(
    ({ name, value }) =>
      html`<tr><th scope="row"><code>${name}</code></th><td>${value === undefined ? html`<span class="quiet">set, and left out here</span>` : html`<code>${value}</code>`}</td></tr>
`,
  );
  return section(
    'environment',
    'Environment',
    folded(`${plural(settings.length, 'variable')} that were set`, html`<table><tbody>${rows}</tbody></table>`),
  );
}

function logSection({ log }: Story): Html | undefined {
  if (log.items.length === 0) return undefined;
  return section(
    'log',
    'Log',
    folded(
      plural(log.items.length, 'line'),
      html`<pre class="log">${log.items.map((line) => `${line}\n`)}</pre>${moreOf(log)}`,
    ),
  );
}

function foot({ run, time }: { readonly run: string; readonly time: string }, { version }: Story): Html {
  return html`<p>Run ${run}, written by eggroll-upgrade ${version} on ${dateText(time)} UTC. Secrets are left out.</p>`;
}
