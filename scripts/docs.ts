/** Writes the tables of the documentation that come from the code: variables into README.md, errors into docs/errors.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorsPage, readmeWithTable } from './reference.ts';

const root = join(import.meta.dirname, '..');
const readme = join(root, 'README.md');

writeFileSync(readme, readmeWithTable(readFileSync(readme, 'utf8')));
writeFileSync(join(root, 'docs', 'errors.md'), errorsPage());
