// What is to be fetched, from the words of a command line and a file with a header. Nothing secret stands in a message.

import { type Finding, throwFindings, UpgradeError } from '../engine/errors.ts';
import { parseSha256 } from './sha256.ts';
import { onOneLine } from './shown.ts';

export interface FetchOrder {
  /** http or https; may carry a name and a password. */
  readonly url: URL;
  /** Of the whole file, in lower-case hex. */
  readonly sha256: string;
  /** Absolute or relative path of the file to make. */
  readonly target: string;
  /** Goes with requests to the origin of `url` alone. */
  readonly header?: Header;
}

export interface Header {
  readonly name: string;
  readonly value: string;
}

const fetchUsage = 'Usage: fetch-package URL SHA256 TARGET';

/** Reads `URL SHA256 TARGET`. Throws USAGE with everything that is wrong. */
export function readFetchWords(words: readonly string[]): FetchOrder {
  const [address = '', digest = '', target = '', ...rest] = words;
  if (target === '' || rest.length > 0) {
    throw new UpgradeError({ ...wrong('command line', 'Exactly three arguments are expected.'), remedy: fetchUsage });
  }
  const url = URL.parse(address);
  const findings: Finding[] = [];
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') {
    findings.push(wrong('URL', 'Expected an address that begins with https:// or http://.'));
  }
  const sha256 = parseSha256(digest);
  if (sha256 === undefined) findings.push(wrong('SHA256', 'Expected 64 hexadecimal digits.'));
  if (target.endsWith('/')) findings.push(wrong('TARGET', 'Expected the path of a file, and not of a folder.'));
  throwFindings(findings);
  if (!url || sha256 === undefined) throw new UpgradeError(wrong('URL', 'It cannot be read.'));
  return { url, sha256, target };
}

// What the fetch itself decides about a request.
const ownHeaders = ['host', 'range', 'accept-encoding', 'connection', 'content-length', 'transfer-encoding', 'te'];

/** Reads one line `Name: value`. Throws CONFIG_INVALID, naming `where`. */
export function readHeaderLine(text: string, where: string): Header {
  const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x21-\x7e\x80-\xff][\t\x20-\x7e\x80-\xff]*)$/.exec(
    text.trim(),
  ) ?? [undefined, undefined, undefined];
  if (name === undefined || value === undefined) {
    throw invalidHeader(where, 'The file does not hold exactly one line `Name: value`.');
  }
  if (ownHeaders.includes(name.toLowerCase())) throw invalidHeader(where, `The header ${name} cannot be given.`);
  return { name, value };
}

function invalidHeader(where: string, found: string): UpgradeError {
  const remedy = 'Write one header into the file, such as Authorization with its value.';
  return new UpgradeError({ code: 'CONFIG_INVALID', where, found, remedy });
}

/** An address without what may be secret in it: name, password, and what stands behind `?`. */
export function shownUrl(url: URL): string {
  return onOneLine(`${url.protocol}//${url.host}${url.pathname}${url.search === '' ? '' : '?…'}`);
}

/** Texts that may stand in no message. */
export function secretsOf({ url, header }: FetchOrder): string[] {
  const parts = [url.password, unescaped(url.password), url.search.slice(1), header?.value ?? ''];
  // Of `Authorization: Bearer …` the last word alone is secret, and could turn up alone.
  return [...parts, header?.value.split(' ').at(-1) ?? ''].filter((text) => text !== '');
}

/** The headers that a request to `url` carries: what proves who asks goes to the origin that it was given for, and to no other. */
export function headersFor({ url: first, header }: FetchOrder, url: URL, fromByte: number): Record<string, string> {
  const isOwn = url.origin === first.origin;
  const login = url.username !== '' || url.password !== '' ? url : isOwn ? first : undefined;
  return {
    'accept-encoding': 'identity',
    ...(login && (login.username !== '' || login.password !== '') ? { authorization: basic(login) } : {}),
    ...(isOwn && header ? { [header.name.toLowerCase()]: header.value } : {}),
    ...(fromByte > 0 ? { range: `bytes=${fromByte}-` } : {}),
  };
}

function basic({ username, password }: URL): string {
  return `Basic ${Buffer.from(`${unescaped(username)}:${unescaped(password)}`).toString('base64')}`;
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function wrong(where: string, found: string): Finding {
  return { code: 'USAGE', where, found, remedy: fetchUsage };
}
