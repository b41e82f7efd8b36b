import { describe, expect, it } from 'vitest';
import { maskSql, scanSql } from '../../../src/database/sql-text.ts';

describe('scanSql', () => {
  it('covers the text without gaps', () => {
    const text = 'a \'b\' `c` "d" -- e\n# f\n/* g */ /*! h */ i--j';
    const segments = scanSql(text);
    expect(segments.map(({ start, end }) => text.slice(start, end)).join('')).toBe(text);
    expect(segments.filter(({ kind }) => kind !== 'code').map(({ kind }) => kind)).toEqual([
      'string',
      'name',
      'string',
      'comment',
      'comment',
      'comment',
      'directive',
    ]);
  });

  it.each(["'a", '"a', '`a', '/* a', '/*! a', "'a\\'", '/*! ' + "'*/"])('tells that %s is open', (text) => {
    expect(scanSql(`x ${text}`).at(-1)?.closed).toBe(false);
  });

  it.each(["'a'", "'a''b'", "'a\\'b'", '`a\\`', '-- a', '--', '/**/'])('tells that %s is closed', (text) => {
    expect(scanSql(text).every(({ closed }) => closed)).toBe(true);
  });
});

describe('maskSql', () => {
  const text = "SELECT 'a;', `b;` -- c;\n/*!50003 d 'e;' */";

  it('keeps length and lines, and fills all but code', () => {
    const masked = maskSql(text, { directives: 'fill', names: 'fill' });
    expect(masked).toBe(`SELECT '  ', \`  \`      \n${'x'.repeat(18)}`);
  });

  it('opens directives and keeps names when asked', () => {
    const masked = maskSql(text, { directives: 'open', names: 'keep' });
    expect(masked).toBe("SELECT '  ', `b;`      \n         d '  '   ");
    expect(masked).toHaveLength(text.length);
  });
});
