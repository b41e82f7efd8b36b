// One plain line per event, for logs: what a container prints without a terminal.

import { describeFinding } from '../engine/errors.ts';
import type { Event, Result } from '../engine/events.ts';
import { planLines } from './plan-page.ts';
import { statusLines } from './status-page.ts';
import { durationText } from './units.ts';

/** The line or lines of an event; undefined for events that only a live display shows. */
export function plainLine(event: Event): string | undefined {
  const text = describe(event);
  return text === undefined ? undefined : `${event.time} ${text}`;
}

function describe(event: Event): string | undefined {
  switch (event.type) {
    case 'run-started':
      return `${event.command} of ${event.nodes} nodes by eggroll-upgrade ${event.version}`;
    case 'package-checked':
    case 'run-adopted':
      return event.message;
    case 'step-started':
      return `[${event.index}/${event.count}] ${event.title}`;
    case 'step-finished':
      return stepFinished(event);
    case 'node-progress':
    case 'change':
      return undefined;
    case 'node-done':
      return `    ${event.host}: ${event.message}`;
    case 'service':
      return `    ${event.host}: ${event.service} ${event.state}`;
    case 'hook':
      return `    hook: ${event.message}`;
    case 'database':
      return `    database: ${event.message}`;
    case 'downtime-started':
      return '    downtime begins';
    case 'downtime-ended':
      return `    downtime ends after ${durationText(event.downtimeMs)}`;
    case 'warning':
      return `WARNING ${event.host ? `${event.host}: ` : ''}${event.message}`;
    case 'finding':
      return `ERROR ${event.code} ${describeFinding(event)}`;
    case 'result':
      return resultLines(event).join('\n');
  }
}

function stepFinished({ title, outcome, durationMs }: Extract<Event, { type: 'step-finished' }>): string {
  const words = { applied: 'done', 'already-done': 'nothing to do', undone: 'done', failed: 'FAILED' }[outcome];
  return `    ${title}: ${words} (${durationText(durationMs)})`;
}

/** The end of every human-readable output: outcome, versions, what to do next. */
export function resultLines(result: Result): string[] {
  const { command, outcome, exitCode, message, next, plan, status } = result;
  const codes = [...new Set(result.findings.map(({ code }) => code))];
  return [
    `${command}: ${outcome} (exit code ${exitCode}${codes.length > 0 ? `, ${codes.join(', ')}` : ''})`,
    ...message.split('\n').map((line) => `  ${line}`),
    ...(plan ? planLines(plan) : status ? statusLines(status) : stateLines(result)),
    `  next: ${next}`,
  ];
}

function stateLines({ nodes, database, downtimeMs, downtimeBySteps }: Result): string[] {
  const widest = Math.max(4, ...nodes.map(({ host }) => host.length));
  return [
    ...nodes.map(
      ({ host, role, before, after }) => `  ${host.padEnd(widest)}  ${role.padEnd(11)}  ${before} -> ${after}`,
    ),
    ...(database
      ? [`  ${database.name}: schema ${database.before} -> ${database.after}, ${database.statements} statements`]
      : []),
    ...(downtimeMs > 0
      ? [
          `  downtime ${durationText(downtimeMs)}`,
          ...downtimeBySteps.map(({ title, ms }) => `    ${title}: ${durationText(ms)}`),
        ]
      : []),
  ];
}
