import { describe, expect, it } from 'vitest';
import { jumpNotes } from '../../../src/eggroll/compatibility.ts';

describe('jumpNotes', () => {
  it.each([
    ['2.0.0', '2.2.1'],
    ['2.0.2', '2.0.2'],
    ['2.1.0', '2.4.9'],
    ['2.2.1', '2.5.3'],
    ['2.5.1', '3.0.0-beta'],
    ['3.0.0', '3.2.0'],
  ])('knows %s to %s', (from, to) => {
    expect(jumpNotes(from, to)).toEqual([]);
  });

  it.each(['2.0.2', '2.4.9', '3.0.0-beta'])('tells what comes with 3.x from %s', (from) => {
    expect(jumpNotes(from, '3.1.0')?.join(' ')).toMatch(/OSX.*egg_pair\.filepath.*nodemanager\.host/);
  });

  it.each([
    ['2.0.2', '4.0.0'],
    ['3.2.0', '4.0.0-alpha'],
    ['1.9.9', '2.0.0'],
    ['3.0.0', '2.5.3'],
  ])('does not know %s to %s', (from, to) => {
    expect(jumpNotes(from, to)).toBeUndefined();
  });
});
