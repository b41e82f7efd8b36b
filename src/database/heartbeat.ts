// Tells a server that works from one that is gone, while a long statement runs.
//
// TCP keep-alive notices a dead peer only while nothing is unacknowledged; after that the kernel retries for a quarter of an hour.
// So while a statement has no answer, a second session asks every five seconds whether the server still answers anybody.

import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';
import type { DatabaseConfig } from '../config/config.ts';
import { connectionOptions } from './connection-options.ts';
import { readServerError } from './server-errors.ts';

const everyMs = 5_000;

/**
 * Waits for `answer` while the server lives. Rejects, at most 25 s after the server died, with an error that reads as a lost
 * connection; the caller then destroys the session, whose own promise would never settle.
 */
export async function whileServerLives<T>(config: DatabaseConfig, encrypted: boolean, answer: Promise<T>): Promise<T> {
  const watch = new AbortController();
  try {
    return await Promise.race([answer, serverDeath(config, encrypted, watch.signal)]);
  } finally {
    watch.abort();
  }
}

/** Never fulfils. Rejects when the server answers no login twice in a row; stays silent once `signal` is aborted. */
async function serverDeath(config: DatabaseConfig, encrypted: boolean, signal: AbortSignal): Promise<never> {
  let misses = 0;
  while (misses < 2) {
    if (misses === 0) await sleep(everyMs, undefined, { signal }).catch(() => new Promise<never>(() => undefined));
    misses = (await answers(config, encrypted)) ? 0 : misses + 1;
  }
  throw Object.assign(new Error('the server answers nobody any more'), { code: 'PROTOCOL_CONNECTION_LOST' });
}

/** Any answer counts, also a refusal: it shows that the server lives. */
async function answers(config: DatabaseConfig, encrypted: boolean): Promise<boolean> {
  try {
    const connection = await createConnection(connectionOptions(config, encrypted));
    await connection.end();
    return true;
  } catch (error) {
    return readServerError(error).errno > 0;
  }
}
