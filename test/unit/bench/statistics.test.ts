import { describe, expect, it } from 'vitest';
import { line, median, ratio } from '../../bench/statistics.ts';

describe('median', () => {
  it('is the one in the middle, or between the two in the middle, by size and not by text', () => {
    expect(median([100, 9, 20])).toBe(20);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(median([7])).toBe(7);
  });

  it('leaves the list as it is', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });

  it('of nothing is an error', () => {
    expect(() => median([])).toThrow('median');
  });
});

it('a ratio to nothing is none', () => {
  expect(ratio(1, 4)).toBe(0.25);
  expect(ratio(0, 4)).toBe(0);
  expect(ratio(1, 0)).toBeUndefined();
});

describe('line', () => {
  it('goes through points that lie on one', () => {
    const found = line([
      [1, 12],
      [4, 18],
      [16, 42],
    ]);
    expect(found?.slope).toBeCloseTo(2);
    expect(found?.start).toBeCloseTo(10);
  });

  it('lies between points that do not', () => {
    const found = line([
      [0, 0],
      [1, 2],
      [2, 1],
    ]);
    expect(found?.slope).toBeCloseTo(0.5);
    expect(found?.start).toBeCloseTo(0.5);
  });

  it('needs two different places', () => {
    expect(
      line([
        [4, 1],
        [4, 2],
      ]),
    ).toBeUndefined();
    expect(line([])).toBeUndefined();
  });
});
