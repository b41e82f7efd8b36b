import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FetchEvent, type FetchLimits, fetchPackage } from '../../../src/config/fetch.ts';
import type { FetchOrder, Header } from '../../../src/config/fetch-order.ts';
import { realClock, testClock } from '../../support/clock.ts';
import {
  answer,
  cutAfter,
  type FileServer,
  fileServer,
  rangeStart,
  serve,
  stallAfter,
  type Turn,
} from '../../support/file-server.ts';
import { runSeed } from '../../support/seed.ts';

const content = randomBytes(300_000);
const sha256 = digestOf(content);
const limits: FetchLimits = { silenceMs: 20_000, patienceMs: 60_000, firstWaitMs: 1_000, longestWaitMs: 8_000 };

let folder: string;
let target: string;
const servers: FileServer[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fetch-test-'));
  target = join(folder, 'eggroll.tgz');
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
  await rm(folder, { recursive: true, force: true });
});

async function serving(...turns: readonly Turn[]): Promise<FileServer> {
  return kept(await fileServer(content, { turns }));
}

async function always(turn: Turn): Promise<FileServer> {
  return kept(await fileServer(content, { always: turn }));
}

function kept(server: FileServer): FileServer {
  servers.push(server);
  return server;
}

interface Changes extends Partial<FetchLimits> {
  readonly sha256?: string;
  readonly header?: Header;
  readonly signal?: AbortSignal;
  readonly clock?: typeof realClock;
  readonly onEvent?: (event: FetchEvent) => void;
}

function fetching(url: string, changes: Changes = {}) {
  const events: FetchEvent[] = [];
  const clock = changes.clock ?? testClock();
  const { header } = changes;
  const order: FetchOrder = { url: new URL(url), sha256: changes.sha256 ?? sha256, target, ...(header && { header }) };
  const tell = (event: FetchEvent) => {
    events.push(event);
    changes.onEvent?.(event);
  };
  const signal = changes.signal ?? new AbortController().signal;
  const done = fetchPackage(order, { clock, env: {}, signal, tell, limits: { ...limits, ...changes } });
  return { done, events };
}

function digestOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

