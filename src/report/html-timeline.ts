// The timeline: every step, node and the database over the same axis, with the downtime as a band behind all of them.

import type { NodeResult, Result } from '../engine/events.ts';
import { type Content, type Html, html } from './html.ts';
import { axis, type Bar, type Frame, kindOf, kinds, type Row, rowOf } from './html-chart.ts';
import { alikeNodes } from './html-nodes.ts';
import { lasted, plural, section, timeAt } from './html-parts.ts';
import type { Span, StepSpan, Story, Worker } from './html-story.ts';
import { durationText } from './units.ts';

/** A downtime that is a smaller part of the run than this is shown once more, closer. */
const smallPart = 0.45;
const fewNodes = 8;

export function timelineSection(story: Story, result: Result): Html | undefined {
  if (story.steps.length === 0) return undefined;
  const whole: Frame = { fromMs: 0, toMs: Math.max(1, story.endMs), downtime: story.downtime };
  const close = closerLook(story, whole);
  return section(
    'timeline',
    'Timeline',
    legend(story),
    chart(story, result, whole),
    close && html`<h3>The downtime, closer</h3>${chart(story, result, close)}`,
  );
}

function closerLook({ downtime, endMs }: Story, whole: Frame): Frame | undefined {
  const [first] = downtime;
  if (!first) return undefined;
  const toMs = downtime.at(-1)?.toMs ?? endMs;
  const length = toMs - first.fromMs;
  if (length <= 0 || length > smallPart * (whole.toMs - whole.fromMs)) return undefined;
  const margin = length * 0.04;
  return { fromMs: Math.max(0, first.fromMs - margin), toMs: Math.min(whole.toMs, toMs + margin), downtime };
}

function legend({ downtime, startedAt, endMs, steps }: Story): Html {
  const seen = new Set(steps.map(({ step }) => kindOf(step)));
  const used = seen.size > 1 ? kinds.filter(({ kind }) => seen.has(kind)) : [];
  const down = downtime.map(({ fromMs, toMs }) => {
    const until = toMs === undefined ? 'and still are' : `until ${timeAt(startedAt, toMs)}`;
    return html`<li><span class="key k-down"></span>services down for ${lasted(fromMs, toMs ?? endMs)}, from ${timeAt(startedAt, fromMs)} ${until}</li>`;
  });
  return html`<ul class="legend">${used.map(({ kind, label }) => html`<li><span class="key k-${kind}"></span>${label}</li>`)}${down}</ul>`;
}

function chart(story: Story, result: Result, frame: Frame): Html {
  const nodes = result.nodes.map(({ host }) => host);
  const others = [...story.workers].filter(([name]) => !nodes.includes(name));
  return html`<div class="chart">
${axis(frame)}
<h4>Steps</h4>
${stepRows(story, frame)}
${nodeRows(story, result, frame)}
${others.length > 0 ? html`<h4>Database and others</h4>` : undefined}
${others.map(([name, worker]) => workerRow(name, worker, story, frame))}
</div>`;
}

function stepRows({ steps, endMs }: Story, frame: Frame): Content {
  const rows = [...Map.groupBy(steps, ({ title }) => title)].map(([title, spans]): Row => {
    const bars = spans.map((span) => barOf(span, span.step, endMs));
    return { name: title, note: stepNote(spans, endMs), bars, tone: spans.at(-1)?.outcome === 'failed' ? 'bad' : '' };
  });
  return rows.filter((row) => isSeen(row, frame)).map((row) => rowOf(row, frame));
}

function stepNote(spans: readonly StepSpan[], endMs: number): string {
  const last = spans.at(-1);
  const took = durationText(spans.reduce((sum, { fromMs, toMs }) => sum + ((toMs ?? endMs) - fromMs), 0));
  const tries = spans.length > 1 ? `, ${spans.length} times` : '';
  if (last?.outcome === undefined) return `${took}${tries}, not ended`;
  if (last.outcome === 'failed') return `${took}${tries}, failed`;
  return spans.every(({ outcome }) => outcome === 'already-done') ? 'nothing to do' : `${took}${tries}`;
}

function nodeRows(story: Story, result: Result, frame: Frame): Content {
  const seen = result.nodes.filter(({ host }) => story.workers.has(host));
  if (seen.length === 0) return undefined;
  const groups = alikeNodes(seen, troubled(story, result), fewNodes);
  return html`<h4>Nodes</h4>${groups.map((group) => groupRow(group, story, frame))}`;
}

/** Nodes that something is said about, or that were still at work at the end. */
function troubled({ warnings, workers }: Story, { findings }: Result): ReadonlySet<string> {
  const named = [...findings.map(({ where }) => where), ...warnings.items.flatMap(({ host }) => host ?? [])];
  const busy = [...workers].flatMap(([name, { depth }]) => (depth > 0 ? [name] : []));
  return new Set([...named, ...busy]);
}

function groupRow(group: readonly NodeResult[], story: Story, frame: Frame): Content {
  const hosts = group.map(({ host }) => host);
  const workers = hosts.flatMap((host) => story.workers.get(host) ?? []);
  if (hosts.length <= 2) return hosts.map((host, index) => workerRow(host, workers[index], story, frame));
  const summary = rowOf(
    {
      name: html`${plural(hosts.length, 'node')} like <span class="name">${hosts[0]}</span>`,
      note: 'first to last',
      bars: envelope(workers, story),
    },
    frame,
  );
  const rows = hosts.map((host, index) => workerRow(host, workers[index], story, frame));
  return html`<details class="rows"><summary>${summary}</summary>${rows}</details>`;
}

function workerRow(name: string, worker: Worker | undefined, { endMs }: Story, frame: Frame): Content {
  const bars = (worker?.spans ?? []).map((span) => barOf(span, span.step, endMs));
  const busyMs = bars.reduce((sum, bar) => sum + shownMs(bar, frame), 0);
  return rowOf({ name: html`<span class="name">${name}</span>`, note: durationText(busyMs), bars }, frame);
}

/** For each step, from when the first of them began until the last one ended. */
function envelope(workers: readonly Worker[], { endMs }: Story): Bar[] {
  const spans = workers.flatMap((worker) => worker.spans);
  return [...Map.groupBy(spans, ({ step }) => step)].map(([step, list]) => ({
    step,
    fromMs: list.reduce((least, { fromMs }) => Math.min(least, fromMs), endMs),
    toMs: list.reduce((most, { toMs }) => Math.max(most, toMs ?? endMs), 0),
  }));
}

function shownMs({ fromMs, toMs }: Bar, frame: Frame): number {
  return Math.max(0, Math.min(toMs, frame.toMs) - Math.max(fromMs, frame.fromMs));
}

function barOf({ fromMs, toMs }: Span, step: string, endMs: number): Bar {
  return { step, fromMs, toMs: toMs ?? endMs };
}

function isSeen({ bars }: Row, { fromMs, toMs }: Frame): boolean {
  return bars.some((bar) => bar.toMs >= fromMs && bar.fromMs <= toMs);
}
