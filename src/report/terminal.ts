// The live display of a terminal: the steps so far, below them a line per node that is being sent to, redrawn in place.

import { describeFinding } from '../engine/errors.ts';
import type { Event } from '../engine/events.ts';
import { resultLines } from './plain.ts';
import { bytesText, durationText } from './units.ts';

export interface Screen {
  write(text: string): void;
  readonly columns: number;
  readonly colour: boolean;
}

interface NodeProgress {
  readonly bytes: number;
  readonly totalBytes: number;
  readonly startMs: number;
  readonly done: boolean;
}

interface Live {
  step: { title: string; index: number; count: number; startMs: number } | undefined;
  readonly nodes: Map<string, NodeProgress>;
  nodesInRun: number;
  downtimeStartMs: number | undefined;
  drawnLines: number;
}

const nodeLinesShown = 12;
const redrawMs = 100;

export interface TerminalReport {
  show(event: Event): void;
  /** Redraws what changes with time alone; to be called a few times a second. */
  tick(): void;
}

/** Shows events on `screen`. `nowMs` is a monotonic clock. */
export function terminalReport(screen: Screen, nowMs: () => number): TerminalReport {
  const live: Live = { step: undefined, nodes: new Map(), nodesInRun: 0, downtimeStartMs: undefined, drawnLines: 0 };
  let drawnMs = 0;
  const paint = (style: keyof typeof styles, text: string) =>
    screen.colour ? `${styles[style]}${text}\u001b[0m` : text;

  function erase(): void {
    if (live.drawnLines > 0) screen.write(`\u001b[${live.drawnLines}A\u001b[0J`);
    live.drawnLines = 0;
  }

  function draw(): void {
    erase();
    const lines = liveLines(live, nowMs()).map((line) => cut(line, screen.columns));
    if (lines.length > 0) screen.write(`${lines.map((line) => paint('dim', line)).join('\n')}\n`);
    live.drawnLines = lines.length;
    drawnMs = nowMs();
  }

  function print(lines: readonly string[]): void {
    erase();
    for (const line of lines) screen.write(`${line}\n`);
  }

  return {
    tick: draw,
    show(event) {
      const lines = update(live, event, nowMs(), paint);
      if (lines.length > 0) print(lines);
      if (event.type === 'result') return;
      if (lines.length > 0 || nowMs() - drawnMs >= redrawMs) draw();
    },
  };
}

const styles = {
  dim: '\u001b[2m',
  good: '\u001b[32m',
  bad: '\u001b[31m',
  warn: '\u001b[33m',
  bold: '\u001b[1m',
} as const;

type Paint = (style: keyof typeof styles, text: string) => string;

/** Takes an event into the live state; gives the lines that stay on the screen. */
function update(live: Live, event: Event, nowMs: number, paint: Paint): string[] {
  switch (event.type) {
    case 'run-started':
      live.nodesInRun = event.nodes;
      return [paint('bold', `eggroll-upgrade ${event.version}: ${event.command} of ${event.nodes} nodes`)];
    case 'run-adopted':
      return [`  ${event.message}`];
    case 'step-started':
      live.nodes.clear();
      live.step = { title: event.title, index: event.index, count: event.count, startMs: nowMs };
      return [];
    case 'step-finished':
      live.step = undefined;
      live.nodes.clear();
      return [stepLine(event, paint)];
    case 'node-progress': {
      const known = live.nodes.get(event.host);
      live.nodes.set(event.host, { ...event, startMs: known?.startMs ?? nowMs, done: false });
      return [];
    }
    case 'node-done': {
      const known = live.nodes.get(event.host) ?? { bytes: 0, totalBytes: 0, startMs: nowMs };
      live.nodes.set(event.host, { ...known, done: true });
      return [];
    }
    case 'database':
      return [paint('dim', `      database: ${event.message}`)];
    case 'downtime-started':
      live.downtimeStartMs = nowMs;
      return [];
    case 'downtime-ended':
      live.downtimeStartMs = undefined;
      return [paint('dim', `      services were down for ${durationText(event.downtimeMs)}`)];
    case 'warning':
      return [paint('warn', `  ! ${event.host ? `${event.host}: ` : ''}${event.message}`)];
    case 'finding':
      return [paint('bad', `  ✗ ${describeFinding(event)}`)];
    case 'result':
      return [
        '',
        ...resultLines(event).map((line, index) =>
          index === 0 ? paint(event.exitCode === 0 ? 'good' : 'bad', line) : line,
        ),
      ];
  }
}

function stepLine({ title, outcome, durationMs }: Extract<Event, { type: 'step-finished' }>, paint: Paint): string {
  if (outcome === 'failed') return `${paint('bad', '  ✗')} ${title}  ${paint('dim', durationText(durationMs))}`;
  const note = outcome === 'already-done' ? 'nothing to do' : durationText(durationMs);
  return `${paint('good', '  ✓')} ${title}  ${paint('dim', note)}`;
}

function liveLines({ step, nodes, nodesInRun, downtimeStartMs }: Live, nowMs: number): string[] {
  if (!step) return [];
  const done = [...nodes.values()].filter((node) => node.done).length;
  const counts = nodes.size > 0 ? `, ${done} of ${nodesInRun} nodes done` : '';
  const downtime = downtimeStartMs === undefined ? '' : `, services down for ${durationText(nowMs - downtimeStartMs)}`;
  const head = `  … [${step.index}/${step.count}] ${step.title}  ${durationText(nowMs - step.startMs)}${counts}${downtime}`;
  const busy = [...nodes].filter(([, node]) => !node.done && node.totalBytes > 0);
  return [
    head,
    ...busy.slice(0, nodeLinesShown).map(([host, node]) => nodeLine(host, node, nowMs)),
    ...more(busy.length),
  ];
}

function more(busy: number): string[] {
  return busy > nodeLinesShown ? [`      and ${busy - nodeLinesShown} more`] : [];
}

function nodeLine(host: string, { bytes, totalBytes, startMs }: NodeProgress, nowMs: number): string {
  const share = totalBytes === 0 ? 1 : Math.min(1, bytes / totalBytes);
  const perMs = bytes / Math.max(1, nowMs - startMs);
  const left = perMs > 0 && share < 1 ? `, ${durationText((totalBytes - bytes) / perMs)} left` : '';
  const bar = '█'.repeat(Math.round(share * 16)).padEnd(16, '░');
  return `      ${host}  ${bar} ${bytesText(bytes)} of ${bytesText(totalBytes)}, ${bytesText(perMs * 1000)}/s${left}`;
}

function cut(line: string, columns: number): string {
  return line.length <= columns ? line : `${line.slice(0, Math.max(0, columns - 1))}…`;
}