describe('fetchPackage', { timeout: 60_000 }, () => {
  it('puts the file there, and nothing else', async () => {
    const { url } = await serving();
    expect(await fetching(url).done).toBe(content.length);
    expect(digestOf(await readFile(target))).toBe(sha256);
    expect(await readdir(folder)).toEqual(['eggroll.tgz']);
  });

  it('leaves a target that has the digest as it is, and asks nobody', async () => {
    const server = await serving();
    await writeFile(target, content);
    await utimes(target, 1000, 1000);
    expect(await fetching(server.url).done).toBeUndefined();
    expect(server.requests).toEqual([]);
  });

  it('replaces a target with another digest', async () => {
    const { url } = await serving();
    await writeFile(target, 'of another version');
    await fetching(url).done;
    expect(digestOf(await readFile(target))).toBe(sha256);
  });

  it('goes on after every cut, wherever it is, and asks for no byte twice', async () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 120_000 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(cuts, async (sizes) => {
        await rm(target, { force: true });
        const server = await serving(...sizes.map(cutAfter));
        await fetching(server.url).done;
        expect(digestOf(await readFile(target))).toBe(sha256);
        const starts = server.requests.map(rangeStart);
        expect(starts).toEqual(starts.toSorted((a, b) => a - b));
        expect(new Set(starts).size).toBe(starts.length);
      }),
      { numRuns: 15, seed: runSeed() },
    );
  });

  it('goes on with what a process before it has left', async () => {
    await writeFile(`${target}.part`, content.subarray(0, 1000));
    const server = await serving();
    await fetching(server.url).done;
    expect(server.requests.map(({ headers }) => headers.range)).toEqual(['bytes=1000-']);
    expect(digestOf(await readFile(target))).toBe(sha256);
  });

  it('asks for nothing when the process before it ended right before the rename', async () => {
    await writeFile(`${target}.part`, content);
    const server = await serving();
    await fetching(server.url).done;
    expect(server.requests).toEqual([]);
    expect(await readdir(folder)).toEqual(['eggroll.tgz']);
  });

  it.each<[string, Turn, number]>([
    ['sends the whole all the same', (_, response) => void response.writeHead(200).end(content), 1],
    [
      'sends another range',
      (_, response) => void response.writeHead(206, { 'content-range': 'bytes 5-9/10' }).end(),
      2,
    ],
    ['has a shorter file', answer(416, { 'content-range': 'bytes */500' }), 2],
  ])('begins anew when the server %s', async (_, turn, requests) => {
    await writeFile(`${target}.part`, content.subarray(0, 1000));
    const server = await serving(turn);
    await fetching(server.url).done;
    expect(server.requests).toHaveLength(requests);
    expect(digestOf(await readFile(target))).toBe(sha256);
  });

  it('fetches the whole once more when pieces do not fit together', async () => {
    await writeFile(`${target}.part`, randomBytes(1000));
    const server = await serving();
    const { done, events } = fetching(server.url);
    await done;
    expect(events.map(({ type }) => type)).toEqual(['fetching', 'starting-over', 'fetching']);
    expect(server.requests.map(rangeStart)).toEqual([1000, 0]);
    expect(digestOf(await readFile(target))).toBe(sha256);
  });

  it('refuses another digest, names both, and leaves no file of it', async () => {
    const { url, requests } = await serving();
    const expected = '0'.repeat(64);
    await expect(fetching(url, { sha256: expected }).done).rejects.toMatchObject({
      code: 'PACKAGE_INVALID',
      exitCode: 65,
      message: expect.stringMatching(new RegExp(`${sha256}.*${expected}`)),
    });
    expect(requests).toHaveLength(1);
    expect(await readFile(`${target}.part`, 'utf8')).toBe('');
    expect(await readdir(folder)).toEqual(['eggroll.tgz.part']);
  });

  it('tries a file once more whose end nobody told, and that has another digest', async () => {
    // HTTP of the old kind: the end of the connection is the end of the file, and so is a cut.
    const cut: Turn = (_, response) => {
      response.useChunkedEncodingByDefault = false;
      response.writeHead(200, { connection: 'close' }).end(content.subarray(0, 5000));
    };
    const server = await serving(cut);
    await fetching(server.url).done;
    expect(server.requests).toHaveLength(2);
    expect(digestOf(await readFile(target))).toBe(sha256);
  });

  it.each([404, 403, 410, 400, 204, 304])('does not try again after %i', async (status) => {
    const server = await always(answer(status));
    const { done } = fetching(server.url);
    await expect(done).rejects.toMatchObject({ code: 'PACKAGE_NOT_SERVED', exitCode: 65 });
    await expect(done).rejects.toThrow(`answered ${status}`);
    expect(server.requests).toHaveLength(1);
  });

  it('waits longer and longer after passing faults, and as long as the server asks', async () => {
    const { url } = await serving(
      answer(503),
      answer(500),
      answer(429, { 'retry-after': '17' }),
      cutAfter(0),
      answer(408),
    );
    const clock = testClock();
    const { done, events } = fetching(url, { clock });
    await done;
    expect(clock.slept).toEqual([1000, 2000, 17_000, 8000, 8000]);
    expect(events.filter(({ type }) => type === 'waiting')).toHaveLength(5);
  });

  it('is patient again once it got further', async () => {
    const { url } = await serving(answer(503), answer(503), cutAfter(10), answer(503));
    const clock = testClock();
    await fetching(url, { clock }).done;
    expect(clock.slept).toEqual([1000, 2000, 1000, 2000]);
  });

  it('gives up when it gets no further for too long', async () => {
    const server = await always(answer(503));
    const clock = testClock();
    const { done } = fetching(server.url, { clock });
    await expect(done).rejects.toMatchObject({ code: 'PACKAGE_UNREACHABLE', exitCode: 69 });
    await expect(done).rejects.toThrow('answered 503');
    expect(clock.monotonicMs()).toBeLessThanOrEqual(limits.patienceMs);
    expect(server.requests.length).toBeGreaterThan(5);
  });

  it('gives up at once when the server asks to wait longer than that', async () => {
    const server = await always(answer(429, { 'retry-after': '3600' }));
    await expect(fetching(server.url).done).rejects.toThrow('It asks to wait for 3600 s.');
    expect(server.requests).toHaveLength(1);
  });

  it('tells a server that is not there', async () => {
    const { url, close } = await serving();
    await close();
    const { done } = fetching(url);
    await expect(done).rejects.toMatchObject({ code: 'PACKAGE_UNREACHABLE', exitCode: 69 });
    await expect(done).rejects.toThrow('ECONNREFUSED');
  });

  it.each([0, 1000])('takes silence after %i bytes for a fault', async (bytes) => {
    const server = await serving(stallAfter(bytes));
    const { done, events } = fetching(server.url, { silenceMs: 200 });
    await done;
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'waiting', reason: 'Nothing came for 0.2 s.', bytes }),
    );
    expect(digestOf(await readFile(target))).toBe(sha256);
  });

  it('takes a server for silent that does not answer at all', async () => {
    const server = await serving(() => undefined);
    await fetching(server.url, { silenceMs: 200 }).done;
    expect(server.requests).toHaveLength(2);
  });

  it.each([stallAfter(1000), answer(503)])('ends as soon as it is asked to, and keeps what came', async (turn) => {
    const server = await always(turn);
    const stop = new AbortController();
    const reason = new Error('asked to stop');
    const onEvent = ({ type }: FetchEvent) => {
      if (type === 'fetching' || type === 'waiting') setTimeout(() => stop.abort(reason), 20);
    };
    // Sleeps with no end but the signal's.
    const sleep = (_: number, signal?: AbortSignal) =>
      new Promise<void>((_, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted'))));
    const { done } = fetching(server.url, { signal: stop.signal, onEvent, clock: { ...realClock, sleep } });
    await expect(done).rejects.toBe(reason);
    expect(await readdir(folder)).toEqual(['eggroll.tgz.part']);
  });

  it('sends its header to the origin of the address alone, also through redirects', async () => {
    const header = { name: 'Authorization', value: 'Bearer of-this-test' };
    const elsewhere = await serving();
    const first = await serving(answer(302, { location: '/moved?token=1' }), answer(307, { location: elsewhere.url }));
    await fetching(first.url, { header }).done;
    expect(first.requests.map(({ url }) => url)).toEqual(['/eggroll.tgz', '/moved?token=1']);
    expect(first.requests.map(({ headers }) => headers.authorization)).toEqual([header.value, header.value]);
    expect(elsewhere.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });

  it('logs in with the name and password of the address, and nowhere else', async () => {
    const elsewhere = await serving();
    const { url, requests } = await serving(answer(302, { location: elsewhere.url }));
    await fetching(url.replace('//', '//us%40er:pass%2Fword@')).done;
    const sent = Buffer.from(requests[0]?.headers.authorization?.slice('Basic '.length) ?? '', 'base64').toString();
    expect(sent).toBe('us@er:pass/word');
    expect(elsewhere.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });

  it('goes on after a cut behind a redirect from the first address', async () => {
    const elsewhere = await serving(cutAfter(1000));
    const first = await always(answer(302, { location: elsewhere.url }));
    await fetching(first.url).done;
    expect(first.requests).toHaveLength(2);
    expect(elsewhere.requests.map(rangeStart)).toEqual([0, 1000]);
    expect(digestOf(await readFile(target))).toBe(sha256);
  });

  it('does not go round in circles', async () => {
    const server = await always(answer(302, { location: '/again' }));
    await expect(fetching(server.url).done).rejects.toMatchObject({ code: 'PACKAGE_NOT_SERVED' });
    expect(server.requests).toHaveLength(11);
  });

  it('goes on when the server sends a smaller range than it was asked for', async () => {
    const smaller: Turn = (request, response) => {
      const from = rangeStart(request);
      const headers = { 'content-range': `bytes ${from}-${from + 99}/${content.length}` };
      response.writeHead(206, headers).end(content.subarray(from, from + 100));
    };
    const server = await serving(cutAfter(1000), smaller, smaller, serve);
    await fetching(server.url).done;
    expect(server.requests.map(rangeStart)).toEqual([0, 1000, 1100, 1200]);
    expect(digestOf(await readFile(target))).toBe(sha256);
  });

  it('asks for nothing when it cannot write', async () => {
    const server = await serving();
    const inTheWay = join(folder, 'eggroll.tgz/folder');
    await mkdir(inTheWay, { recursive: true });
    const folderThere = fetching(server.url).done;
    await expect(folderThere).rejects.toMatchObject({ code: 'CONFIG_INVALID', exitCode: 78 });
    target = join(folder, 'missing/eggroll.tgz');
    const noFolder = fetching(server.url).done;
    await expect(noFolder).rejects.toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringContaining(target) });
    target = join(folder, 'device');
    await symlink('/dev/full', `${target}.part`);
    await expect(fetching(server.url).done).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    expect(server.requests).toEqual([]);
  });
});
