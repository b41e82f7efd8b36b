// Rows of bars over a common axis, as SVG that grows and shrinks with the page.

import { type Content, type Html, html } from './html.ts';
import type { Span } from './html-story.ts';
import { secondsText } from './units.ts';

export interface Bar {
  readonly step: string;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Row {
  readonly name: Content;
  /** At the end of the row. */
  readonly note: string;
  readonly bars: readonly Bar[];
  readonly tone?: string;
}

/** What part of the time is shown. */
export interface Frame {
  readonly fromMs: number;
  readonly toMs: number;
  readonly downtime: readonly Span[];
}

/** Colours, by what a step is about. */
export const kinds = [
  { kind: 'prepare', label: 'prepare', steps: ['preflight', 'lock', 'open-run', 'stage', 'rehearse-sql', 'plan'] },
  { kind: 'services', label: 'services', steps: ['stop-services', 'start-services'] },
  { kind: 'database', label: 'database', steps: ['back-up-database', 'migrate', 'purge'] },
  { kind: 'switch', label: 'folders', steps: ['switch'] },
  { kind: 'check', label: 'verify, finish', steps: ['verify', 'finish'] },
] as const;

export function kindOf(step: string): string {
  return kinds.find(({ steps }) => (steps as readonly string[]).includes(step))?.kind ?? 'prepare';
}

// Units of a row's drawing, which is stretched to the width there is.
const width = 1000;
const height = 14;
// What is shorter would not be seen.
const least = 2.5;

export function rowOf({ name, note, bars, tone = '' }: Row, frame: Frame): Html {
  return html`<div class="row"><span class="row-name">${name}</span><span class="row-note ${tone}">${note}</span>${track(bars, frame)}</div>
`;
}

function track(bars: readonly Bar[], frame: Frame): Html {
  const lines = ticksOf(frame).map(({ ms }) => `M${placeOf(ms, frame)} 0v${height}`);
  const paths = [
    ...Map.groupBy(
      bars.flatMap((bar) => partIn(bar, frame)),
      ({ step }) => kindOf(step),
    ),
  ].map(([kind, parts]) => html`<path class="k-${kind}" d="${parts.map((part) => boxOf(part, frame, 2)).join('')}"/>`);
  const down = frame.downtime.flatMap(({ fromMs, toMs }) =>
    partIn({ step: '', fromMs, toMs: toMs ?? frame.toMs }, frame).map((part) => boxOf(part, frame, 0)),
  );
  return html`<svg class="track" viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" aria-hidden="true" focusable="false"><path class="tick" d="${lines.join('')}"/>${down.length > 0 ? html`<path class="k-down" d="${down.join('')}"/>` : undefined}${paths}</svg>`;
}

function partIn(bar: Bar, { fromMs, toMs }: Frame): Bar[] {
  if (bar.toMs < fromMs || bar.fromMs > toMs) return [];
  return [{ ...bar, fromMs: Math.max(bar.fromMs, fromMs), toMs: Math.min(bar.toMs, toMs) }];
}

function boxOf({ fromMs, toMs }: Bar, frame: Frame, inset: number): string {
  const from = placeOf(fromMs, frame);
  const wide = Math.max(least, round(placeOf(toMs, frame) - from));
  const left = Math.min(from, width - wide);
  return `M${left} ${inset}h${wide}v${height - 2 * inset}h-${wide}z`;
}

function placeOf(ms: number, { fromMs, toMs }: Frame): number {
  return round((width * (ms - fromMs)) / Math.max(1, toMs - fromMs));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** The numbers above the rows: time since the run began. */
export function axis(frame: Frame): Html {
  const labels = ticksOf(frame).map(({ ms, text }) => {
    const place = placeOf(ms, frame) / 10;
    return place > 86 ? undefined : html`<span style="left:${place}%">${text}</span>`;
  });
  return html`<div class="row axis" aria-hidden="true"><span class="row-name">time since the beginning</span><span class="row-note"></span><div class="track">${labels}</div></div>`;
}

const second = 1000;
const minute = 60 * second;
const stepsMs = [
  100,
  200,
  500,
  ...[1, 2, 5, 10, 15, 30].map((count) => count * second),
  ...[1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1500].map((count) => count * minute),
];

/** At most six, at times that are easy to read. */
function ticksOf({ fromMs, toMs }: Frame): { readonly ms: number; readonly text: string }[] {
  const length = toMs - fromMs;
  const every = stepsMs.find((step) => length / step <= 5) ?? length / 5;
  const first = Math.ceil(fromMs / every);
  const count = Math.max(0, Math.floor(toMs / every) - first + 1);
  return Array.from({ length: count }, (_, index) => (first + index) * every).map((ms) => ({ ms, text: tickText(ms) }));
}

function tickText(ms: number): string {
  if (ms === 0) return '0';
  if (ms % minute === 0 && ms < 60 * minute) return `${ms / minute} min`;
  return ms % second === 0 ? secondsText(ms) : `${(ms / second).toFixed(1)} s`;
}
