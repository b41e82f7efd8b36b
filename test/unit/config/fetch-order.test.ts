import { describe, expect, it } from 'vitest';
import {
  type FetchOrder,
  headersFor,
  readFetchWords,
  readHeaderLine,
  secretsOf,
  shownUrl,
} from '../../../src/config/fetch-order.ts';
import { UpgradeError } from '../../../src/engine/errors.ts';

const digest = 'aB'.repeat(32);
const secretUrl = 'https://us:pass%2Fword@host.example/a/eggroll.tgz?token=of-this-test';

function findingsOf(words: readonly string[]) {
  try {
    return readFetchWords(words);
  } catch (error) {
    return error instanceof UpgradeError ? error.findings.map(({ code, where }) => `${code} ${where}`) : error;
  }
}

describe('readFetchWords', () => {
  it('reads address, digest and target', () => {
    const order = readFetchWords(['http://host/eggroll.tgz', digest, '/package/eggroll.tgz']);
    expect(order).toEqual({
      url: new URL('http://host/eggroll.tgz'),
      sha256: 'ab'.repeat(32),
      target: '/package/eggroll.tgz',
    });
  });

  it.each(['sha256:', 'SHA256:'])('takes a digest with %s before it, as PKG_SHA256 does', (prefix) => {
    expect(readFetchWords(['http://host/a.tgz', `${prefix}${digest}`, 'a']).sha256).toBe('ab'.repeat(32));
  });

  it.each([
    [[], ['USAGE command line']],
    [['https://host/', digest], ['USAGE command line']],
    [['https://host/', digest, 'a', 'b'], ['USAGE command line']],
    [
      ['ftp://host/', 'ab', 'a'],
      ['USAGE URL', 'USAGE SHA256'],
    ],
    [
      ['host/eggroll.tgz', digest, '/a/'],
      ['USAGE URL', 'USAGE TARGET'],
    ],
    [['https://', digest, 'a'], ['USAGE URL']],
    [['https://host/', `sha256:${digest.slice(1)}`, 'a'], ['USAGE SHA256']],
    [['https://host/', `sha512:${digest}`, 'a'], ['USAGE SHA256']],
  ])('tells what is wrong with %j', (words, findings) => {
    expect(findingsOf(words)).toEqual(findings);
  });

  it('repeats nothing of an address that is wrong', () => {
    expect(() => readFetchWords([secretUrl.replace('https', 'htps'), digest, 'a'])).toThrow(
      /^URL: Expected an address that begins with https:\/\/ or http:\/\/\. Usage: fetch-package URL SHA256 TARGET$/,
    );
  });
});

describe('readHeaderLine', () => {
  it.each([
    ['Authorization: Bearer of-this-test\n', { name: 'Authorization', value: 'Bearer of-this-test' }],
    ['X-Token:abc\r\n', { name: 'X-Token', value: 'abc' }],
  ])('reads %j', (text, header) => {
    expect(readHeaderLine(text, 'here')).toEqual(header);
  });

  it.each(['', 'Bearer of-this-test', 'A b: of-this-test', 'A: of-this-test\nB: c', 'A:', 'Range: of-this-test'])(
    'refuses %j and does not repeat it',
    (text) => {
      expect(() => readHeaderLine(text, 'here')).toThrow(/^here: /);
      expect(() => readHeaderLine(text, 'here')).not.toThrow(/of-this-test/);
    },
  );
});

describe('an address', () => {
  it('is shown without what may be secret', () => {
    expect(shownUrl(new URL(secretUrl))).toBe('https://host.example/a/eggroll.tgz?…');
    expect(shownUrl(new URL('http://[::1]:81/a#b'))).toBe('http://[::1]:81/a');
  });

  it('has secrets, in both forms, and so has the header', () => {
    const header = { name: 'Authorization', value: 'Bearer of-that-test' };
    const order: FetchOrder = { url: new URL(secretUrl), sha256: digest, target: 'a', header };
    expect(secretsOf(order)).toEqual(
      expect.arrayContaining(['pass%2Fword', 'pass/word', 'token=of-this-test', header.value, 'of-that-test']),
    );
    expect(secretsOf({ url: new URL('http://host/'), sha256: digest, target: 'a' })).toEqual([]);
  });
});

describe('headersFor', () => {
  const order: FetchOrder = {
    url: new URL('https://us:pw@host/a'),
    sha256: digest,
    target: 'a',
    header: { name: 'X-Token', value: 'abc' },
  };
  const login = `Basic ${Buffer.from('us:pw').toString('base64')}`;

  it.each([
    ['https://host/b', { authorization: login, 'x-token': 'abc' }],
    ['https://host:444/b', {}],
    ['http://host/b', {}],
    ['https://host.example/b', {}],
    ['https://other:word@host.example/b', { authorization: `Basic ${Buffer.from('other:word').toString('base64')}` }],
  ])('proves itself to %s with %j', (url, headers) => {
    expect(headersFor(order, new URL(url), 0)).toEqual({ 'accept-encoding': 'identity', ...headers });
  });

  it('prefers the header to what the address has', () => {
    const header = { name: 'Authorization', value: 'Bearer abc' };
    expect(headersFor({ ...order, header }, order.url, 7)).toMatchObject({
      authorization: 'Bearer abc',
      range: 'bytes=7-',
    });
  });
});
