// The sending of content in a log: how far all nodes are together, now and then, instead of a line for each piece.

import type { Event } from '../engine/events.ts';
import type { Say } from '../messages/phrases.ts';
import { bytesText, secondsText } from './units.ts';

export interface Sending {
  readonly nodes: Map<string, { readonly bytes: number; readonly totalBytes: number }>;
  startMs: number | undefined;
  /** When the last line was written; the first one is due an interval after the step began. */
  toldMs: number;
}

/** Short enough to see that a transfer lives, long enough for a log of hours. */
const progressEveryMs = 30_000;

export function newSending(nowMs: number): Sending {
  return { nodes: new Map(), startMs: undefined, toldMs: nowMs };
}

/** Takes a piece of progress; true when a line is due. */
export function takeProgress(
  sending: Sending,
  { host, bytes, totalBytes }: Extract<Event, { type: 'node-progress' }>,
  nowMs: number,
): true | undefined {
  sending.startMs ??= nowMs;
  sending.nodes.set(host, { bytes, totalBytes });
  if (nowMs - sending.toldMs < progressEveryMs) return undefined;
  sending.toldMs = nowMs;
  return true;
}

/** `    sent 1.2 GB of 3.4 GB to 3 nodes, 45.0 MB/s, 48 s left`. */
export function sendingText({ nodes, startMs }: Sending, nowMs: number, say: Say): string {
  const all = [...nodes.values()];
  const bytes = all.reduce((sum, node) => sum + node.bytes, 0);
  const totalBytes = all.reduce((sum, node) => sum + node.totalBytes, 0);
  const perMs = bytes / Math.max(1, nowMs - (startMs ?? nowMs));
  const sent = say('sent {bytes} of {total} to {count} nodes', {
    bytes: bytesText(bytes),
    total: bytesText(totalBytes),
    count: all.length,
  });
  if (perMs === 0) return `    ${sent}`;
  const left = say('{time} left', { time: secondsText((totalBytes - bytes) / perMs) });
  return `    ${sent}, ${bytesText(perMs * 1000)}/s, ${left}`;
}
