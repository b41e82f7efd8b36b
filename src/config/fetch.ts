// Fetches the package's archive by its address, through whatever passing faults there are, into a file that is whole or not there.

import type { Clock } from '../engine/clock.ts';
import { UpgradeError } from '../engine/errors.ts';
import { type Fault, judgeAnswer, judgeError, type LastingFault, type PassingFault } from './fetch-answer.ts';
import { type HttpClient, httpClient, type OpenAnswer, Silence } from './fetch-http.ts';
import { type FetchOrder, headersFor, shownUrl } from './fetch-order.ts';
import { hasDigest, openPart, type Part } from './fetch-part.ts';
import { onOneLine } from './shown.ts';

export interface FetchLimits {
  /** How long there may be no byte before the connection is given up. */
  readonly silenceMs: number;
  /** How long it goes on trying without getting further in the file than ever before. */
  readonly patienceMs: number;
  readonly firstWaitMs: number;
  /** Waits double up to this. */
  readonly longestWaitMs: number;
}

export const usualLimits: FetchLimits = {
  silenceMs: 60_000,
  patienceMs: 300_000,
  firstWaitMs: 1_000,
  longestWaitMs: 30_000,
};

export type FetchEvent =
  | { readonly type: 'fetching'; readonly fromByte: number; readonly totalBytes: number | undefined }
  | { readonly type: 'fetched'; readonly bytes: number; readonly totalBytes: number | undefined }
  | { readonly type: 'waiting'; readonly reason: string; readonly waitMs: number; readonly bytes: number }
  /** What came in several pieces has another digest: it is fetched once more as a whole. */
  | { readonly type: 'starting-over'; readonly found: string };

