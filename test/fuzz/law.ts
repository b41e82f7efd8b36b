// The law of every fuzz: an input gives a success, or an UpgradeError that a person can read; in bounded time, and nothing else.
//
// FUZZ_RUNS sets the number of cases, SEED repeats a run.
// FUZZ_SHRINK=1 looks for a smaller input that fails as well, which takes a while for slow ones.

import fc from 'fast-check';
import { expect } from 'vitest';
import { catalogue } from '../../src/engine/catalogue.ts';
import { UpgradeError } from '../../src/engine/errors.ts';

/** What became of a case, for the figures: `accepted`, or a finer word for an accepted one. */
export type Attempt<I> = (input: I) => Promise<string> | string;

export interface FuzzOptions<I> {
  /** Texts that must not be in any message. */
  readonly secretsOf?: (input: I) => readonly string[];
}

const limitMs = 2000;
const hangMs = 60_000;
const longestMessage = 64 * 1024;

/** Fuzzes: `attempt` throws what the code throws, checks what it gives, and returns a word for it. Prints one line of figures. */
export async function fuzz<I>(
  name: string,
  inputs: fc.Arbitrary<I>,
  attempt: Attempt<I>,
  { secretsOf = () => [] }: FuzzOptions<I> = {},
): Promise<void> {
  const tally = new Map<string, number>();
  let slowestMs = 0;
  const started = performance.now();
  const property = fc.asyncProperty(inputs, async (input) => {
    // Time of the processor: what else the machine does must not make a case slow.
    const before = process.cpuUsage();
    const word = await outcomeOf(input, attempt, secretsOf(input));
    const { user, system } = process.cpuUsage(before);
    const tookMs = (user + system) / 1000;
    slowestMs = Math.max(slowestMs, tookMs);
    tally.set(word, (tally.get(word) ?? 0) + 1);
    expect(tookMs, 'milliseconds for one case').toBeLessThan(limitMs);
  });
  try {
    await fc.assert(property, { ...settings(), timeout: hangMs });
  } finally {
    const seconds = (performance.now() - started) / 1000;
    process.stdout.write(
      `fuzz ${name}: ${figures(tally)}, ${seconds.toFixed(1)} s, slowest ${slowestMs.toFixed(0)} ms\n`,
    );
  }
}

function settings() {
  const { FUZZ_RUNS: runs = '1000', FUZZ_SHRINK: shrink } = process.env;
  return {
    numRuns: Number(runs),
    endOnFailure: shrink === undefined,
  };
}

async function outcomeOf<I>(input: I, attempt: Attempt<I>, secrets: readonly string[]): Promise<string> {
  try {
    return await attempt(input);
  } catch (error) {
    if (!(error instanceof UpgradeError)) throw error;
    expectReadable(error, secrets);
    return error.code;
  }
}

/** Checks what people see of a refusal. */
export function expectReadable(error: UpgradeError, secrets: readonly string[] = []): void {
  for (const { code, where, found } of error.findings) {
    expect(Object.keys(catalogue)).toContain(code);
    expect(code).not.toBe('DEFECT');
    expect(where).not.toBe('');
    expect(found).not.toMatch(/^\s*$|undefined|\[object /);
  }
  expect(error.message.length).toBeLessThan(longestMessage);
  expect(error.message).not.toMatch(/\n\s*at .*:\d+/);
  // A message goes to terminals, where these do things.
  expect(error.message).not.toMatch(/(?![\t\n])\p{Cc}/u);
  for (const secret of secrets) expect(error.message.includes(secret), `a secret in: ${error.message}`).toBe(false);
}

function figures(tally: ReadonlyMap<string, number>): string {
  const cases = [...tally.values()].reduce((sum, count) => sum + count, 0);
  const shares = [...tally]
    .toSorted(([, left], [, right]) => right - left)
    .map(([word, count]) => `${word} ${((100 * count) / cases).toFixed(1)} %`);
  return `${cases} cases (${shares.join(', ')})`;
}
