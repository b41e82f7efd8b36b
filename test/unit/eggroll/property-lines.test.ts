import { describe, expect, it } from 'vitest';
import { commonLineEnd, joinLines, parsePropertyFile } from '../../../src/eggroll/property-lines.ts';
import { cpuMsOf } from '../../support/cpu.ts';

const keysOf = (text: string) => parsePropertyFile(text).entries.map((entry) => [entry.key, entry.value]);

describe('parsePropertyFile', () => {
  it.each([
    ['a=b', 'a', 'b'],
    ['a = b c ', 'a', 'b c'],
    ['  a:b', 'a', 'b'],
    ['a b', 'a', 'b'],
    ['a', 'a', ''],
    ['a=', 'a', ''],
    ['a=b=c', 'a', 'b=c'],
    ['a\\=b=c', 'a=b', 'c'],
    ['a=b\\\n   c', 'a', 'bc'],
    ['a=b\\\r\n\tc', 'a', 'bc'],
    ['a=b\\\\', 'a', 'b\\\\'],
    ['a=b\\', 'a', 'b'],
    ['\uFEFFa=b', 'a', 'b'],
    ['\u00EF\u00BB\u00BFa=b', 'a', 'b'],
  ])('reads %j', (text, key, value) => {
    expect(keysOf(text)).toEqual([[key, value]]);
  });

  it.each(['', '\n\n', '# a=b', '  ! a=b', '[eggroll]', '=b'])('finds no entry in %j', (text) => {
    expect(keysOf(text)).toEqual([]);
  });

  it('takes a section line with a backslash behind for a section, and tells that it would take in the next line', () => {
    expect(parsePropertyFile('a=1\n[eggroll]\\\n')).toMatchObject({ sections: [1], dangling: true });
    expect(parsePropertyFile('[eggroll]\\\nb=1')).toMatchObject({ sections: [0], dangling: false });
    expect(keysOf('[eggroll]\\\nb=1')).toEqual([['b', '1']]);
  });

  it('does not let a comment continue', () => {
    expect(keysOf('# a\\\nb=c')).toEqual([['b', 'c']]);
  });

  it.each(['', 'a', 'a\n', 'a\r\nb\rc\nd', '\n', '\r\n\r\n', '\uFEFFa'])('keeps every character of %j', (text) => {
    expect(joinLines(parsePropertyFile(text).lines)).toBe(text);
  });

  it.each([
    ['blanks inside', `a=x${' '.repeat(200_000)}b`],
    ['backslashes', `a=${'\\'.repeat(400_000)}b\n`.repeat(2)],
    ['continued lines', `a=${'0123456789 \\\n'.repeat(40_000)}`],
  ])('is not held up by many %s', (_, text) => {
    expect(cpuMsOf(() => parsePropertyFile(text))).toBeLessThan(2000);
  });

  it('tells the line end that most lines have', () => {
    expect(commonLineEnd(parsePropertyFile('a\r\nb\r\nc\n').lines)).toBe('\r\n');
    expect(commonLineEnd(parsePropertyFile('a').lines)).toBe('\n');
  });
});
