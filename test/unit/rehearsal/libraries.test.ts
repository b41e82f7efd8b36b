import { expect, test } from 'vitest';
import { libraryFiles, noise } from '../../../src/rehearsal/libraries.ts';

const options = { libraries: 12, libBytes: 60_000 };
const jars = (version: '2.0.2' | '2.2.1') =>
  new Map(libraryFiles(version, options).map(({ path, content }) => [path, content]));

test('a third of the libraries is the same in two releases, a third changes, a third has another name', () => {
  const [old, fresh] = [jars('2.0.2'), jars('2.2.1')];
  const shared = [...old].filter(([path]) => fresh.has(path));
  const equal = shared.filter(([path, content]) => fresh.get(path)?.equals(content));
  expect([equal.length, shared.length - equal.length, old.size - shared.length]).toEqual([4, 4, 4 + 3]);
});

test('number and size are as asked for', () => {
  const files = libraryFiles('2.2.1', { libraries: 30, libBytes: 3_300_000 });
  expect(files).toHaveLength(33);
  expect(files.reduce((sum, { content }) => sum + content.length, 0)).toBe(3_300_000);
});

test('noise is the same for the same seed, and differs for another', () => {
  expect(noise('a', 100).equals(noise('a', 100))).toBe(true);
  expect(noise('a', 100).equals(noise('b', 100))).toBe(false);
});
