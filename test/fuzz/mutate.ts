// Half-valid inputs: right ones with some damage. Random text alone is refused at the door and reaches nothing behind it.

import fc from 'fast-check';

interface Damage {
  readonly kind: 'insert' | 'delete' | 'flip' | 'double' | 'swap' | 'cut' | 'amplify';
  /** Parts of the whole, 0 to 1. */
  readonly at: number;
  readonly to: number;
  readonly length: number;
  readonly token: string;
  readonly times: number;
}

const largestText = 300_000;

/** Texts of `base` with up to five damages; `tokens` is what is likely to hurt. Bytes: as latin1 text. */
export function mutated(base: fc.Arbitrary<string>, tokens: readonly string[]): fc.Arbitrary<string> {
  const token = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...tokens) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
  );
  const kind = fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom('insert', 'insert', 'delete', 'flip', 'double', 'swap', 'cut') },
    { weight: 1, arbitrary: fc.constant('amplify') },
  ) as fc.Arbitrary<Damage['kind']>;
  const damage = fc.record({
    kind,
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    to: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.oneof(fc.constantFrom(0, 1, 2), fc.nat(40)),
    token,
    times: fc.constantFrom(2, 20, 300, 5000, 50_000),
  });
  const damages = fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    { weight: 5, arbitrary: fc.array(damage, { minLength: 1, maxLength: 2 }) },
    { weight: 2, arbitrary: fc.array(damage, { minLength: 1, maxLength: 5 }) },
  );
  return fc.tuple(base, damages).map(([text, list]) => list.reduce(apply, text));
}

function apply(text: string, { kind, at, to, length, token, times }: Damage): string {
  const start = Math.floor(at * text.length);
  const end = Math.min(text.length, start + length);
  const part = text.slice(start, end);
  const [before, after] = [text.slice(0, start), text.slice(end)];
  switch (kind) {
    case 'insert':
      return before + token + text.slice(start);
    case 'delete':
      return before + after;
    case 'flip':
      return before + flipped(text.charCodeAt(start), length) + text.slice(start + 1);
    case 'double':
      return before + part + part + after;
    case 'swap':
      return swapped(before + after, part, to);
    case 'cut':
      return before;
    case 'amplify':
      return (
        before + token.repeat(Math.min(times, Math.floor(largestText / Math.max(1, token.length)))) + text.slice(start)
      );
  }
}

function flipped(code: number, bit: number): string {
  return Number.isNaN(code) ? '' : String.fromCharCode(code ^ (1 << (bit % 8)));
}

function swapped(rest: string, part: string, to: number): string {
  const place = Math.floor(to * rest.length);
  return rest.slice(0, place) + part + rest.slice(place);
}
