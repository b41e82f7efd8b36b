// A pipeline: the runner sends a stream to the first node, and each node passes it on to the next one while it unpacks it. What each node
// makes of it is proven by the caller, by hash; what a node did not get, it gets by another way.

import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { Clock } from '../engine/clock.ts';
import { UpgradeError } from '../engine/errors.ts';
import { knownHostsLine } from './host-keys.ts';
import type { ClusterNode } from './node.ts';
import { invocation } from './remote-scripts.ts';
import { type Sample, slowNode } from './slow-node.ts';
import type { Transfer } from './transfer.ts';

export interface PipelineOptions {
  readonly run: string;
  readonly signal: AbortSignal;
  readonly limitMs: number;
  /** Size of its content. */
  readonly totalBytes: number;
  readonly clock: Pick<Clock, 'monotonicMs'>;
}

export interface PipelineOutcome {
  /** Nodes that have unpacked the whole stream. */
  readonly served: readonly ClusterNode[];
  /** The first that failed in its place, passed nothing on, or was too slow, and why; undefined when all went well. */
  readonly culprit?: { readonly node: ClusterNode; readonly reason: string };
}

/** What has become of the nodes while the stream was on its way; by place. */
interface Course {
  /** Bytes that each node has taken, once a second; anew once a node was found slow. */
  readonly received: Sample[][];
  readonly failed: Map<number, string>;
  readonly silent: Map<number, string>;
  slow: { readonly place: number; readonly reason: string } | undefined;
}

/**
 * Sends a stream through nodes, in their order, and waits for all of them. Throws what is no matter of the pipeline alone: a node that is
 * lost, a lock that is lost, a full disk, a signal.
 */
export async function sendThrough(
  chain: readonly ClusterNode[],
  { stream, form }: Transfer,
  { run, signal, limitMs, totalBytes, clock }: PipelineOptions,
): Promise<PipelineOutcome> {
  const source = randomBytes(8).toString('hex');
  const course: Course = { received: chain.map(() => []), failed: new Map(), silent: new Map(), slow: undefined };
  const cuts = chain.map(() => new AbortController());
  // Whoever comes after a node that passes nothing on would wait for nothing.
  const cutFrom = (place: number) => {
    for (const cut of cuts.slice(place)) cut.abort(new CutOff());
  };

  function heed(line: string, place: number): void {
    const [, bytes, refusal] = /^(?:received (\d+)|not passed on: *(.*))$/.exec(line) ?? [];
    if (bytes !== undefined) {
      course.received[place]?.push({ seconds: clock.monotonicMs() / 1000, bytes: Number(bytes) });
      const found = slowNode(course.received.slice(0, course.slow?.place), totalBytes);
      if (found === undefined) return;
      // A node that neither takes nor passes on much is found second, as bytes pile up on both sides of it: what counts then is new.
      for (const taken of course.received) taken.length = 0;
      course.slow = { place: found, reason: 'it holds up all that come after it' };
      cutFrom(found);
    } else if (refusal !== undefined) {
      course.silent.set(place, `it cannot pass it on: ${refusal.trim() || 'no reason was given'}`);
      cutFrom(place + 1);
    }
  }

  async function noteFailure(node: ClusterNode, place: number, error: unknown): Promise<void> {
    cutFrom(place + 1);
    signal.throwIfAborted();
    if (!(error instanceof CutOff)) course.failed.set(place, reasonOf(error));
    // The script goes on there with what comes, and holds up those before it, until the next one ends it.
    else if (course.slow?.place === place) await node.change('confirm-lock', []);
  }

  const outcomes = await Promise.allSettled(
    chain.map(async (node, place) => {
      const next = chain[place + 1];
      const from = place === 0 ? '-' : source;
      try {
        await node.change('stage-receive', [run, from, form, ...(next ? onward(next, run, source) : [])], {
          ...(place === 0 ? { input: stream } : {}),
          ...(next ? { lendsAgent: true } : {}),
          output: (said) => eachLine(said, (line) => heed(line, place)),
          limitMs,
          signal: AbortSignal.any([signal, ...(cuts[place] ? [cuts[place].signal] : [])]),
        });
      } catch (error) {
        await noteFailure(node, place, error);
        return undefined;
      }
      return node;
    }),
  );
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failure) throw failure.reason;
  const served = outcomes.flatMap((outcome) =>
    outcome.status === 'fulfilled' && outcome.value ? [outcome.value] : [],
  );
  return { served, ...culpritOf(chain, course) };
}

class CutOff extends Error {}

// A node that fails ends the login from the node before it, which then tells of that: the cause comes first.
function culpritOf(chain: readonly ClusterNode[], { failed, silent, slow }: Course): Pick<PipelineOutcome, 'culprit'> {
  const [place, reason] = slow ? [slow.place, slow.reason] : (firstOf(failed) ?? firstOf(silent) ?? []);
  const node = chain[place ?? -1];
  return node && reason !== undefined ? { culprit: { node, reason } } : {};
}

function firstOf(reasons: ReadonlyMap<number, string>): readonly [number, string] | undefined {
  return [...reasons].toSorted(([left], [right]) => left - right)[0];
}

function onward({ host, home, hostKey }: ClusterNode, run: string, source: string): string[] {
  const { command, text } = invocation('stage-incoming', [home, run, source], source);
  return [
    host.name,
    String(host.port),
    host.user,
    knownHostsLine(host.name, host.port, hostKey),
    command,
    text.toString('utf8'),
  ];
}

async function eachLine(said: Readable, heed: (line: string) => void): Promise<void> {
  let text = '';
  for await (const piece of said as AsyncIterable<Buffer>) {
    const lines = `${text}${piece.toString('utf8')}`.split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) heed(line);
  }
}

// A node that only failed in its place in the pipeline gets everything by another way, where it shows what is the matter with it.
function reasonOf(error: unknown): string {
  if (error instanceof UpgradeError && error.code === 'NODE_FAILED') return error.message;
  throw error;
}
