/** Writes what of the documentation comes from the code: tables of README.md, and whole pages in docs. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorsPage, readmeWithTables, versionsPage } from './reference.ts';
import { referencePage } from './reference-page.ts';

const root = join(import.meta.dirname, '..');
const readme = join(root, 'README.md');

writeFileSync(readme, readmeWithTables(readFileSync(readme, 'utf8')));
for (const [name, write] of Object.entries({ errors: errorsPage, reference: referencePage, versions: versionsPage })) {
  writeFileSync(join(root, 'docs', `${name}.md`), write());
}
