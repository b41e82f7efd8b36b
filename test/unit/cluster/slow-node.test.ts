import { describe, expect, it } from 'vitest';
import { type Sample, slowNode } from '../../../src/cluster/slow-node.ts';

const mebibyte = 1_048_576;

interface Course {
  readonly ratesMb: readonly number[];
  readonly seconds?: number;
  readonly bufferMb?: number;
  /** How late in each second each node counts. */
  readonly phases?: readonly number[];
}

/** What nodes have taken, second by second, at these rates, each no more than the one before it has passed on. */
function course({ ratesMb, seconds = 20, bufferMb = 3, phases = [] }: Course): Sample[][] {
  const received = ratesMb.map((): Sample[] => []);
  const taken = ratesMb.map(() => 0);
  const advance = (rate: number, place: number) => {
    const comes = taken[place - 1] ?? Number.POSITIVE_INFINITY;
    // A node is held up once the hop after it is full.
    const room = (taken[place + 1] ?? Number.POSITIVE_INFINITY) + bufferMb;
    taken[place] = Math.min((taken[place] ?? 0) + rate / 100, comes, room);
  };
  for (let step = 1; step <= seconds * 100; step += 1) {
    ratesMb.forEach(advance);
    for (const [place, megabytes] of taken.entries()) {
      if (step % 100 !== Math.round((phases[place] ?? 0) * 100)) continue;
      received[place]?.push({ seconds: step / 100, bytes: Math.round(megabytes * mebibyte) });
    }
  }
  return received;
}

describe('slowNode', () => {
  const large = 10_000 * mebibyte;

  it('finds the one that holds up the others, wherever it is', () => {
    expect(slowNode(course({ ratesMb: [80, 80, 2, 80, 80] }), large)).toBe(2);
    expect(slowNode(course({ ratesMb: [80, 2, 80] }), large)).toBe(1);
    expect(slowNode(course({ ratesMb: [80, 80, 2] }), large)).toBe(2);
  });

  it('names nobody while all are as fast, or the way to the first is slow', () => {
    expect(slowNode(course({ ratesMb: [80, 80, 80] }), large)).toBeUndefined();
    expect(slowNode(course({ ratesMb: [2, 80, 80] }), large)).toBeUndefined();
    expect(slowNode(course({ ratesMb: [2] }), large)).toBeUndefined();
  });

  it('finds it by what little the buffers before it hold', () => {
    expect(slowNode(course({ ratesMb: [80, 80, 0.25, 80], bufferMb: 0.3 }), large)).toBe(2);
    expect(slowNode(course({ ratesMb: [80, 80, 0, 80], bufferMb: 0.3 }), large)).toBe(2);
  });

  it('is not misled by nodes that count at different times', () => {
    const phases = [0.9, 0.1, 0.8, 0.2];
    expect(slowNode(course({ ratesMb: [80, 80, 2, 80], phases }), large)).toBe(2);
    expect(slowNode(course({ ratesMb: [5, 80, 80, 80], phases }), large)).toBeUndefined();
    expect(slowNode(course({ ratesMb: [5, 80, 80, 80], phases: [0.1, 0.9, 0.2, 0.8] }), large)).toBeUndefined();
  });

  it('waits for enough samples of every node', () => {
    expect(slowNode(course({ ratesMb: [80, 2, 80], seconds: 9 }), large)).toBeUndefined();
    expect(slowNode([...course({ ratesMb: [80, 2] }), []], large)).toBeUndefined();
  });

  it('lets a slow one end what it soon has', () => {
    const received = course({ ratesMb: [80, 2, 80] });
    expect(slowNode(received, (received[1]?.at(-1)?.bytes ?? 0) + 40 * mebibyte)).toBeUndefined();
    expect(slowNode(received, (received[1]?.at(-1)?.bytes ?? 0) + 80 * mebibyte)).toBe(1);
  });
});
