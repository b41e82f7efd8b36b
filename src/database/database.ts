// The one session with the metadata database. It holds the lock and runs every statement, so it is never reopened.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection, QueryResult, ResultSetHeader } from 'mysql2/promise';
import { createConnection } from 'mysql2/promise';
import type { DatabaseConfig } from '../config/config.ts';
import { UpgradeError } from '../engine/errors.ts';
import { phrase } from '../messages/phrases.ts';
import { connectionOptions } from './connection-options.ts';
import { whileServerLives } from './heartbeat.ts';
import { connectError, isLost, readServerError, shorten, statementError } from './server-errors.ts';
import { packetOverheadBytes, type SessionFacts, sessionSettings, setUpSession } from './session-setup.ts';

export type Row = Readonly<Record<string, unknown>>;

export type DatabaseEvent =
  | {
      readonly type: 'sql';
      readonly door: 'query' | 'change' | 'work';
      readonly sql: string;
      readonly durationMs: number;
    }
  | { readonly type: 'change'; readonly phase: 'begins' | 'ends'; readonly sql: string }
  | { readonly type: 'waiting'; readonly reason: string }
  | { readonly type: 'note'; readonly text: string };

export interface DatabaseOptions {
  /** Ends connecting and every wait between statements; a statement that runs is left to end. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: DatabaseEvent) => void;
  /** Shown to others as attributes of this session where the server keeps them: `holder`. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** Closes the door: `change` and `work` are defects of a command that only looks. */
  readonly looksOnly?: boolean;
  /** How long a statement waits for a lock of another session before it is tried again; default 10. */
  readonly lockWaitSeconds?: number;
}

export interface Database {
  /** MYSQL_DB. */
  readonly name: string;
  readonly flavour: 'mysql' | 'mariadb';
  /** Three numbers, for example `9.7.0`. */
  readonly version: string;
  /** The server's own number of this session. */
  readonly connectionId: number;
  readonly encrypted: boolean;
  /** By the server's max_allowed_packet: a longer statement is refused before it is sent. */
  readonly maxStatementBytes: number;
  /** False when MYSQL_DB does not exist; then every other call but `query` fails. */
  readonly exists: boolean;
  readonly signal: AbortSignal | undefined;
  /** The statements that set up the session. */
  readonly settings: readonly string[];
  /** Calls of `change` so far. */
  readonly changes: number;
  /** Reads only: anything but SELECT, SHOW, DESCRIBE, EXPLAIN and CHECKSUM is a defect. Throws DATABASE_LOST, DATABASE_FAILED, GRANT_MISSING. */
  query(sql: string, params?: readonly unknown[]): Promise<Row[]>;
  /** The only door to changes of a user's data. Gives the number of rows affected. Throws as `query` does, and DATABASE_READ_ONLY. */
  change(sql: string, params?: readonly unknown[]): Promise<number>;
  /** Settings of the session, and changes inside the scratch schema; not counted, as no user's data is touched. */
  work(sql: string, params?: readonly unknown[]): Promise<number>;
  /** A statement that is sure to fail, to learn whether a right is there: gives the server's error number, 0 for success. */
  attempt(sql: string): Promise<number>;
  report(event: DatabaseEvent): void;
  close(): Promise<void>;
}

// A runner that vanishes without closing its connection loses the lock after wait_timeout; while it lives, pings keep the session.
const pingEveryMs = 5_000;
const farewellMs = 3000;

/**
 * Opens the session and sets it up. Throws DATABASE_UNREACHABLE, DATABASE_LOGIN_REFUSED (with the host that the server saw),
 * GRANT_MISSING when the account may not use MYSQL_DB. A MYSQL_DB that does not exist is not an error here: see `exists`.
 */
export async function connectDatabase(config: DatabaseConfig, options: DatabaseOptions = {}): Promise<Database> {
  const { connection, encrypted } = await openConnection(config, options);
  const settings = sessionSettings(options.lockWaitSeconds ?? 10);
  try {
    const about = await whileServerLives(config, encrypted, setUpSession(connection, config, settings));
    return asDatabase(connection, config, options, { ...about, encrypted, settings });
  } catch (error) {
    connection.destroy();
    throw error instanceof UpgradeError ? error : connectError(error, config);
  }
}

/** Puts the settings of the session back to what `connectDatabase` made them. */
export async function resetSession(db: Database): Promise<void> {
  for (const setting of db.settings) await db.work(setting);
}

async function openConnection(config: DatabaseConfig, options: DatabaseOptions) {
  const plainOnly = config.tls === 'off' || (config.tls === 'preferred' && config.socketPath !== undefined);
  for (const encrypted of plainOnly ? [false] : config.tls === 'preferred' ? [true, false] : [true]) {
    options.signal?.throwIfAborted();
    const attributes = { program_name: 'eggroll-upgrade', ...options.attributes };
    try {
      const connection = await createConnection({
        ...connectionOptions(config, encrypted),
        connectAttributes: attributes,
      });
      return { connection, encrypted };
    } catch (error) {
      const hasNoTls = readServerError(error).code === 'HANDSHAKE_NO_SSL_SUPPORT';
      if (!(hasNoTls && config.tls === 'preferred')) throw connectError(error, config);
    }
  }
  throw connectError(new Error('the server offers no encryption'), config);
}

