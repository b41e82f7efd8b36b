import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { limitsFor, notify } from '../../../src/report/notify.ts';
import { result } from './events.ts';

const clock = { sleep: async () => undefined };

describe('notify', () => {
  let server: Server | undefined;
  afterEach(() => void server?.close());

  /** A server that answers with these statuses, one after the other; `0` never answers. Gives its address and what it was sent. */
  async function listening(...statuses: readonly number[]) {
    const bodies: string[] = [];
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        const status = statuses[bodies.push(body) - 1] ?? 200;
        if (status > 0) response.writeHead(status).end('thanks');
      });
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server?.once('listening', resolve));
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`, bodies };
  }

  it('posts the result', async () => {
    const { url, bodies } = await listening(204);
    expect(await notify(url, result, clock)).toBeUndefined();
    expect(bodies.map((body) => JSON.parse(body))).toEqual([result]);
  });

  it('tries again, and says in the end what was wrong', async () => {
    const passing = await listening(500, 200);
    expect(await notify(passing.url, result, clock)).toBeUndefined();
    expect(passing.bodies).toHaveLength(2);
    server?.close();
    const failing = await listening(500, 503, 404, 200);
    expect(await notify(failing.url, result, clock)).toBe('the answer was 404');
    expect(failing.bodies).toHaveLength(3);
  });

  it('waits no longer than its limit, and names no address', async () => {
    const { url } = await listening(0, 0);
    expect(await notify(url, result, clock, { tries: 2, tryMs: 50, waitMs: 0 })).toBe('there was no answer in time');
    server?.closeAllConnections();
    await new Promise((resolve) => server?.close(resolve));
    expect(await notify(url, result, clock)).toBe('it failed with ECONNREFUSED');
  });

  it('has little time when the run is asked to stop', () => {
    expect(limitsFor({ outcome: 'interrupted' })).toMatchObject({ tries: 1, tryMs: 1_000 });
  });
});
