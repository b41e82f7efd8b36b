import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { errorsPage, readmeWithTable, versionsPage } from '../../../scripts/reference.ts';

const read = (path: string) => readFileSync(join(import.meta.dirname, '../../..', path), 'utf8');

it('README.md holds the table of variables as the code has it', () => {
  const readme = read('README.md');
  expect(readmeWithTable(readme)).toBe(readme);
});

it('docs/errors.md lists every error of the catalogue as the code has it', () => {
  expect(read('docs/errors.md')).toBe(errorsPage());
});

it('docs/versions.md shows the table of versions as the code has it', () => {
  expect(read('docs/versions.md')).toBe(versionsPage());
});

it('a README without the marks is an error', () => {
  expect(() => readmeWithTable('# no marks')).toThrow('marks');
});
