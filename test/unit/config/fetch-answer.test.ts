import { describe, expect, it } from 'vitest';
import { judgeAnswer, judgeError } from '../../../src/config/fetch-answer.ts';

const now = new Date('2026-01-02T03:04:05.000Z');
const url = new URL('https://host/a/eggroll.tgz');

const judge = (status: number, headers: Readonly<Record<string, string>> = {}, fromByte = 0) =>
  judgeAnswer({ status, headers, url }, fromByte, now);

describe('judgeAnswer', () => {
  it.each([
    [200, { 'content-length': '12' }, 0, { kind: 'body', startsAt: 0, totalBytes: 12, isBounded: true }],
    [200, { 'transfer-encoding': 'chunked' }, 0, { kind: 'body', startsAt: 0, isBounded: true }],
    [200, {}, 5, { kind: 'body', startsAt: 0, isBounded: false }],
    [206, { 'content-range': 'bytes 5-9/10' }, 5, { kind: 'body', startsAt: 5, totalBytes: 10, isBounded: true }],
    [206, { 'content-range': 'bytes 5-9/*' }, 5, { kind: 'body', startsAt: 5, isBounded: true }],
    [206, { 'content-range': 'bytes 0-9/10' }, 5, { kind: 'restart' }],
    [206, { 'content-type': 'multipart/byteranges' }, 5, { kind: 'restart' }],
    [416, { 'content-range': 'bytes */5' }, 5, { kind: 'complete' }],
    [416, { 'content-range': 'bytes */4' }, 5, { kind: 'restart' }],
    [416, {}, 5, { kind: 'restart' }],
    [302, { location: '../b' }, 0, { kind: 'redirect', to: new URL('https://host/b') }],
    [503, { 'retry-after': '7' }, 0, { kind: 'passing', reason: 'The server answered 503.', waitMs: 7000 }],
    [503, { 'retry-after': 'soon' }, 0, { kind: 'passing', reason: 'The server answered 503.' }],
    [429, { 'retry-after': 'Fri, 02 Jan 2026 03:04:15 GMT' }, 0, { waitMs: 10_000 }],
    [429, { 'retry-after': 'Fri, 02 Jan 2026 03:00:00 GMT' }, 0, { waitMs: 0 }],
  ])('takes %i with %j, asked from byte %i, for %j', (status, headers, fromByte, verdict) => {
    expect(judge(status, headers as Record<string, string>, fromByte)).toMatchObject(verdict);
  });

  it.each([
    [206, { 'content-range': 'bytes 0-9/10' }],
    [302, {}],
    [301, { location: 'ftp://host/b' }],
    [302, { location: 'http://host/b' }],
    [416, {}],
    [404, { 'retry-after': '7' }],
    [451, {}],
  ])('does not go on after %i with %j', (status, headers) => {
    expect(judge(status, headers as Record<string, string>)).toMatchObject({
      kind: 'lasting',
      code: 'PACKAGE_NOT_SERVED',
    });
  });

  it('follows from http to https', () => {
    const verdict = judgeAnswer({ status: 308, headers: { location: url.href }, url: new URL('http://host/') }, 0, now);
    expect(verdict).toEqual({ kind: 'redirect', to: url });
  });
});

describe('judgeError', () => {
  const failure = (code: string, more = {}) => Object.assign(new Error(`of-this-test ${code}`), { code, ...more });

  it.each(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EWHATEVER', 'HPE_INVALID_CONSTANT'])(
    'takes %s for a passing fault',
    (code) => {
      expect(judgeError(failure(code))).toMatchObject({ kind: 'passing', reason: expect.stringContaining(code) });
    },
  );

  it.each(['DEPTH_ZERO_SELF_SIGNED_CERT', 'CERT_HAS_EXPIRED', 'ERR_TLS_CERT_ALTNAME_INVALID', 'EPROTO'])(
    'takes %s for a lasting one',
    (code) => {
      expect(judgeError(failure(code))).toMatchObject({ kind: 'lasting', code: 'PACKAGE_UNREACHABLE' });
    },
  );

  it.each([
    [407, 'lasting'],
    [403, 'lasting'],
    [503, 'passing'],
    [undefined, 'passing'],
  ])('takes a proxy that answers %s for a %s one', (statusCode, kind) => {
    expect(judgeError(failure('ERR_PROXY_TUNNEL', { statusCode }))).toMatchObject({ kind });
  });

  it('repeats no message, and leaves defects alone', () => {
    expect(JSON.stringify(judgeError(failure('ECONNRESET')))).not.toContain('of-this-test');
    expect(judgeError(new TypeError('a defect'))).toBeUndefined();
    expect(judgeError(failure('ERR_INVALID_ARG_TYPE'))).toBeUndefined();
  });
});
