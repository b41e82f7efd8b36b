import { describe, expect, it } from 'vitest';
import type { DatabaseConfig } from '../../../src/config/config.ts';
import {
  causeOf,
  connectError,
  isBlocked,
  isLost,
  shorten,
  statementError,
} from '../../../src/database/server-errors.ts';

const config: DatabaseConfig = {
  host: 'db',
  port: 3306,
  user: 'fate',
  password: 'secret',
  name: 'eggroll_meta',
  scratchName: 'scratch',
  tls: 'preferred',
  requireProof: true,
  migration: { kind: 'auto' },
  purge: 'none',
};
const serverError = (code: string, errno: number, message = code) => Object.assign(new Error(message), { code, errno });

describe('connectError', () => {
  it.each([
    [serverError('ECONNREFUSED', -111), 'DATABASE_UNREACHABLE'],
    [serverError('ETIMEDOUT', -110), 'DATABASE_UNREACHABLE'],
    [serverError('ENOTFOUND', -3008), 'DATABASE_UNREACHABLE'],
    [serverError('ER_CON_COUNT_ERROR', 1040), 'DATABASE_UNREACHABLE'],
    [serverError('ER_ACCESS_DENIED_ERROR', 1045), 'DATABASE_LOGIN_REFUSED'],
    [serverError('ER_HOST_NOT_PRIVILEGED', 1130), 'DATABASE_LOGIN_REFUSED'],
    [serverError('DEPTH_ZERO', 0, 'self-signed certificate'), 'DATABASE_LOGIN_REFUSED'],
  ])('reads %s as %s', (error, code) => {
    expect(connectError(error, config).code).toBe(code);
  });

  it('tells which host the server saw', () => {
    const one = serverError('', 1045, "Access denied for user 'fate'@'10.1.2.3' (using password: YES)");
    const two = serverError('', 1130, "Host '10.1.2.4' is not allowed to connect to this MySQL server");
    expect(connectError(one, config).message).toContain("come from host '10.1.2.3'");
    expect(connectError(two, config).message).toContain("come from host '10.1.2.4'");
  });
});

describe('statementError', () => {
  it.each([
    [serverError('PROTOCOL_CONNECTION_LOST', 0), 'DATABASE_LOST'],
    [serverError('ER_SERVER_SHUTDOWN', 1053), 'DATABASE_LOST'],
    [serverError('', 0, "Can't add new command when connection is in closed state"), 'DATABASE_LOST'],
    [serverError('ER_OPTION_PREVENTS_STATEMENT', 1290), 'DATABASE_READ_ONLY'],
    [serverError('ER_TABLEACCESS_DENIED_ERROR', 1142), 'GRANT_MISSING'],
    [serverError('ER_NO_DB_ERROR', 1046), 'DATABASE_MISSING'],
    [serverError('ER_PARSE_ERROR', 1064), 'DATABASE_FAILED'],
  ])('reads %s as %s', (error, code) => {
    const found = statementError(error, config, 'SELECT 1');
    expect(found.code).toBe(code);
    expect(statementError(found, config, 'SELECT 2')).toBe(found);
    expect(causeOf(found).errno).toBe(error.errno);
    expect(isLost(found)).toBe(code === 'DATABASE_LOST');
  });

  it('knows a wait for a lock through the layers', () => {
    expect(isBlocked(statementError(serverError('', 1205), config, 'x'))).toBe(true);
    expect(isBlocked(statementError(serverError('', 1064), config, 'x'))).toBe(false);
  });

  it('shortens statements', () => {
    expect(shorten(' a\n  b ')).toBe('a b');
    expect(shorten('x'.repeat(300))).toHaveLength(200);
  });
});