type About = SessionFacts & Pick<Database, 'encrypted' | 'settings'>;

function asDatabase(connection: Connection, config: DatabaseConfig, options: DatabaseOptions, about: About): Database {
  let changes = 0;
  // Without a listener a connection that breaks while idle would end the process; the next call reports it.
  connection.on('error', () => undefined);
  const gone = Promise.withResolvers<never>();
  gone.promise.catch(() => undefined);
  // Between statements the pings are what tells that the server is gone; one at a time, as they wait behind a statement.
  let pinging = false;
  const pings = setInterval(() => {
    if (pinging) return;
    pinging = true;
    whileServerLives(config, about.encrypted, connection.ping())
      .catch((error: unknown) => {
        connection.destroy();
        gone.reject(error);
      })
      .finally(() => {
        pinging = false;
      });
  }, pingEveryMs).unref();

  // A session that was destroyed settles none of its promises, so its death is decided here and not by mysql2.
  async function ask(sql: string, params?: readonly unknown[]): Promise<QueryResult> {
    const text = params ? connection.format(sql, [...params]) : sql;
    refuseTooLong(text, about.maxStatementBytes, config);
    try {
      const answer = connection.query<QueryResult>(text);
      const [result] = await Promise.race([whileServerLives(config, about.encrypted, answer), gone.promise]);
      return result;
    } catch (error) {
      if (isLost(error)) connection.destroy();
      throw error;
    }
  }

  function passDoor(sql: string): void {
    if (!options.looksOnly) return;
    const found = `A command that looks would change: ${shorten(sql)}`;
    throw new UpgradeError({ code: 'DEFECT', where: `database ${config.name}`, found });
  }

  async function run(door: 'query' | 'change' | 'work', sql: string, params: readonly unknown[] | undefined) {
    const startMs = performance.now();
    try {
      return await ask(sql, params);
    } catch (error) {
      throw statementError(error, config, sql);
    } finally {
      options.onEvent?.({ type: 'sql', door, sql: shorten(sql), durationMs: performance.now() - startMs });
    }
  }

  return {
    name: config.name,
    ...about,
    signal: options.signal,
    get changes() {
      return changes;
    },
    async query(sql, params) {
      if (!isRead(sql))
        throw new UpgradeError({ code: 'DEFECT', where: 'database', found: `Not a read: ${shorten(sql)}` });
      return (await run('query', sql, params)) as Row[];
    },
    async change(sql, params) {
      passDoor(sql);
      changes += 1;
      options.onEvent?.({ type: 'change', phase: 'begins', sql: shorten(sql) });
      try {
        return affectedRows(await run('change', sql, params));
      } finally {
        options.onEvent?.({ type: 'change', phase: 'ends', sql: shorten(sql) });
      }
    },
    async work(sql, params) {
      passDoor(sql);
      return affectedRows(await run('work', sql, params));
    },
    async attempt(sql) {
      try {
        await ask(sql);
        return 0;
      } catch (error) {
        const { errno } = readServerError(error);
        if (errno === 0) throw statementError(error, config, sql);
        return errno;
      }
    },
    report: (event) => options.onEvent?.(event),
    close() {
      clearInterval(pings);
      // A server that is gone without a word never answers the farewell.
      const farewell = connection.end().catch(() => undefined);
      return Promise.race([farewell, sleep(farewellMs, undefined, { ref: false })]).then(() => connection.destroy());
    },
  };
}

// The server ends a session that sends it more, as if the network had failed.
function refuseTooLong(sql: string, maxBytes: number, config: DatabaseConfig): void {
  const sizeBytes = Buffer.byteLength(sql);
  if (sizeBytes <= maxBytes) return;
  const found = `A statement of ${sizeBytes} bytes is longer than the server takes (max_allowed_packet ${maxBytes + packetOverheadBytes}): ${shorten(sql)}`;
  const remedy = phrase('Set max_allowed_packet on the server to at least {bytes}, then run the same command again.', {
    bytes: sizeBytes + packetOverheadBytes,
  });
  throw new UpgradeError({ code: 'DATABASE_FAILED', where: `database ${config.name}`, found, remedy });
}

function isRead(sql: string): boolean {
  return /^\s*(SELECT|SHOW|DESCRIBE|EXPLAIN|CHECKSUM)\b/i.test(sql) && !/\bINTO\s+(OUTFILE|DUMPFILE)\b/i.test(sql);
}

function affectedRows(result: QueryResult): number {
  return (result as ResultSetHeader).affectedRows ?? 0;
}
