// What the server tells about its sessions: ours, others, and who blocks whom.

import { setTimeout as sleep } from 'node:timers/promises';
import { UpgradeError } from '../engine/errors.ts';
import type { Database, Row } from './database.ts';
import { isBlocked } from './server-errors.ts';

export interface Session {
  readonly id: number;
  readonly user: string;
  readonly host: string;
  readonly seconds: number;
  readonly schema: string;
  /** The statement that runs now; empty when idle. */
  readonly statement: string;
}

/** Sessions that this account may see: without the PROCESS right its own ones. */
export async function sessions(db: Database): Promise<Session[]> {
  const rows = await db.query('SHOW FULL PROCESSLIST');
  return rows.map((row) => ({
    id: Number(row['Id']),
    user: String(row['User']),
    host: String(row['Host']),
    seconds: Number(row['Time'] ?? 0),
    schema: String(row['db'] ?? ''),
    statement: String(row['Info'] ?? ''),
  }));
}

export async function currentSchema(db: Database): Promise<string | undefined> {
  const [row] = await db.query('SELECT DATABASE() AS name');
  return typeof row?.['name'] === 'string' ? row['name'] : undefined;
}

/** A query whose answer is welcome but not needed: undefined where the server or the account does not allow it. */
export async function optionalQuery(db: Database, sql: string, params: readonly unknown[]): Promise<Row[] | undefined> {
  try {
    return await db.query(sql, params);
  } catch (error) {
    if (error instanceof UpgradeError && (error.code === 'GRANT_MISSING' || error.code === 'DATABASE_FAILED'))
      return undefined;
    throw error;
  }
}

/**
 * Runs a change that may wait for a lock of another session: each try gives up after lock_wait_timeout, so that nobody queues
 * behind it for long. After the last try the server's error is thrown, with the blocking sessions named where they can be seen.
 */
export async function withLockRetries<T>(db: Database, what: string, run: () => Promise<T>, tries = 3): Promise<T> {
  for (let count = 1; ; count += 1) {
    try {
      return await run();
    } catch (error) {
      if (!isBlocked(error)) throw error;
      const blockers = await describeBlockers(db);
      if (count >= tries) {
        const found = `${what} waited ${tries} times for a lock that another session holds. ${blockers}`;
        const remedy = 'End the session that blocks, then run the same command again.';
        throw new UpgradeError(
          { code: 'DATABASE_FAILED', where: `database ${db.name}`, found, remedy },
          { cause: error },
        );
      }
      db.report({ type: 'waiting', reason: `${what} waits for a lock (try ${count} of ${tries}). ${blockers}` });
      db.signal?.throwIfAborted();
    }
  }
}

/** Other sessions in MYSQL_DB that may hold the lock, the longest first. */
async function describeBlockers(db: Database): Promise<string> {
  const holders = await metadataLockHolders(db);
  const others = (await sessions(db)).filter(
    ({ id, schema }) => id !== db.connectionId && (holders ? holders.has(id) : schema === db.name),
  );
  if (others.length === 0) return 'The blocking session cannot be seen by this account.';
  const lines = others
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, 5)
    .map(
      ({ id, user, host, seconds, statement }) =>
        `connection ${id} of ${user}@${host}, ${seconds} s, ${statement || 'idle'}`,
    );
  return `Sessions that may block it: ${lines.join('; ')}.`;
}

async function metadataLockHolders(db: Database): Promise<Set<number> | undefined> {
  const rows = await optionalQuery(
    db,
    "SELECT DISTINCT t.PROCESSLIST_ID AS id FROM performance_schema.metadata_locks l JOIN performance_schema.threads t ON t.THREAD_ID = l.OWNER_THREAD_ID WHERE l.OBJECT_TYPE = 'TABLE' AND l.OBJECT_SCHEMA = ? AND l.LOCK_STATUS = 'GRANTED'",
    [db.name],
  );
  return rows?.length ? new Set(rows.map((row) => Number(row['id']))) : undefined;
}

/** Waits until no session runs a statement that holds `tag`, so that a statement which outlived its client comes to its end. */
export async function waitForStatement(db: Database, tag: string, pollMs = 500): Promise<void> {
  for (;;) {
    const running = (await sessions(db)).find(({ id, statement }) => id !== db.connectionId && statement.includes(tag));
    if (!running) return;
    const reason = `connection ${running.id} still runs a statement of this run, for ${running.seconds} s now`;
    db.report({ type: 'waiting', reason });
    await sleep(pollMs, undefined, db.signal ? { signal: db.signal } : {});
  }
}
