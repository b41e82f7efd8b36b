// The lines of the live display at a moment: the step, the clock of the downtime, the nodes, the warnings.

import type { LiveView, StyledLine } from './live-view.ts';
import { nodeLines } from './node-lines.ts';
import { secondsText } from './units.ts';
import { cutLine, displayWidth } from './width.ts';

const detailLinesShown = 2;
const warningLinesShown = 3;

/** Never more lines than the screen has rows, less the one of the cursor, and never a line wider than the screen. */
export function liveLines(
  view: LiveView,
  nowMs: number,
  { columns, rows }: { columns: number; rows: number },
): StyledLine[] {
  const room = Math.max(1, rows - 1);
  const first = [...stepLines(view, nowMs, columns), ...downtimeLine(view, nowMs)];
  const left = room - first.length;
  const warnings = warningLines(view, left >= 8 ? warningLinesShown : 1).slice(0, Math.max(0, left));
  const spare = left - warnings.length;
  const details = spare >= 4 ? view.details.slice(-detailLinesShown) : [];
  const nodes = view.step ? nodeLines(view, nowMs, columns, Math.max(0, spare - details.length)) : [];
  return [...first, ...details.map((text): StyledLine => ({ style: 'dim', text })), ...nodes, ...warnings]
    .slice(0, room)
    .map((line) => ({ ...line, text: cutLine(line.text, columns) }));
}

// On a narrow screen the time stays in sight, and the counts get a line of their own.
function stepLines(view: LiveView, nowMs: number, columns: number): StyledLine[] {
  const { step } = view;
  if (!step) return [];
  const head = `  … [${step.index}/${step.count}] ${step.title}`;
  const time = `  ${secondsText(nowMs - step.startMs)}`;
  const counted = counts(view);
  const whole = `${head}${time}${counted ? `, ${counted}` : ''}`;
  if (displayWidth(whole) <= columns) return [{ style: 'bold', text: whole }];
  const text = cutLine(head, columns - displayWidth(time)) + time;
  return [{ style: 'bold', text }, ...(counted ? [{ text: `    ${counted}` }] : [])];
}

function counts({ say, nodes, nodesInRun, services }: LiveView): string {
  if (services) {
    const { count, state } = services;
    if (state === 'stopped') return count === 1 ? say('1 service stopped') : say('{count} services stopped', { count });
    return count === 1 ? say('1 service started') : say('{count} services started', { count });
  }
  const done = [...nodes.values()].filter((node) => node.done).length;
  return nodes.size > 0 ? say('{done} of {count} nodes done', { done, count: Math.max(nodesInRun, nodes.size) }) : '';
}

function downtimeLine({ say, downtimeStartMs }: LiveView, nowMs: number): StyledLine[] {
  if (downtimeStartMs === undefined) return [];
  return [
    { style: 'warn', text: `    ${say('services down for {time}', { time: secondsText(nowMs - downtimeStartMs) })}` },
  ];
}

// The newest are shown, and how many there are besides.
function warningLines({ say, warnings }: LiveView, most: number): StyledLine[] {
  const warn = (text: string): StyledLine => ({ style: 'warn', text });
  const flat = warnings.map((text) => `  ! ${text.replaceAll('\n', ' ')}`);
  if (flat.length <= most) return flat.map(warn);
  const earlier = flat.length - most + 1;
  const more = `  ! ${say('{count} more warnings, shown at the end', { count: earlier })}`;
  return most === 1
    ? [warn(`  ! ${say('{count} warnings, shown at the end', { count: flat.length })}`)]
    : [warn(more), ...flat.slice(earlier).map(warn)];
}
