// One seed for all that a test run chooses by chance: the order of files and cases, the inputs of properties and fuzz, random tables
// and faults. Another one each time, so that runs explore; SEED repeats one.

import { randomInt } from 'node:crypto';

/** What fast-check takes: 32 bits with a sign. */
const limit = 2 ** 31;

/**
 * The seed of this run: vitest.config.ts chooses it, and hands it on to the processes of the tests. Throws when SEED is no whole number
 * from 0 to below 2³¹.
 */
export function runSeed(given = process.env['SEED']): number {
  if (!given) return randomInt(limit);
  const seed = Number(given);
  if (Number.isInteger(seed) && seed >= 0 && seed < limit) return seed;
  throw new Error(`SEED is a whole number from 0 to ${limit - 1}, and not ${given}`);
}
