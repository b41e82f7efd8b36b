// One plain line per event, for logs: what a container prints without a terminal.

import { describeFinding } from '../engine/errors.ts';
import type { Event } from '../engine/events.ts';
import { type Language, type Say, sayIn, translated } from '../messages/phrases.ts';
import { newSending, type Sending, sendingText, takeProgress } from './plain-progress.ts';
import { resultLines } from './result-lines.ts';
import { durationText } from './units.ts';

export interface PlainReport {
  /** The line or lines of an event, without line end; undefined for one that is not told of. */
  line(event: Event): string | undefined;
}

/** `nowMs` is a monotonic clock. Words that logs are searched for, WARNING and ERROR with the code, are the same in every language. */
export function plainReport(nowMs: () => number, language: Language = 'en'): PlainReport {
  const say = sayIn(language);
  let sending: Sending = newSending(nowMs());
  return {
    line(event) {
      if (event.type === 'step-started') sending = newSending(nowMs());
      const text =
        event.type === 'node-progress'
          ? takeProgress(sending, event, nowMs()) && sendingText(sending, nowMs(), say)
          : describe(event, say, language);
      if (text === undefined || event.type === 'result') return text && `${event.time} ${text}`;
      // A message of several lines must not look like several events.
      return `${event.time} ${text.replaceAll('\n', '\n    ')}`;
    },
  };
}

function describe(event: Exclude<Event, { type: 'node-progress' }>, say: Say, language: Language): string | undefined {
  switch (event.type) {
    case 'run-started': {
      const { command, nodes: count, version } = event;
      return say('{command} of {count} nodes by eggroll-upgrade {version}', { command, count, version });
    }
    case 'package-checked':
    case 'run-adopted':
      return event.message;
    case 'step-started':
      return `[${event.index}/${event.count}] ${translated(language, event.title)}`;
    case 'step-finished':
      return stepFinished(event, say, language);
    case 'change':
    case 'work':
    case 'conf-change':
    case 'statements':
    case 'statement':
      return undefined;
    case 'node-done':
      return `    ${event.host}: ${event.message}`;
    case 'service':
      return `    ${event.host}: ${say(serviceTexts[event.state], { service: event.service })}`;
    case 'hook':
      return `    ${say('hook: {message}', { message: event.message })}`;
    case 'job':
      return `    ${event.command}: ${event.message}`;
    case 'database':
      return `    ${say('database: {message}', { message: event.message })}`;
    case 'downtime-started':
      return `    ${say('downtime begins')}`;
    case 'downtime-ended':
      return `    ${say('downtime ends after {time}', { time: durationText(event.downtimeMs) })}`;
    case 'warning':
      return `WARNING ${event.host ? `${event.host}: ` : ''}${event.message}`;
    case 'finding':
      return `ERROR ${event.code} ${describeFinding(event, language)}`;
    case 'result':
      return resultLines(event, language).join('\n');
  }
}

const serviceTexts = { stopped: '{service} stopped', started: '{service} started' } as const;

const outcomeTexts = {
  applied: 'done',
  'already-done': 'nothing to do',
  undone: 'done',
  failed: 'FAILED',
} as const;

function stepFinished(event: Extract<Event, { type: 'step-finished' }>, say: Say, language: Language): string {
  const { title, outcome, durationMs } = event;
  return `    ${translated(language, title)}: ${say(outcomeTexts[outcome])} (${durationText(durationMs)})`;
}
