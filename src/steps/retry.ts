// A fault that passes (a connection that broke, a node or the server that restarts) is met as a person would meet it: the same
// command again, from its first step, with new connections and new locks. So there is one way to resume, and no other.

import { exitCodes } from '../engine/catalogue.ts';
import { type Finding, UpgradeError } from '../engine/errors.ts';
import type { Result } from '../engine/events.ts';
import { sayIn } from '../messages/phrases.ts';
import { type Given, newWorld, type World } from './world.ts';

export interface RetryLimits {
  /** From the last try that got a run under way. */
  readonly forMs: number;
  readonly tries: number;
  /** Before each try; the last one for all that follow. */
  readonly waitsMs: readonly number[];
}

const retryLimits: RetryLimits = { forMs: 120_000, tries: 10, waitsMs: [1_000, 2_000, 5_000, 10_000] };

// Another run is at work.
const busy: readonly string[] = ['LOCK_HELD'];
// What a connection that breaks looks like, and what comes after it while the other side is not back yet.
const broken: readonly string[] = ['NODE_LOST', 'DATABASE_LOST'];
const notBackYet: readonly string[] = [...broken, 'NODE_UNREACHABLE', 'DATABASE_UNREACHABLE', ...busy];
// Another run works on the cluster.
const taken: readonly string[] = ['LOCK_LOST'];

/** Runs a command until it ends in another way than by a passing fault, or the limits are reached. Never throws. */
export async function withRetries(
  given: Given,
  attempt: (world: World) => Promise<Result>,
  limits: RetryLimits = retryLimits,
): Promise<Result> {
  const { clock, emit, signal } = given;
  const nowMs = clock.monotonicMs();
  const tries: Tries = { results: [], underWay: undefined, lockWaits: 0, beganMs: nowMs, sinceMs: nowMs };
  for (let world = newWorld(given); ; world = newWorld(given, world)) {
    const result = await attempt(world);
    tries.results.push(result);
    if (world.run) {
      tries.underWay = result;
      tries.sinceMs = clock.monotonicMs();
    }
    const wait = waitFor(tries, result, given, limits);
    if (!wait || signal.aborted || !(await waited(given, wait))) {
      return together(tries.results, world.run ? result : tries.underWay);
    }
    const count = tries.results.length + 1;
    emit({ type: 'warning', message: world.say('The same again from the first step (try {count}).', { count }) });
  }
}

interface Tries {
  readonly results: Result[];
  /** Of the last try that had a run under way. */
  underWay: Result | undefined;
  /** Tries that met another run's lock before anything was under way. */
  lockWaits: number;
  readonly beganMs: number;
  /** From when on the limits count. */
  sinceMs: number;
}

interface Wait {
  readonly message: 'Another run holds the lock; waiting {seconds} s.' | 'A fault that may pass; waiting {seconds} s.';
  readonly ms: number;
}

/** What to wait for before another try; undefined when the result is the last word. */
function waitFor(tries: Tries, result: Result, { clock, config }: Given, limits: RetryLimits): Wait | undefined {
  if (!isPassing(result) || hasAny(taken, result)) return undefined;
  const count = tries.results.length;
  const ms = limits.waitsMs[Math.min(count, limits.waitsMs.length) - 1] ?? 0;
  const afterMs = clock.monotonicMs() + ms;
  if (!tries.underWay && hasAny(busy, result) && afterMs - tries.beganMs <= config.lockWaitMs) {
    tries.lockWaits += 1;
    tries.sinceMs = afterMs;
    return { message: 'Another run holds the lock; waiting {seconds} s.', ms };
  }
  const own = count - tries.lockWaits;
  const inTime = own < limits.tries && afterMs - tries.sinceMs <= limits.forMs;
  if (!inTime || !hasAny(own > 1 ? notBackYet : broken, result)) return undefined;
  return { message: 'A fault that may pass; waiting {seconds} s.', ms };
}

/** Is it a fault that another try may not meet again? */
export function passes(error: unknown): boolean {
  return error instanceof UpgradeError && isPassing(error) && hasAny(broken, error) && !hasAny(taken, error);
}

function isPassing({ exitCode }: Pick<Result, 'exitCode'>): boolean {
  return exitCode === exitCodes.interrupted || exitCode === exitCodes.unreachable;
}

/** Beside what made a step fail there may be what then broke its put-back. */
function hasAny(
  codes: readonly string[],
  { findings }: { readonly findings: readonly Pick<Finding, 'code'>[] },
): boolean {
  return findings.some(({ code }) => codes.includes(code));
}

/** Tells what is waited for, and waits; false when a signal cut it short. */
async function waited({ config, clock, emit, signal }: Given, { message, ms }: Wait): Promise<boolean> {
  emit({ type: 'warning', message: sayIn(config.language)(message, { seconds: ms / 1000 }) });
  return clock.sleep(ms, signal).then(
    () => true,
    (error: unknown) => {
      if (signal.aborted) return false;
      throw error;
    },
  );
}

/** One result for all tries. `underWay` is that of the last try that had a run under way, if any had. */
function together(results: readonly Result[], underWay: Result | undefined): Result {
  const [first, ...more] = results;
  const last = more.at(-1);
  if (!first || !last) return first as Result;
  const nodes = last.nodes.map((node) => {
    const before = first.nodes.find(({ host }) => host === node.host)?.before;
    return before && before !== 'unknown' ? { ...node, before } : node;
  });
  const result: Result = { ...last, nodes };
  if (!underWay || underWay === last) return result;
  // The last try found the work of an earlier one complete.
  if (last.outcome === 'unchanged') return { ...result, outcome: 'succeeded' };
  if (last.exitCode === exitCodes.ok) return result;
  const passing = isPassing(last);
  return {
    ...result,
    outcome: passing ? 'interrupted' : 'failed',
    exitCode: passing ? exitCodes.interrupted : exitCodes.needsDecision,
    message: `${underWay.message} It was tried again: ${last.message.replace(/^Nothing was changed\. /, '')}`,
    next: passing ? underWay.next : last.next,
  };
}
