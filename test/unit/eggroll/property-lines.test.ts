import { describe, expect, it } from 'vitest';
import { commonLineEnd, joinLines, parsePropertyFile } from '../../../src/eggroll/property-lines.ts';

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

  it('does not let a comment continue', () => {
    expect(keysOf('# a\\\nb=c')).toEqual([['b', 'c']]);
  });

  it.each(['', 'a', 'a\n', 'a\r\nb\rc\nd', '\n', '\r\n\r\n', '\uFEFFa'])('keeps every character of %j', (text) => {
    expect(joinLines(parsePropertyFile(text).lines)).toBe(text);
  });

  it('tells the line end that most lines have', () => {
    expect(commonLineEnd(parsePropertyFile('a\r\nb\r\nc\n').lines)).toBe('\r\n');
    expect(commonLineEnd(parsePropertyFile('a').lines)).toBe('\n');
  });
});
