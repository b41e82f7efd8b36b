import { describe, expect, it } from 'vitest';
import { cutLine, displayWidth, padTo, wrapLine } from '../../../src/report/width.ts';

describe('displayWidth', () => {
  it.each([
    ['abc', 3],
    ['节点', 4],
    ['ノード', 6],
    ['노드', 4],
    ['，。（）', 8],
    ['e\u0301', 1],
    ['a\u200bb', 2],
    ['█░…✓✗', 5],
    ['🚀', 2],
    ['𠀀', 2],
  ])('of %s is %d', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });
});

it('padTo fills up to the width', () => {
  expect(padTo('节点', 6)).toBe('节点  ');
  expect(padTo('节点', 3)).toBe('节点');
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

  it('breaks between wide characters, and begins no line with a mark', () => {
    expect(wrapLine('  请检查数据库，然后重试。', 14)).toEqual(['  请检查数据', '    库，然后重', '    试。']);
  });

  it('loses no word, and keeps within the columns where words allow', () => {
    const text = `  ! ${'some words of a message '.repeat(20)}`.trimEnd();
    const lines = wrapLine(text, 40);
    expect(lines.join(' ').replace(/\s+/g, ' ')).toBe(text.replace(/\s+/g, ' '));
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(40);
  });
});

it('cutLine cuts to the columns', () => {
  expect(cutLine('集群节点', 8)).toBe('集群节点');
  expect(cutLine('集群节点', 7)).toBe('集群节…');
  expect(cutLine('集群节点', 6)).toBe('集群…');
  expect(cutLine('abc', 0)).toBe('');
  expect(cutLine('abcdef', 6)).toBe('abcdef');
  expect(cutLine('abcdefg', 6)).toBe('abcde…');
});
