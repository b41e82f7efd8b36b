// What mysql2 and the server call an error, in the words of the catalogue.

import type { DatabaseConfig } from '../config/config.ts';
import type { ErrorCode } from '../engine/catalogue.ts';
import { UpgradeError } from '../engine/errors.ts';

/** The part of mysql2's errors that is read here. */
export interface ServerError {
  /** `ER_…` of the server, `PROTOCOL_…` of mysql2, or `E…` of the operating system. */
  readonly code: string;
  /** The server's error number; 0 when the error is not the server's. */
  readonly errno: number;
  readonly message: string;
}

const loginRefused = new Set([1045, 1129, 1130, 1251, 1698, 1820, 1862, 3118, 3159, 4151]);
const lost = new Set([1053, 1077, 1079, 1152, 1158, 1159, 1160, 1161, 1184, 1317, 1927, 2006, 2013, 3169, 4031]);
const lostCodes = new Set(['PROTOCOL_CONNECTION_LOST', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNABORTED']);
const readOnly = new Set([1290, 1792, 1836, 3100]);
const denied = new Set([1044, 1142, 1143, 1227, 1370]);

/** Reads any thrown value as a server error. */
export function readServerError(error: unknown): ServerError {
  if (!(error instanceof Error)) return { code: 'UNKNOWN', errno: 0, message: String(error) };
  const { code, errno } = error as Error & { code?: unknown; errno?: unknown };
  const text = typeof code === 'string' ? code : 'UNKNOWN';
  return {
    code: text,
    errno: typeof errno === 'number' && errno > 0 ? errno : 0,
    message: error.message || text,
  };
}

/** True when the session is gone, so that nobody knows what became of the last statement. */
export function isLost(error: unknown): boolean {
  if (error instanceof UpgradeError) return error.code === 'DATABASE_LOST';
  const { code, errno, message } = readServerError(error);
  return lost.has(errno) || lostCodes.has(code) || message.includes('closed state');
}

/** True when the server waited in vain for a lock of another session (lock wait time-out, deadlock). */
export function isBlocked(error: unknown): boolean {
  return [1205, 1213].includes(causeOf(error).errno);
}

/** The server's own error below an UpgradeError of this layer, or of the error itself. */
export function causeOf(error: unknown): ServerError {
  return error instanceof UpgradeError && error.cause instanceof Error ? causeOf(error.cause) : readServerError(error);
}

/** An error at connecting: unreachable, or refused with the host that the server saw. */
export function connectError(error: unknown, config: DatabaseConfig): UpgradeError {
  const { code, errno, message } = readServerError(error);
  const where = addressOf(config);
  if (loginRefused.has(errno)) return new UpgradeError(loginFinding(where, config, message), { cause: error });
  if (code === 'HANDSHAKE_NO_SSL_SUPPORT' || isTlsError(code, message)) {
    const found = `An encrypted connection could not be made (MYSQL_TLS=${config.tls}): ${message}.`;
    const remedy = 'Check MYSQL_TLS and MYSQL_TLS_CA_FILE against the certificate of the server.';
    return new UpgradeError({ code: 'DATABASE_LOGIN_REFUSED', where, found, remedy }, { cause: error });
  }
  const found = `No connection: ${sentence(message)}`;
  return new UpgradeError({ code: 'DATABASE_UNREACHABLE', where, found }, { cause: error });
}

/** An error of a statement that is not the migration's own. The server's error stays below as the cause. */
export function statementError(error: unknown, config: DatabaseConfig, sql: string): UpgradeError {
  if (error instanceof UpgradeError) return error;
  const { errno, message } = readServerError(error);
  const where = `database ${config.name} on ${addressOf(config)}`;
  const found = `${sentence(message)} The statement was: ${shorten(sql)}`;
  return new UpgradeError({ code: codeOf(error, errno), where, found }, { cause: error });
}

/** `host:port`, or the socket. */
function addressOf(config: DatabaseConfig): string {
  return config.socketPath ?? `${config.host}:${config.port}`;
}

/** A statement on one line of at most 200 characters. */
export function shorten(sql: string): string {
  const line = sql.replace(/\s+/g, ' ').trim();
  return line.length <= 200 ? line : `${line.slice(0, 199)}…`;
}

function codeOf(error: unknown, errno: number): ErrorCode {
  if (isLost(error)) return 'DATABASE_LOST';
  if (readOnly.has(errno)) return 'DATABASE_READ_ONLY';
  if (denied.has(errno)) return 'GRANT_MISSING';
  if (errno === 1049 || errno === 1046) return 'DATABASE_MISSING';
  return 'DATABASE_FAILED';
}

function loginFinding(where: string, config: DatabaseConfig, message: string) {
  const seen = /'@'([^']+)'/.exec(message)?.[1] ?? /Host '([^']+)'/.exec(message)?.[1];
  const from = seen ? ` The server saw this login come from host '${seen}'.` : '';
  return { code: 'DATABASE_LOGIN_REFUSED', where, found: `User ${config.user}: ${sentence(message)}${from}` } as const;
}

function isTlsError(code: string, message: string): boolean {
  return code.startsWith('ERR_TLS') || code.startsWith('ERR_SSL') || /certificate|self-signed/i.test(message);
}

function sentence(text: string): string {
  const trimmed = text.trim();
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
