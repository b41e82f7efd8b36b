import { describe, expect, it } from 'vitest';
import { terminalSvg } from '../../../scripts/terminal-picture.ts';

const svg = (screen: string) => terminalSvg(screen, 80);
const texts = (screen: string) =>
  [...svg(screen).matchAll(/<text x="([\d.]+)" .*>(.*)<\/text>/g)].map(([, x, text]) => [x, text]);

describe('terminalSvg', () => {
  it('places what stands in a column at its column, in any font', () => {
    expect(texts('  ab  cd e\n节点  x')).toEqual([
      ['34.8', 'ab'],
      ['68.4', 'cd e'],
      ['18.0', '节点'],
      ['68.4', 'x'],
    ]);
    expect(svg('节点')).toContain('textLength="33.6"');
  });

  it('takes the colours of the display', () => {
    expect(svg('\u001b[1mA\u001b[0m \u001b[33m! W\u001b[39m \u001b[2md')).toMatch(
      /font-weight="bold".*>A<[\s\S]*#e3b341.*>! W<[\s\S]*opacity="0.6".*>d</,
    );
  });

  it('is well-formed whatever is on the screen', () => {
    expect(svg('a <b> & c')).toContain('>a &lt;b&gt; &amp; c<');
    expect(svg('one\n\n\n').match(/<text/g)).toHaveLength(1);
  });
});
