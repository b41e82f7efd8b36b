// One HTTP request at a time, through the proxies of the environment, with an end to silence.

import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { get as getSecure, Agent as SecureAgent } from 'node:https';
import { UpgradeError } from '../engine/errors.ts';
import type { HttpAnswer } from './fetch-answer.ts';

export interface HttpClient {
  /** Sends a GET. Throws errors of node:http, `Silence`, and the reason of the signal. */
  ask(url: URL, headers: Readonly<Record<string, string>>): Promise<OpenAnswer>;
}

export interface OpenAnswer extends HttpAnswer {
  /** The body; the time that its taker needs does not count as silence. */
  readonly body: AsyncIterable<Buffer>;
  /** Ends the connection. */
  end(): void;
}

export interface HttpOptions {
  /** HTTP_PROXY, HTTPS_PROXY and NO_PROXY are taken from it, in capitals or not. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** How long there may be no byte. */
  readonly silenceMs: number;
  readonly signal: AbortSignal;
}

/** Nothing came for too long. */
export class Silence extends Error {
  override readonly name = 'Silence';
}

/** Throws CONFIG_INVALID when the address of a proxy cannot be used. */
export function httpClient({ env, silenceMs, signal }: HttpOptions): HttpClient {
  const agents = proxyAgents(env);
  return {
    async ask(url, headers) {
      const silence = new AbortController();
      let timer: NodeJS.Timeout | undefined;
      const listen = () => {
        timer = setTimeout(() => silence.abort(new Silence(`Nothing came for ${silenceMs / 1000} s.`)), silenceMs);
      };
      const rest = () => clearTimeout(timer);
      // The reason of an end that was asked for comes in the place of what node:http makes of it.
      const told = (error: unknown): never => {
        rest();
        signal.throwIfAborted();
        silence.signal.throwIfAborted();
        throw error;
      };
      const bare = new URL(url);
      bare.username = '';
      bare.password = '';
      listen();
      const options = { headers, signal: AbortSignal.any([signal, silence.signal]) };
      const request =
        url.protocol === 'https:'
          ? getSecure(bare, { ...options, agent: agents.https })
          : get(bare, { ...options, agent: agents.http });
      const [response] = (await once(request, 'response').catch(told)) as [IncomingMessage];
      // An error between two reads, or once nobody reads any more, is told by the next read, if there is one.
      request.on('error', () => undefined);
      response.on('error', () => undefined);
      async function* body() {
        try {
          for await (const chunk of response as AsyncIterable<Buffer>) {
            rest();
            yield chunk;
            listen();
          }
        } catch (error) {
          told(error);
        } finally {
          rest();
        }
      }
      const { statusCode: status = 0, headers: answered } = response;
      const end = () => {
        rest();
        response.destroy();
      };
      return { status, headers: answered, url, body: body(), end };
    },
  };
}

function proxyAgents(env: HttpOptions['env']): { http: Agent; https: SecureAgent } {
  try {
    return { http: new Agent({ proxyEnv: env }), https: new SecureAgent({ proxyEnv: env }) };
  } catch (error) {
    const found = 'It is not the address of a proxy.';
    const remedy = 'Correct it: http://host:port or https://host:port.';
    const where = 'HTTPS_PROXY, HTTP_PROXY';
    throw new UpgradeError({ code: 'CONFIG_INVALID', where, found, remedy }, { cause: error });
  }
}
