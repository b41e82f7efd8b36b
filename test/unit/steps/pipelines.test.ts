import { describe, expect, it } from 'vitest';
import { pipelinesOf } from '../../../src/steps/pipelines.ts';

const nodes = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const all = () => true;

describe('pipelinesOf', () => {
  it.each([
    [0, []],
    [2, []],
    [3, [[1, 2, 3]]],
    [7, [[1, 2, 3, 4, 5, 6, 7]]],
    [
      8,
      [
        [1, 3, 5, 7],
        [2, 4, 6, 8],
      ],
    ],
  ])('forms those of %i nodes', (count, pipelines) => {
    expect(pipelinesOf(nodes(count), all)).toEqual(pipelines);
  });

  it('has two at most, however many nodes there are', () => {
    expect(pipelinesOf(nodes(1000), all).map(({ length }) => length)).toEqual([500, 500]);
  });

  it('puts who can pass nothing on at an end, and leaves out the others', () => {
    expect(pipelinesOf(nodes(4), (node) => node !== 2)).toEqual([[1, 3, 4, 2]]);
    expect(pipelinesOf(nodes(8), (node) => ![1, 2, 3].includes(node))).toEqual([
      [4, 6, 8, 1],
      [5, 7, 2],
    ]);
    expect(pipelinesOf(nodes(4), (node) => node === 3)).toEqual([[3, 1]]);
    expect(pipelinesOf(nodes(4), () => false)).toEqual([]);
  });
});
