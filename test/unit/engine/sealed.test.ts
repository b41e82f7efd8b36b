import { describe, expect, it } from 'vitest';
import { seal, unseal } from '../../../src/engine/sealed.ts';
import { everyCut, everyFlip } from '../../support/damage.ts';

const bodies: readonly object[] = [
  {},
  [],
  { a: 1, list: ['x', { y: null }], text: 'quotes " and \\ and \n and 中文 and \u{1F600} and \uFFFD' },
  [{ path: 'bin/eggroll.sh', mode: 0o755 }],
];

describe('unseal', () => {
  it.each(bodies)('reads what was sealed: %j', (body) => {
    expect(unseal(seal(body))).toEqual(body);
    expect(unseal(Buffer.from(seal(body)))).toEqual(body);
  });

  it('is one line', () => {
    expect(seal({ text: 'a\nb' })).toMatch(/^[^\n]+\n$/);
  });

  it.each(['', '{}', 'null', 'no JSON', '{"sha256":"","body":{}}', `{"sha256":"${'0'.repeat(64)}","body":{}}\n`])(
    'takes %j for damaged',
    (text) => {
      expect(unseal(text)).toBeUndefined();
    },
  );

  it.each(bodies)('knows every cut, every flip and whatever is added: %j', (body) => {
    const bytes = Buffer.from(seal(body));
    // Without its line end alone it is whole.
    for (const cut of everyCut(bytes).slice(0, -1)) expect(unseal(cut)).toBeUndefined();
    expect(unseal(bytes.subarray(0, -1))).toEqual(body);
    for (const flipped of everyFlip(bytes)) {
      const read = unseal(flipped);
      if (read !== undefined) expect(read).toEqual(body);
    }
    for (const more of ['x', '\n', '}', '{}']) expect(unseal(`${bytes.toString()}${more}`)).toBeUndefined();
    expect(unseal(`x${bytes.toString()}`)).toBeUndefined();
  });
});
