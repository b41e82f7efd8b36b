// A pipeline: the runner sends a stream to the first node, and each node passes it on to the next one while it unpacks it. What each node
// makes of it is proven by the caller, by hash; what a node did not get, it gets directly.

import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import { UpgradeError } from '../engine/errors.ts';
import { knownHostsLine } from './host-keys.ts';
import type { ClusterNode } from './node.ts';
import { invocation } from './remote-scripts.ts';

export interface PipelineOptions {
  readonly run: string;
  readonly signal: AbortSignal;
  readonly limitMs: number;
}

export interface Dropouts {
  /** Nodes that did not get the whole stream, and why. */
  readonly unserved: ReadonlyMap<ClusterNode, string>;
  /** Nodes that passed nothing on, or not all of it, and why. */
  readonly silent: ReadonlyMap<ClusterNode, string>;
}

/**
 * Sends a stream through nodes, in their order. Waits for all of them. Throws what is no matter of the pipeline alone: a node that is
 * lost, a lock that is lost, a full disk, a signal.
 */
export async function sendThrough(
  chain: readonly ClusterNode[],
  stream: Readable,
  { run, signal, limitMs }: PipelineOptions,
): Promise<Dropouts> {
  const source = randomBytes(8).toString('hex');
  const unserved = new Map<ClusterNode, string>();
  const silent = new Map<ClusterNode, string>();
  // Whoever comes after a node that passes nothing on waits for nothing.
  const cuts = chain.map(() => new AbortController());
  const cutAfter = (index: number, reason: string) => {
    for (const cut of cuts.slice(index + 1)) cut.abort(new CutOff(reason));
  };
  const outcomes = await Promise.allSettled(
    chain.map(async (node, index) => {
      const next = chain[index + 1];
      const cut = cuts[index]?.signal;
      try {
        await node.change(
          'stage-receive',
          [run, index === 0 ? '-' : source, ...(next ? onward(next, run, source) : [])],
          {
            ...(index === 0 ? { input: stream } : {}),
            ...(next ? { lendsAgent: true } : {}),
            output: (said) =>
              heedRefusal(said, (reason) => {
                silent.set(node, reason);
                cutAfter(index, `${node.name} did not pass it on: ${reason}`);
              }),
            limitMs,
            signal: cut ? AbortSignal.any([signal, cut]) : signal,
          },
        );
      } catch (error) {
        cutAfter(index, `${node.name} failed`);
        signal.throwIfAborted();
        unserved.set(node, reasonOf(error));
      }
    }),
  );
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failure) throw failure.reason;
  return { unserved, silent };
}

class CutOff extends Error {}

function onward({ host, home, hostKey }: ClusterNode, run: string, source: string): string[] {
  const { command, text } = invocation('stage-incoming', [home, run, source]);
  return [
    host.name,
    String(host.port),
    host.user,
    knownHostsLine(host.name, host.port, hostKey),
    command,
    text.toString('utf8'),
  ];
}

/** Reads what a node prints to its end; tells why it passes nothing on as soon as it says so. */
async function heedRefusal(said: Readable, refused: (reason: string) => void): Promise<void> {
  let text = '';
  for await (const piece of said as AsyncIterable<Buffer>) {
    text += piece.toString('utf8');
    const [whole, reason] = /^not passed on: *(.*)\n/m.exec(text) ?? [];
    if (whole === undefined) continue;
    refused(reason?.trim() || 'no reason was given');
    text = '';
  }
}

// A node that only failed in its place in the pipeline gets everything directly, where it shows what is the matter with it.
function reasonOf(error: unknown): string {
  if (error instanceof CutOff) return error.message;
  if (error instanceof UpgradeError && error.code === 'NODE_FAILED') return error.message;
  throw error;
}
