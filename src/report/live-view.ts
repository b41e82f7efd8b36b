// What the live display shows, as data: events change it, and it gives the lines for a moment.

import { describeFinding } from '../engine/errors.ts';
import type { Event } from '../engine/events.ts';
import { resultLines } from './plain.ts';
import { bytesText, durationText, secondsText } from './units.ts';

export type Style = 'dim' | 'good' | 'bad' | 'warn' | 'bold';

export type Paint = (style: Style, text: string) => string;

/** A line that stays on the screen. */
export interface KeptLine {
  readonly text: string;
  readonly style?: Style;
}

interface NodeProgress {
  readonly bytes: number;
  readonly totalBytes: number;
  readonly startMs: number;
  readonly done: boolean;
}

export interface LiveView {
  step:
    | { readonly title: string; readonly index: number; readonly count: number; readonly startMs: number }
    | undefined;
  readonly nodes: Map<string, NodeProgress>;
  /** Lines that belong to the step; they stay below it once it has ended. */
  details: string[];
  nodesInRun: number;
  /** Services stopped or started in this step. */
  services: { readonly count: number; readonly state: string } | undefined;
  downtimeStartMs: number | undefined;
}

export function newLiveView(): LiveView {
  return {
    step: undefined,
    nodes: new Map(),
    details: [],
    nodesInRun: 0,
    services: undefined,
    downtimeStartMs: undefined,
  };
}

/** Takes an event into the view; gives the lines that stay on the screen. */
export function takeEvent(view: LiveView, event: Event, nowMs: number): KeptLine[] {
  switch (event.type) {
    case 'run-started':
      view.nodesInRun = event.nodes;
      return [{ style: 'bold', text: `eggroll-upgrade ${event.version}: ${event.command} of ${event.nodes} nodes` }];
    case 'package-checked':
    case 'run-adopted':
      return [{ text: `  ${event.message}` }];
    case 'step-started':
      view.nodes.clear();
      view.services = undefined;
      view.step = { title: event.title, index: event.index, count: event.count, startMs: nowMs };
      return [];
    case 'step-finished':
      view.step = undefined;
      view.nodes.clear();
      return [stepLine(event), ...takeDetails(view)];
    case 'node-progress': {
      const { host, bytes, totalBytes } = event;
      view.nodes.set(host, { bytes, totalBytes, startMs: view.nodes.get(host)?.startMs ?? nowMs, done: false });
      return [];
    }
    case 'change':
      return [];
    case 'node-done':
      view.nodes.set(event.host, { bytes: 0, totalBytes: 0, startMs: nowMs, done: true });
      return [];
    case 'service':
      view.services = { count: (view.services?.count ?? 0) + 1, state: event.state };
      return [];
    case 'hook':
      return detail(view, `hook: ${event.message}`);
    case 'database':
      return detail(view, `database: ${event.message}`);
    case 'downtime-started':
      view.downtimeStartMs = nowMs;
      return [];
    case 'downtime-ended':
      view.downtimeStartMs = undefined;
      return detail(view, `services were down for ${durationText(event.downtimeMs)}`);
    case 'warning':
      return [{ style: 'warn', text: `  ! ${event.host ? `${event.host}: ` : ''}${event.message}` }];
    case 'finding':
      return [{ style: 'bad', text: `  ✗ ${describeFinding(event)}` }];
    case 'result': {
      view.step = undefined;
      const [outcome = '', ...rest] = resultLines(event);
      const style: Style = event.exitCode === 0 ? 'good' : 'bad';
      return [...takeDetails(view), { text: '' }, { style, text: outcome }, ...rest.map((text) => ({ text }))];
    }
  }
}

function detail(view: LiveView, text: string): KeptLine[] {
  view.details.push(`      ${text}`);
  return view.step ? [] : takeDetails(view);
}

function takeDetails(view: LiveView): KeptLine[] {
  const lines = view.details.map((text): KeptLine => ({ style: 'dim', text }));
  view.details = [];
  return lines;
}

function stepLine({ title, outcome, durationMs }: Extract<Event, { type: 'step-finished' }>): KeptLine {
  if (outcome === 'failed') return { style: 'bad', text: `  ✗ ${title}  ${durationText(durationMs)}` };
  const note = outcome === 'already-done' ? 'nothing to do' : durationText(durationMs);
  return { text: `  ✓ ${title}  ${note}` };
}

const nodeLinesShown = 12;
const detailLinesShown = 2;
// Lines of the display besides the nodes: the step, its details, `and N more`, the cursor.
const otherLines = 3 + detailLinesShown;

/** What is going on at this moment: the step, the latest of its details, the nodes that are being sent to. */
export function liveLines(view: LiveView, nowMs: number, rows: number): string[] {
  const { step, nodes, details } = view;
  if (!step) return [];
  const busy = [...nodes]
    .filter(([, node]) => !node.done)
    .sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }));
  const room = Math.max(0, Math.min(nodeLinesShown, rows - otherLines));
  const widest = Math.max(0, ...busy.slice(0, room).map(([host]) => host.length));
  return [
    `  … [${step.index}/${step.count}] ${step.title}  ${secondsText(nowMs - step.startMs)}${counts(view)}${downtime(view, nowMs)}`,
    ...details.slice(-detailLinesShown),
    ...busy.slice(0, room).map(([host, node]) => nodeLine(host.padEnd(widest), node, nowMs)),
    ...(busy.length > room ? [`      and ${busy.length - room} more`] : []),
  ];
}

function counts({ nodes, nodesInRun, services }: LiveView): string {
  if (services) return `, ${services.count} ${services.count === 1 ? 'service' : 'services'} ${services.state}`;
  const done = [...nodes.values()].filter((node) => node.done).length;
  return nodes.size > 0 ? `, ${done} of ${nodesInRun} nodes done` : '';
}

function downtime({ downtimeStartMs }: LiveView, nowMs: number): string {
  return downtimeStartMs === undefined ? '' : `, services down for ${secondsText(nowMs - downtimeStartMs)}`;
}

// The first second tells nothing about the rate.
const rateAfterMs = 1000;

function nodeLine(host: string, { bytes, totalBytes, startMs }: NodeProgress, nowMs: number): string {
  const share = totalBytes === 0 ? 1 : Math.min(1, bytes / totalBytes);
  const bar = '█'.repeat(Math.floor(share * 16)).padEnd(16, '░');
  const sent = `      ${host}  ${bar} ${bytesText(bytes).padStart(8)} of ${bytesText(totalBytes)}`;
  if (share === 1) return `${sent}, sent; the node verifies`;
  const perMs = bytes / Math.max(1, nowMs - startMs);
  if (nowMs - startMs < rateAfterMs || perMs === 0) return sent;
  return `${sent}, ${bytesText(perMs * 1000)}/s, ${secondsText((totalBytes - bytes) / perMs)} left`;
}
