// Time as a dependency. Durations come from a monotonic clock; the date serves people only and orders nothing.

export interface Clock {
  /** Milliseconds of a monotonic clock. */
  monotonicMs(): number;
  date(): Date;
  /** Resolves after `ms`, or rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface Attempts {
  readonly everyMs: number;
  readonly limitMs: number;
  readonly signal?: AbortSignal;
}

/** Calls `look` until it gives something or the limit has passed; then undefined. */
export async function poll<T>(
  clock: Clock,
  attempts: Attempts,
  look: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const end = clock.monotonicMs() + attempts.limitMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (clock.monotonicMs() + attempts.everyMs > end) return undefined;
    await clock.sleep(attempts.everyMs, attempts.signal);
  }
}
