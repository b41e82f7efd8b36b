// What an HTTP answer, or the lack of one, means for a fetch that may have a part of the file already. Pure.

import type { IncomingHttpHeaders } from 'node:http';
import type { Fixed } from '../messages/phrases.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The address that was asked. */
  readonly url: URL;
}

export type Verdict =
  /** The body begins at this byte of the file; `isBounded`: its end is told, so that a cut is seen. */
  | { readonly kind: 'body'; readonly startsAt: number; readonly totalBytes?: number; readonly isBounded: boolean }
  /** What is there already is all there is. */
  | { readonly kind: 'complete' }
  /** What is there already cannot be continued. */
  | { readonly kind: 'restart' }
  | { readonly kind: 'redirect'; readonly to: URL }
  | Fault;

export type Fault = PassingFault | LastingFault;

/** Worth another try, after `waitMs` if the server says so. */
export interface PassingFault {
  readonly kind: 'passing';
  readonly reason: string;
  readonly waitMs?: number;
}

export interface LastingFault {
  readonly kind: 'lasting';
  /** PACKAGE_NOT_SERVED: a server answered, and will not give the file. */
  readonly code: 'PACKAGE_NOT_SERVED' | 'PACKAGE_UNREACHABLE';
  readonly reason: string;
  readonly remedy?: Fixed;
}

const redirects = [301, 302, 303, 307, 308];
const passingStatuses = [408, 425, 429];

/** `fromByte`: where the request asked to begin. `now` is for a Retry-After that is a date. */
export function judgeAnswer({ status, headers, url }: HttpAnswer, fromByte: number, now: Date): Verdict {
  if (redirects.includes(status)) return judgeRedirect(status, headers.location, url);
  if (status === 200) return wholeBody(headers);
  if (status === 206) return partialBody(headers, fromByte);
  if (status === 416 && fromByte > 0) {
    return rangeOf(headers)?.totalBytes === fromByte ? { kind: 'complete' } : { kind: 'restart' };
  }
  const reason = `The server answered ${status}.`;
  if (status >= 500 || passingStatuses.includes(status)) {
    const waitMs = retryAfterMs(headers['retry-after'], now);
    return { kind: 'passing', reason, ...(waitMs === undefined ? {} : { waitMs }) };
  }
  return notServed(reason, remedies[status]);
}

const loginRemedy = 'Name a file with the header that the server expects in PKG_URL_HEADER_FILE, or correct it.';
const addressRemedy = 'Correct the address.';
const remedies: Readonly<Record<number, Fixed>> = {
  401: loginRemedy,
  403: loginRemedy,
  404: addressRemedy,
  407: 'Give HTTPS_PROXY or HTTP_PROXY with the name and password that the proxy expects.',
  410: addressRemedy,
};

function judgeRedirect(status: number, location: string | undefined, url: URL): Verdict {
  const to = location === undefined ? null : URL.parse(location, url.href);
  if (to?.protocol !== 'https:' && to?.protocol !== 'http:') {
    return notServed(`The server answered ${status} with no address to go to.`, addressRemedy);
  }
  if (url.protocol === 'https:' && to.protocol === 'http:') {
    return notServed(
      'The server leads from https to an address without encryption.',
      'Take an address that stays https.',
    );
  }
  return { kind: 'redirect', to };
}

function wholeBody(headers: IncomingHttpHeaders): Verdict {
  const totalBytes = /^\d{1,15}$/.test(headers['content-length'] ?? '') ? Number(headers['content-length']) : undefined;
  const isBounded = totalBytes !== undefined || headers['transfer-encoding'] !== undefined;
  return { kind: 'body', startsAt: 0, ...(totalBytes === undefined ? {} : { totalBytes }), isBounded };
}

function partialBody(headers: IncomingHttpHeaders, fromByte: number): Verdict {
  if (fromByte === 0) return notServed('The server answered 206, which nobody asked for.');
  const range = rangeOf(headers);
  if (range?.startsAt !== fromByte) return { kind: 'restart' };
  const { totalBytes } = range;
  return { kind: 'body', startsAt: fromByte, ...(totalBytes === undefined ? {} : { totalBytes }), isBounded: true };
}

// `bytes 5-9/10`, `bytes 5-9/*`, `bytes */10`.
function rangeOf(headers: IncomingHttpHeaders): { startsAt?: number; totalBytes?: number } | undefined {
  const [, first, total] =
    /^bytes (?:(\d{1,15})-\d{1,15}|\*)\/(\d{1,15}|\*)$/.exec(headers['content-range'] ?? '') ?? [];
  if (total === undefined) return undefined;
  return {
    ...(first === undefined ? {} : { startsAt: Number(first) }),
    ...(total === '*' ? {} : { totalBytes: Number(total) }),
  };
}

/** Seconds, or a date. */
function retryAfterMs(text: string | undefined, now: Date): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now.getTime());
}

function notServed(reason: string, remedy?: Fixed): LastingFault {
  return { kind: 'lasting', code: 'PACKAGE_NOT_SERVED', reason, ...(remedy === undefined ? {} : { remedy }) };
}

const networkWords: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'The connection was refused',
  ECONNRESET: 'The connection broke',
  EPIPE: 'The connection broke',
  ERR_STREAM_PREMATURE_CLOSE: 'The connection broke',
  ETIMEDOUT: 'The connection timed out',
  ENOTFOUND: 'The name of the host is not known',
  EAI_AGAIN: 'The name server does not answer',
  EHOSTUNREACH: 'There is no way to the host',
  ENETUNREACH: 'There is no way to the network',
};

/** What an error of node:http stands for. Its message is not repeated, as it may hold an address. Undefined: no error of the network. */
export function judgeError(error: unknown): Fault | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  const { code } = error;
  const words = networkWords[code];
  if (words !== undefined) return { kind: 'passing', reason: `${words} (${code}).` };
  if (code === 'ERR_PROXY_TUNNEL') return judgeTunnel(error);
  if (/CERT|ISSUER|SIGNATURE|CRL/.test(code)) {
    const remedy =
      'Mount the certificates that sign the one of the server, and name their file in NODE_EXTRA_CA_CERTS.';
    return unreachable(`The certificate of the server is not accepted (${code}).`, remedy);
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_')) {
    return unreachable(
      `The server does not speak TLS as it should (${code}).`,
      'Correct the address: https, host and port.',
    );
  }
  if (code.startsWith('E') && !code.startsWith('ERR_'))
    return { kind: 'passing', reason: `The connection failed (${code}).` };
  // The parser of node:http: what came is no HTTP, as when a server that starts says something else.
  if (code.startsWith('HPE_')) return { kind: 'passing', reason: `What came is no HTTP (${code}).` };
  return undefined;
}

// The proxy answered CONNECT with another status than 200.
function judgeTunnel(error: Error): Fault {
  const status = 'statusCode' in error ? Number(error.statusCode) : 0;
  const reason = `The proxy did not connect to the host${status > 0 ? ` (${status})` : ''}.`;
  if (status >= 400 && status < 500 && !passingStatuses.includes(status)) return unreachable(reason, remedies[407]);
  return { kind: 'passing', reason };
}

function unreachable(reason: string, remedy?: Fixed): LastingFault {
  return { kind: 'lasting', code: 'PACKAGE_UNREACHABLE', reason, ...(remedy === undefined ? {} : { remedy }) };
}
