import { describe, expect, it } from 'vitest';
import { bytesText, cutLine, durationText, secondsText, wrapLine } from '../../../src/report/units.ts';

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

describe('wrapLine', () => {
  it('leaves a short line alone', () => {
    expect(wrapLine('  short', 20)).toEqual(['  short']);
  });

  it('breaks between words and indents what follows', () => {
    expect(wrapLine('  one two three four five', 14)).toEqual(['  one two', '    three four', '    five']);
  });

  it('leaves a word that is longer than the line whole', () => {
    expect(wrapLine(`a ${'x'.repeat(30)} b`, 10)).toEqual([`a ${'x'.repeat(30)}`, '  b']);
  });

  it('loses no word, and keeps within the columns where words allow', () => {
    const text = `  ! ${'some words of a message '.repeat(20)}`.trimEnd();
    const lines = wrapLine(text, 40);
    expect(lines.join(' ').replace(/\s+/g, ' ')).toBe(text.replace(/\s+/g, ' '));
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(40);
  });
});

it('cutLine cuts to the columns', () => {
  expect(cutLine('abcdef', 6)).toBe('abcdef');
  expect(cutLine('abcdefg', 6)).toBe('abcde…');
});
