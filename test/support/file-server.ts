// A real HTTP server with one file, for tests of fetching: it cuts, stalls, refuses and redirects as it is told, request by request.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** What the server does with one request; a request beyond the list gets the whole file, or the range that it asks for. */
export type Turn = (request: IncomingMessage, response: ServerResponse, content: Buffer) => void;

export interface FileServer {
  readonly url: string;
  readonly requests: readonly IncomingMessage[];
  close(): Promise<void>;
}

export interface FileServerOptions {
  readonly turns?: readonly Turn[];
  /** What happens to every request beyond `turns`. */
  readonly always?: Turn;
  readonly tls?: { readonly key: string; readonly cert: string };
}

export async function fileServer(content: Buffer, options: FileServerOptions = {}): Promise<FileServer> {
  const { turns = [], always = serve, tls } = options;
  const requests: IncomingMessage[] = [];
  const take = (request: IncomingMessage, response: ServerResponse) => {
    const turn = turns[requests.push(request) - 1] ?? always;
    turn(request, response, content);
  };
  const server = tls ? createSecureServer(tls, take) : createServer(take);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}/eggroll.tgz`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The whole file, or from where the request asks to begin. */
export const serve: Turn = (request, response, content) => {
  const from = rangeStart(request);
  response.writeHead(from > 0 ? 206 : 200, headersFrom(from, content)).end(content.subarray(from));
};

/** Sends so many bytes and breaks the connection. */
export const cutAfter =
  (bytes: number): Turn =>
  (request, response, content) => {
    const from = rangeStart(request);
    response.writeHead(from > 0 ? 206 : 200, headersFrom(from, content));
    response.write(content.subarray(from, from + bytes), () => response.destroy());
    // Without a body to write there is nothing to wait for.
    if (bytes === 0) response.flushHeaders();
  };

/** Sends so many bytes, and then nothing more. */
export const stallAfter =
  (bytes: number): Turn =>
  (request, response, content) => {
    const from = rangeStart(request);
    response.writeHead(from > 0 ? 206 : 200, headersFrom(from, content));
    response.write(content.subarray(from, from + bytes));
  };

export const answer =
  (status: number, headers: Readonly<Record<string, string>> = {}): Turn =>
  (_, response) =>
    void response.writeHead(status, headers).end();

export function rangeStart({ headers }: IncomingMessage): number {
  return Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
}

function headersFrom(from: number, { length }: Buffer): Record<string, string | number> {
  const range = from > 0 ? { 'content-range': `bytes ${from}-${length - 1}/${length}` } : {};
  return { 'content-length': length - from, ...range };
}