export interface FetchSurroundings {
  readonly clock: Clock;
  /** For proxies. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly tell: (event: FetchEvent) => void;
  readonly limits: FetchLimits;
}

/**
 * Gives the bytes that were put there, or undefined when the target has the digest already. Throws PACKAGE_INVALID (another digest),
 * PACKAGE_NOT_SERVED, PACKAGE_UNREACHABLE, CONFIG_INVALID, DISK_FULL, DISK_FAILED, and the reason of the signal.
 */
export async function fetchPackage(order: FetchOrder, around: FetchSurroundings): Promise<number | undefined> {
  const { signal } = around;
  try {
    const client = httpClient({ env: around.env, silenceMs: around.limits.silenceMs, signal });
    if (await hasDigest(order.target, order.sha256, signal)) return undefined;
    const part = await openPart(order.target, signal);
    try {
      await fill({ ...around, order, part, client });
      await part.finish();
      return part.sizeBytes();
    } finally {
      await part.close();
    }
  } catch (error) {
    // Not the error that sleeping and reading make of it.
    signal.throwIfAborted();
    throw error;
  }
}

interface Work extends FetchSurroundings {
  readonly order: FetchOrder;
  readonly part: Part;
  readonly client: HttpClient;
}

/** Until the digest is right. A file that came in pieces may be put together of two different ones, so it gets a second chance. */
async function fill(work: Work): Promise<void> {
  const { order, part, tell } = work;
  for (let hadSecondChance = false; ; hadSecondChance = true) {
    // A process that ended right before the rename.
    if (part.sizeBytes() > 0 && part.digest() === order.sha256) return;
    const cameAsOne = await fetchAll(work);
    const found = part.digest();
    if (found === order.sha256) return;
    await part.restart();
    if (cameAsOne || hadSecondChance) throw wrongDigest(order, found);
    tell({ type: 'starting-over', found });
  }
}

/** Fetches to the end of the file. Gives whether it came by one answer, whose end was told. */
async function fetchAll(work: Work): Promise<boolean> {
  const { part, clock, limits, signal, tell } = work;
  let furthestBytes = part.sizeBytes();
  let sinceMs = clock.monotonicMs();
  let waitMs = limits.firstWaitMs;
  for (;;) {
    const end = await attempt(work);
    if (end.kind === 'whole') return end.asOne;
    if (end.kind === 'lasting') throw lastingError(work.order, end);
    const bytes = part.sizeBytes();
    if (bytes > furthestBytes) {
      [furthestBytes, sinceMs, waitMs] = [bytes, clock.monotonicMs(), limits.firstWaitMs];
    }
    const pauseMs = end.waitMs ?? waitMs;
    const triedMs = clock.monotonicMs() - sinceMs;
    if (triedMs + pauseMs > limits.patienceMs) throw outOfPatience(work, end, triedMs);
    tell({ type: 'waiting', reason: end.reason, waitMs: pauseMs, bytes });
    await clock.sleep(pauseMs, signal);
    waitMs = Math.min(2 * waitMs, limits.longestWaitMs);
  }
}

type End = { readonly kind: 'whole'; readonly asOne: boolean } | Fault;

const mostRedirects = 10;

/** From the address itself, as an address that it leads to may hold for a short time only. */
async function attempt(work: Work): Promise<End> {
  let url = work.order.url;
  for (let redirects = 0; redirects <= mostRedirects; redirects += 1) {
    const step = await ask(work, url);
    if (step.kind === 'restart') {
      await work.part.restart();
      return attempt(work);
    }
    if (step.kind !== 'redirect') return step;
    url = step.to;
  }
  const reason = `The server leads to another address more than ${mostRedirects} times.`;
  return { kind: 'lasting', code: 'PACKAGE_NOT_SERVED', reason };
}

async function ask(work: Work, url: URL): Promise<End | { kind: 'redirect'; to: URL } | { kind: 'restart' }> {
  const { order, part, client, clock } = work;
  const fromByte = part.sizeBytes();
  let answer: OpenAnswer | undefined;
  try {
    answer = await client.ask(url, headersFor(order, url, fromByte));
    const verdict = judgeAnswer(answer, fromByte, clock.date());
    if (verdict.kind === 'complete') return { kind: 'whole', asOne: false };
    if (verdict.kind !== 'body') return verdict;
    if (verdict.startsAt !== fromByte) await part.restart();
    return await take(work, answer.body, verdict);
  } catch (error) {
    if (error instanceof Silence) return { kind: 'passing', reason: error.message };
    const fault = error instanceof UpgradeError ? undefined : judgeError(error);
    if (fault === undefined) throw error;
    return fault;
  } finally {
    answer?.end();
  }
}

const tellEveryMs = 10_000;

async function take(
  { part, clock, tell }: Work,
  body: AsyncIterable<Buffer>,
  { startsAt, totalBytes, isBounded }: { startsAt: number; totalBytes?: number; isBounded: boolean },
): Promise<End> {
  tell({ type: 'fetching', fromByte: startsAt, totalBytes });
  let toldMs = clock.monotonicMs();
  for await (const chunk of body) {
    await part.append(chunk);
    if (clock.monotonicMs() - toldMs < tellEveryMs) continue;
    toldMs = clock.monotonicMs();
    tell({ type: 'fetched', bytes: part.sizeBytes(), totalBytes });
  }
  if (totalBytes === undefined || part.sizeBytes() >= totalBytes) {
    return { kind: 'whole', asOne: startsAt === 0 && isBounded };
  }
  // A server may answer with less than was asked for.
  const reason = `The server sent ${part.sizeBytes()} of ${totalBytes} bytes.`;
  return { kind: 'passing', reason, ...(part.sizeBytes() > startsAt ? { waitMs: 0 } : {}) };
}

function lastingError({ url }: FetchOrder, { code, reason, remedy }: LastingFault): UpgradeError {
  return new UpgradeError({ code, where: shownUrl(url), found: reason, ...(remedy === undefined ? {} : { remedy }) });
}

function outOfPatience({ order, part, limits }: Work, end: PassingFault, triedMs: number): UpgradeError {
  const asked = end.waitMs ?? 0;
  const wait = asked > limits.longestWaitMs ? ` It asks to wait for ${Math.ceil(asked / 1000)} s.` : '';
  const tried = `${part.sizeBytes()} bytes are there; nothing more came for ${Math.round(triedMs / 1000)} s.`;
  const found = `${end.reason}${wait} ${tried}`;
  return new UpgradeError({ code: 'PACKAGE_UNREACHABLE', where: shownUrl(order.url), found });
}

function wrongDigest({ url, sha256 }: FetchOrder, found: string): UpgradeError {
  return new UpgradeError({
    code: 'PACKAGE_INVALID',
    where: onOneLine(shownUrl(url)),
    found: `Its sha256 is ${found}, but ${sha256} is expected.`,
    remedy: 'Correct the digest or the address; do not use a file that somebody may have altered.',
  });
}
