import { describe, expect, it } from 'vitest';
import { onOneLine, shown } from '../../../src/config/shown.ts';

describe('shown', () => {
  it.each([
    ['plain', '"plain"'],
    ['a"b\n', '"a\\"b\\n"'],
    ['\u001b\u0085\u202e\ud800', '"\\u001b\\u0085\\u202e\\ud800"'],
    ['ssh://root:secret@host', '"ssh:***@host"'],
    ['root:se@cret@host', '"root:***@host"'],
    ['host:22', '"host:22"'],
    ['a@host:22', '"a@host:22"'],
    ['x'.repeat(81), `"${'x'.repeat(80)}"…`],
  ])('shows %j as %s', (text, expected) => {
    expect(shown(text)).toBe(expected);
  });
});

describe('onOneLine', () => {
  it('keeps a path as it is but for what would act on a terminal', () => {
    expect(onOneLine('/data/名 x\n\u001b[0m')).toBe('/data/名 x\\u000a\\u001b[0m');
    expect(onOneLine('/'.repeat(600))).toBe(`${'/'.repeat(500)}…`);
  });
});
