// How long the services are down, and during which steps.

import type { Clock } from '../engine/clock.ts';
import type { Emit, EventBody, Result, StepDowntime } from '../engine/events.ts';

/** What is known of it; goes on from one try of a command to the next. */
export interface Downtime {
  /** The step that was last begun. */
  step: Omit<StepDowntime, 'ms'> | undefined;
  /** Until when it is counted, by the monotonic clock; undefined while services are not down. */
  countedToMs: number | undefined;
  /** By the title of the step, in the order in which they came. */
  readonly steps: Map<string, StepDowntime>;
}

interface Counting {
  readonly downtime: Downtime;
  readonly clock: Clock;
  readonly emit: Emit;
}

export function newDowntime(): Downtime {
  return { step: undefined, countedToMs: undefined, steps: new Map() };
}

/** Has what comes from now on counted for the step that an event tells of. */
export function noteStep(downtime: Downtime, event: EventBody, nowMs: number): void {
  if (event.type !== 'step-started') return;
  count(downtime, nowMs);
  downtime.step = { step: event.step, title: event.title };
}

export function beginDowntime({ downtime, clock, emit }: Counting): void {
  if (isDown(downtime)) return;
  downtime.countedToMs = Math.round(clock.monotonicMs());
  emit({ type: 'downtime-started' });
}

export function endDowntime({ downtime, clock, emit }: Counting): void {
  if (!isDown(downtime)) return;
  count(downtime, clock.monotonicMs());
  downtime.countedToMs = undefined;
  emit({ type: 'downtime-ended', downtimeMs: sumOf(downtime) });
}

export function isDown({ countedToMs }: Downtime): boolean {
  return countedToMs !== undefined;
}

/** The downtime until now; the parts add up to the whole. */
export function downtimeUntilNow({
  downtime,
  clock,
}: Omit<Counting, 'emit'>): Pick<Result, 'downtimeMs' | 'downtimeBySteps'> {
  count(downtime, clock.monotonicMs());
  const downtimeBySteps = [...downtime.steps.values()].filter(({ ms }) => ms > 0);
  return { downtimeMs: sumOf(downtime), downtimeBySteps };
}

// In whole milliseconds from one mark to the next, so that nothing is lost by rounding.
function count(downtime: Downtime, nowMs: number): void {
  const { step, countedToMs, steps } = downtime;
  if (countedToMs === undefined || !step) return;
  const toMs = Math.round(nowMs);
  steps.set(step.title, { ...step, ms: (steps.get(step.title)?.ms ?? 0) + toMs - countedToMs });
  downtime.countedToMs = toMs;
}

function sumOf({ steps }: Downtime): number {
  return [...steps.values()].reduce((sum, { ms }) => sum + ms, 0);
}
