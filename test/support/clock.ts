// The clock of tests with real servers, and one that a test moves: there, sleeping takes no time, it moves the clock.

import type { Clock } from '../../src/engine/clock.ts';

export interface TestClock extends Clock {
  advance(ms: number): void;
  readonly slept: readonly number[];
}

export function testClock(start = '2026-01-02T03:04:05.000Z'): TestClock {
  const begin = Date.parse(start);
  const slept: number[] = [];
  let now = 0;
  return {
    slept,
    advance: (ms) => {
      now += ms;
    },
    monotonicMs: () => now,
    date: () => new Date(begin + now),
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      slept.push(ms);
      now += ms;
    },
  };
}

export const realClock: Clock = {
  monotonicMs: () => performance.now(),
  date: () => new Date(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};
