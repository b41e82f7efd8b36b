// What a rehearsal has shown, phase by phase, with the reports of its jobs.

import type { Phase, Rehearsal } from '../engine/rehearsal.ts';
import { type Content, type Html, html, prose } from './html.ts';
import { outcomeMark, section } from './html-parts.ts';
import { durationText } from './units.ts';

export function phasesSection({ phases }: Rehearsal): Html {
  return section(
    'phases',
    'Phases',
    html`<table class="phases stacked"><thead><tr><th scope="col">Phase</th><th scope="col">Outcome</th><th scope="col">Took</th><th scope="col">What it has shown</th></tr></thead>
<tbody>${phases.map(phaseRow)}</tbody></table>`,
  );
}

function phaseRow({ title, outcome, durationMs, message, pages = [] }: Phase): Html {
  const isSkipped = outcome === 'skipped';
  const mark = isSkipped ? html`<span class="quiet">– skipped</span>` : outcomeMark(outcome);
  const reports = pages.length === 0 ? undefined : html`<span class="reports">${pages.map(linkTo)}</span>`;
  return html`<tr><th scope="row">${title}</th><td>${mark}</td><td class="took">${isSkipped ? '–' : durationText(durationMs)}</td><td>${prose(message)} ${reports}</td></tr>
`;
}

// A page that was sent on alone has none of the others beside it, so the name of the file is told too.
function linkTo(file: string): Content {
  return html`<a href="./${encodeURIComponent(file)}">report: <code>${file}</code></a>`;
}

/** What it was rehearsed on. */
export function rehearsalFacts({ server, homes, database }: Rehearsal): (readonly [string, Content])[] {
  return [
    ...(server === undefined ? [] : [['Database server', server] as const]),
    ['Homes', homes],
    ['Rows', database],
  ];
}

/** What was not tried has no downtime that could be told. */
export function rehearsalDowntime({ phases }: Pick<Rehearsal, 'phases'>, downtimeMs: number): string {
  const isMeasured = phases.some(({ id, outcome }) => id === 'upgrade' && outcome === 'succeeded');
  return isMeasured || downtimeMs > 0 ? durationText(downtimeMs) : 'not measured';
}
