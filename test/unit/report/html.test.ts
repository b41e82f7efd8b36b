import { describe, expect, it } from 'vitest';
import { html, prose, trusted } from '../../../src/report/html.ts';

const text = (value: { toString(): string }) => value.toString();

describe('html', () => {
  it('escapes what could begin or end a tag, an attribute or an entity', () => {
    expect(text(html`<p title="${'"a" \'b\' `c`'}">${'<b>&amp;</b>'}</p>`)).toBe(
      '<p title="&quot;a&quot; &#39;b&#39; &#96;c&#96;">&lt;b&gt;&amp;amp;&lt;/b&gt;</p>',
    );
  });

  it('escapes once: HTML of its own making stays what it is, in lists too', () => {
    const inner = html`<i>${'<'}</i>`;
    expect(text(html`${inner}${[inner, ['&', 3, undefined]]}`)).toBe('<i>&lt;</i><i>&lt;</i>&amp;3');
  });

  it('takes no object for HTML that has none of its marks', () => {
    const forged = { toString: () => '<script>' } as unknown as string;
    expect(text(html`${forged}`)).toBe('&lt;script&gt;');
  });

  it('shows what is not seen: control characters, a changed direction of writing, half characters', () => {
    expect(text(html`${'a\u202egnp.exe\u0000\u200b\ud800'}`)).toBe('a\\u{202e}gnp.exe\\u{0}\\u{200b}\\u{d800}');
    expect(text(html`${'line\n\ttab 证书 é 🚀'}`)).toBe('line\n\ttab 证书 é 🚀');
  });

  it('lets text of its own be', () => {
    expect(text(html`<style>${trusted('a > b { }')}</style>`)).toBe('<style>a > b { }</style>');
  });
});

describe('prose', () => {
  it('takes what stands between backticks for code, and escapes it', () => {
    expect(text(prose('Run `recover <now>`, or `upgrade`.'))).toBe(
      'Run <code>recover &lt;now&gt;</code>, or <code>upgrade</code>.',
    );
  });

  it('lets a backtick without a partner be one', () => {
    expect(text(prose('a ` b'))).toBe('a &#96; b');
  });
});
