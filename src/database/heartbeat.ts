// Tells a server that works from one that is gone, while a long statement runs.
//
// TCP keep-alive notices a dead peer only while nothing is unacknowledged; after that the kernel retries for a quarter of an hour.
// So while a statement has no answer, a second session asks every ten seconds whether the server still answers anybody.

import { createConnection } from 'mysql2/promise';
import type { DatabaseConfig } from '../config/config.ts';
import { connectionOptions } from './connection-options.ts';
import { readServerError } from './server-errors.ts';

const everyMs = 10_000;

/**
 * Calls `onDead` once when the server answers no login twice in a row, at most 35 s after it died.
 * @returns stops watching.
 */
export function watchServer(config: DatabaseConfig, encrypted: boolean, onDead: () => void): () => void {
  let stopped = false;
  let timer = setTimeout(check, everyMs);

  async function check(): Promise<void> {
    const alive = (await answers(config, encrypted)) || stopped || (await answers(config, encrypted));
    if (stopped) return;
    if (!alive) return onDead();
    timer = setTimeout(check, everyMs);
  }

  return () => {
    stopped = true;
    clearTimeout(timer);
  };
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
