import { describe, expect, it } from 'vitest';
import { slowNode } from '../../../src/cluster/slow-node.ts';

const mebibyte = 1_048_576;

/** What nodes have taken, second by second, at these rates, each no more than the one before it has passed on. */
function course(ratesMb: readonly number[], seconds: number, bufferMb = 3): number[][] {
  const received = ratesMb.map((): number[] => []);
  const taken = ratesMb.map(() => 0);
  const advance = (rate: number, place: number) => {
    const comes = taken[place - 1] ?? Number.POSITIVE_INFINITY;
    // A node is held up once the hop after it is full.
    const room = (taken[place + 1] ?? Number.POSITIVE_INFINITY) + bufferMb;
    taken[place] = Math.min((taken[place] ?? 0) + rate / 100, comes, room);
  };
  for (let second = 0; second < seconds; second += 1) {
    for (let step = 0; step < 100; step += 1) ratesMb.forEach(advance);
    for (const [place, bytes] of taken.entries()) received[place]?.push(Math.round(bytes * mebibyte));
  }
  return received;
}

describe('slowNode', () => {
  const large = 10_000 * mebibyte;

  it('finds the one that holds up the others, wherever it is', () => {
    expect(slowNode(course([80, 80, 2, 80, 80], 20), large)).toBe(2);
    expect(slowNode(course([80, 2, 80], 20), large)).toBe(1);
    expect(slowNode(course([80, 80, 2], 20), large)).toBe(2);
  });

  it('names nobody while all are as fast, or the way to the first is slow', () => {
    expect(slowNode(course([80, 80, 80], 20), large)).toBeUndefined();
    expect(slowNode(course([2, 80, 80], 20), large)).toBeUndefined();
    expect(slowNode(course([2], 20), large)).toBeUndefined();
  });

  it('waits for enough samples of every node', () => {
    expect(slowNode(course([80, 2, 80], 9), large)).toBeUndefined();
    expect(slowNode([...course([80, 2], 20), []], large)).toBeUndefined();
  });

  it('lets a slow one end what it soon has', () => {
    const received = course([80, 2, 80], 20);
    expect(slowNode(received, (received[1]?.at(-1) ?? 0) + 40 * mebibyte)).toBeUndefined();
    expect(slowNode(received, (received[1]?.at(-1) ?? 0) + 80 * mebibyte)).toBe(1);
  });
});
