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
 * there until the next run is over. `hasBegun` is false for the calls by which every script opens (it reads its own text, makes itself
 * known, passes the fence): there it has done nothing, and a new owner of the lock need not know of it.
 */
export type KillMoment =
  | { readonly kind: 'at' }
  | { readonly kind: 'inside'; readonly afterMs: number }
  | { readonly kind: 'held'; readonly call: HeldCall; readonly hasBegun: boolean };

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
  const own = calls.filter(({ script }) => changing.has(script));
  const opening = openingOf(own);
  const held = own.map((call): KillPoint => {
    const hasBegun = call.nth > opening.filter((program) => program === call.program).length;
    return { key: `held | ${call.script}`, nth: 1, moment: { kind: 'held', call, hasBegun } };
  });
  const told = points.flatMap((point): KillPoint[] => {
    const at: KillPoint = { ...point, moment: { kind: 'at' } };
    if (!isBegin(point)) return [at];
    const afterMs = insideMs[changes % insideMs.length] ?? 0;
    changes += 1;
    return [at, { ...point, moment: { kind: 'inside', afterMs } }];
  });
  return [...told, ...held];
}

/** The programs that all scripts call first, in the same order. */
function openingOf(calls: readonly HeldCall[]): string[] {
  const rows = [...Map.groupBy(calls, ({ script }) => script).values()].map((row) => row.map(({ program }) => program));
  const [first = [], ...others] = rows;
  const end = first.findIndex((program, index) => others.some((row) => row[index] !== program));
  return end < 0 ? first : first.slice(0, end);
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
