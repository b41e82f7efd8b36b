// One JSON object per line, for programs. Progress of single chunks, and who is at work, is left out: it would drown the rest.

import type { Event } from '../engine/events.ts';
import { safeJson } from './safe.ts';

/** The line of an event, without line end; undefined for events that are not reported. */
export function jsonLine(event: Event): string | undefined {
  if (event.type === 'node-progress' || event.type === 'work') return undefined;
  const { time, type, run, ...rest } = event;
  return safeJson(JSON.stringify({ time, type, run, ...rest }));
}
