import { expect, it } from 'vitest';
import { isTooOld } from '../../../src/database/grants.ts';

it.each([
  ['mysql', '5.6.24', true],
  ['mysql', '5.7.0', false],
  ['mysql', '8.0.28', false],
  ['mysql', '9.7.0', false],
  ['mariadb', '5.5.68', true],
  ['mariadb', '10.1.48', true],
  ['mariadb', '10.2.7', false],
  ['mariadb', '11.8.6', false],
] as const)('takes %s %s for too old: %s', (flavour, version, expected) => {
  expect(isTooOld({ flavour, version })).toBe(expected);
});
