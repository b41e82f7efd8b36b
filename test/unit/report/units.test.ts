import { describe, expect, it } from 'vitest';
import { bytesText, durationText, secondsText } from '../../../src/report/units.ts';

describe('bytesText', () => {
  it.each([
    [0, '0 B'],
    [0.4, '0 B'],
    [999, '999 B'],
    [999.6, '1.0 kB'],
    [1000, '1.0 kB'],
    [1550, '1.6 kB'],
    [999_940, '999.9 kB'],
    [999_999, '1.0 MB'],
    [123_456_789, '123.5 MB'],
    [5_000_000_000, '5.0 GB'],
    [7_200_000_000_000_000, '7200.0 TB'],
  ])('%d is %s', (bytes, text) => {
    expect(bytesText(bytes)).toBe(text);
  });
});

describe('durationText', () => {
  it.each([
    [0, '0 ms'],
    [999.4, '999 ms'],
    [999.7, '1.0 s'],
    [1234, '1.2 s'],
    [59_949, '59.9 s'],
    [59_999, '1 min 0 s'],
    [119_700, '2 min 0 s'],
    [3_725_000, '1 h 2 min'],
  ])('%d ms is %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });
});

describe('secondsText', () => {
  it.each([
    [0, '0 s'],
    [400, '0 s'],
    [59_400, '59 s'],
    [59_600, '1 min 0 s'],
    [65_000, '1 min 5 s'],
    [3_600_000, '1 h 0 min'],
  ])('%d ms is %s', (ms, text) => {
    expect(secondsText(ms)).toBe(text);
  });
});
