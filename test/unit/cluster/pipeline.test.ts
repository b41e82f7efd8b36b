import { PassThrough, Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { RunOptions } from '../../../src/cluster/command.ts';
import type { ClusterNode } from '../../../src/cluster/node.ts';
import { sendThrough } from '../../../src/cluster/pipeline.ts';
import { testClock } from '../../support/clock.ts';

const mebibyte = 1_048_576;

/** A node whose stage-receive tells and ends what the test says, unless it is cut off. */
function fakeNode(name: string) {
  const told = new PassThrough();
  const ended = Promise.withResolvers<void>();
  const changes: string[] = [];
  const node = {
    name,
    host: { name, port: 22, user: 'app', role: 'nodemanager' },
    home: '/home',
    hostKey: Buffer.alloc(32),
    async change(script: string, _args: readonly string[], { output, signal }: RunOptions = {}) {
      changes.push(script);
      if (script !== 'stage-receive') return;
      const cut = Promise.withResolvers<never>();
      signal?.addEventListener('abort', () => cut.reject(signal.reason));
      await Promise.race([Promise.all([output?.(told), ended.promise]), cut.promise]);
    },
  } as unknown as ClusterNode;
  return {
    node,
    changes,
    takes: (mebibytes: number) => told.write(`received ${mebibytes * mebibyte}\n`),
    end: () => {
      told.end();
      ended.resolve();
    },
  };
}

const clock = testClock();

const send = (nodes: readonly ReturnType<typeof fakeNode>[]) =>
  sendThrough(
    nodes.map(({ node }) => node),
    { stream: Readable.from([]), form: 'plain' },
    { run: 'run-1', signal: new AbortController().signal, limitMs: 1000, totalBytes: 1000 * mebibyte, clock },
  );

/** What the nodes tell, second by second. */
async function tell(
  nodes: readonly ReturnType<typeof fakeNode>[],
  count: number,
  taken: (second: number) => readonly number[],
): Promise<void> {
  for (let second = 0; second < count; second += 1) {
    for (const [place, mebibytes] of taken(second).entries()) nodes[place]?.takes(mebibytes);
    // Until it was heard.
    await setImmediate();
    clock.advance(1000);
  }
}

describe('sendThrough', () => {
  it('leaves out the node that is slow on both sides, when first the one after it seems to be the slow one', async () => {
    const nodes = ['first', 'second', 'third', 'fourth'].map(fakeNode);
    const [, , third, fourth] = nodes;
    const sending = send(nodes);
    await tell(nodes, 10, (second) => [8 + second, 6 + second, 3 + second, 1 + second]);
    await expect.poll(() => fourth?.changes).toEqual(['stage-receive', 'confirm-lock']);
    await tell(nodes, 9, (second) => [18 + second, 16 + second, 13 + second]);
    expect(third?.changes).toEqual(['stage-receive']);
    await tell(nodes, 1, () => [27, 25, 22]);
    await expect.poll(() => third?.changes).toEqual(['stage-receive', 'confirm-lock']);
    for (const { end } of nodes.slice(0, 2)) end();
    const { served, culprit } = await sending;
    expect(served.map(({ name }) => name)).toEqual(['first', 'second']);
    expect(culprit).toMatchObject({ node: { name: 'third' }, reason: 'it holds up all that come after it' });
  });

  it('keeps the nodes before a slow one when the rest goes fast without it', async () => {
    const nodes = ['first', 'second', 'third'].map(fakeNode);
    const sending = send(nodes);
    await tell(nodes, 10, (second) => [6 + second, 3 + second, 1 + second]);
    await expect.poll(() => nodes[2]?.changes).toEqual(['stage-receive', 'confirm-lock']);
    await tell(nodes, 12, (second) => [66 + 60 * second, 63 + 60 * second]);
    for (const { end } of nodes.slice(0, 2)) end();
    const { served, culprit } = await sending;
    expect(served.map(({ name }) => name)).toEqual(['first', 'second']);
    expect(culprit?.node.name).toBe('third');
  });
});
