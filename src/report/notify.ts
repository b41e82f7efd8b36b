// Tells the result to an address of the site's own (NOTIFY_URL).

import type { Clock } from '../engine/clock.ts';
import type { Result } from '../engine/events.ts';

export interface NotifyLimits {
  readonly tries: number;
  /** Milliseconds for each try. */
  readonly tryMs: number;
  /** Milliseconds between two tries. */
  readonly waitMs: number;
}

const usualLimits: NotifyLimits = { tries: 3, tryMs: 10_000, waitMs: 2_000 };
/** Of a run that is asked to stop, which has ten seconds for everything. */
const shortLimits: NotifyLimits = { tries: 1, tryMs: 1_000, waitMs: 0 };

export function limitsFor({ outcome }: Pick<Result, 'outcome'>): NotifyLimits {
  return outcome === 'interrupted' ? shortLimits : usualLimits;
}

/** Posts the result as JSON. Gives why that failed, or undefined; never throws. The address itself is in no message. */
export async function notify(
  url: string,
  result: Result,
  clock: Pick<Clock, 'sleep'>,
  limits: NotifyLimits = limitsFor(result),
): Promise<string | undefined> {
  let problem = 'it was not tried';
  for (let count = 1; count <= limits.tries; count += 1) {
    if (count > 1) await clock.sleep(limits.waitMs);
    const answer = await post(url, result, limits.tryMs);
    if (answer === undefined) return undefined;
    problem = answer;
  }
  return problem;
}

async function post(url: string, result: Result, limitMs: number): Promise<string | undefined> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(result),
      signal: AbortSignal.timeout(limitMs),
    });
    await response.body?.cancel();
    return response.ok ? undefined : `the answer was ${response.status}`;
  } catch (error) {
    return reasonOf(error);
  }
}

// The message of fetch may hold the address; that of its cause tells more and holds the host at most.
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'it failed';
  if (error.name === 'TimeoutError') return 'there was no answer in time';
  const { cause } = error;
  return cause instanceof Error && 'code' in cause ? `it failed with ${String(cause.code)}` : 'it failed';
}
