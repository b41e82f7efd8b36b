// What the programs of the image share of the process that they run in: its clock, its signals, its end.

import { setTimeout as sleep } from 'node:timers/promises';
import { type ExitCode, exitCodes } from '../engine/catalogue.ts';
import type { Clock } from '../engine/clock.ts';

export const processClock: Clock = {
  monotonicMs: () => performance.now(),
  date: () => new Date(),
  sleep: async (ms, signal) => void (await sleep(ms, undefined, signal ? { signal } : {})),
};

/** Registers what is to happen when a signal asks the process to stop. */
export function onStop(stop: (signal: string) => void): void {
  let asked = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      // The second SIGINT ends at once; what is left is resumed by the next run.
      if (asked && signal === 'SIGINT') process.exit(exitCodes.interrupted);
      asked = true;
      stop(signal);
    });
  }
}

/** Ends the process once everything is written; a connection whose peer does not answer must not keep it. */
export function leave(exitCode: ExitCode): void {
  process.stdout.write('', () => process.stderr.write('', () => process.exit(exitCode)));
}
