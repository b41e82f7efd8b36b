// How much is run. `make test` leaves out what CONTRIBUTING.md lists, `make test-all` nothing, and a run by hand nothing either.
// Single cases are left out by a tag, see vitest.config.ts; values of a table by this.

/** Whether this is `make test`, which is short. */
export const isShort = process.env['TESTS'] === 'short';

/** The values of a table of cases; `make test` takes the first ones alone, as the siblings show the same in another place. */
export function withSiblings<T>(first: readonly T[], siblings: readonly T[]): readonly T[] {
  return isShort ? first : [...first, ...siblings];
}
