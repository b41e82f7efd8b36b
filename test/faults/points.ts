// Kill points, made from what a run itself tells: each line of its output is one, so a new step or a new change is covered the day
// it is written.

import { join } from 'node:path';
import type { JobEvent, JobOptions } from '../support/job.ts';
import type { HeldCall } from './hold.ts';
import { keyOf } from './job/event-key.mts';

/** The nth line with this key. */
export interface Point {
  readonly key: string;
  readonly nth: number;
}

/**
 * `at`: right at the line, before what follows it. `inside`: a moment after a change was sent to a node or to the database, while
 * the other side works on it; so many milliseconds later. `held`: when a script on a node is about to call a program; it is held
 * there until the next run is over.
 */
export type KillMoment =
  | { readonly kind: 'at' }
  | { readonly kind: 'inside'; readonly afterMs: number }
  | { readonly kind: 'held'; readonly call: HeldCall };

export interface KillPoint extends Point {
  readonly moment: KillMoment;
}

/** Every point of a run, in its order. */
export function pointsOf(events: readonly JobEvent[]): Point[] {
  const seen = new Map<string, number>();
  return events.flatMap((event) => {
    const key = keyOf(event);
    if (key === undefined) return [];
    const nth = (seen.get(key) ?? 0) + 1;
    seen.set(key, nth);
    return [{ key, nth }];
  });
}

const insideMs = [4, 15, 40, 120];

/**
 * A kill at every point; one inside every change, at moments that differ from one change to the next; and one at every call that a
 * changing script makes.
 */
export function killPointsOf(points: readonly Point[], calls: readonly HeldCall[]): KillPoint[] {
  let changes = 0;
  const changing = new Set(points.filter(isBegin).map(changeName));
  const held = calls
    .filter(({ script }) => changing.has(script))
    .map((call): KillPoint => ({ key: `held | ${call.script}`, nth: 1, moment: { kind: 'held', call } }));
  const told = points.flatMap((point): KillPoint[] => {
    const at: KillPoint = { ...point, moment: { kind: 'at' } };
    if (!isBegin(point)) return [at];
    const afterMs = insideMs[changes % insideMs.length] ?? 0;
    changes += 1;
    return [at, { ...point, moment: { kind: 'inside', afterMs } }];
  });
  return [...told, ...held];
}

export function isBegin({ key }: Point): boolean {
  return key.startsWith('change | begins');
}

/** The script or the first word of the statement that a change is. */
export function changeName({ key }: Point): string {
  const [, , where = '', what = ''] = key.split(' | ');
  const [first = ''] = what.replace(/^\/\*.*?\*\/ /, '').split(' ');
  return where.startsWith('database') ? `SQL ${first}` : first;
}

export function describePoint({ key, nth, moment }: KillPoint): string {
  if (moment.kind === 'held') {
    const { script, program, nth: time } = moment.call;
    return `while ${script} waits before ${program} (${time})`;
  }
  const when = moment.kind === 'at' ? 'at' : `${moment.afterMs} ms after`;
  return `${when} ${key}${nth > 1 ? ` (${nth})` : ''}`;
}

const jobFolder = join(import.meta.dirname, 'job');

/** Options by which a job kills itself at a line, or some time after it. */
export function withKill(options: JobOptions, { key, nth, moment }: KillPoint): JobOptions {
  const wanted = { key, nth, ...(moment.kind === 'inside' ? { afterMs: moment.afterMs } : {}) };
  return {
    ...options,
    mounts: { ...options.mounts, '/faults': `${jobFolder}:ro` },
    env: { ...options.env, NODE_OPTIONS: '--import=/faults/kill.mts', FAULT_KILL: JSON.stringify(wanted) },
  };
}
