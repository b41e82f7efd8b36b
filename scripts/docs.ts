/** Writes what of the documentation comes from the code: tables of README.md, and whole pages in docs. */
import { type Dirent, lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chartReadmeWithTable, schemaWithVariables } from './chart-reference.ts';
import { dependenciesPage } from './dependencies.ts';
import { inLanguage } from './pages.ts';
import { errorsPage, readmeWithTables, versionsPage } from './reference.ts';
import { referencePage } from './reference-page.ts';
import { wordsIn } from './words.ts';

const root = join(import.meta.dirname, '..');
const json = (name: string) => JSON.parse(readFileSync(join(root, name), 'utf8'));

for (const language of ['en', 'zh'] as const) {
  const words = wordsIn(language);
  const readme = join(root, inLanguage('README.md', language));
  writeFileSync(readme, readmeWithTables(words, readFileSync(readme, 'utf8')));
  for (const [name, write] of Object.entries({ errors: errorsPage, reference: referencePage, versions: versionsPage }))
    writeFileSync(join(root, inLanguage(`docs/${name}.md`, language)), write(words));
}
const dependencies = dependenciesPage(json('package.json'), json('package-lock.json').packages, sizeOf);
writeFileSync(join(root, 'docs', 'dependencies.md'), dependencies);

const schema = join(root, 'helm', 'eggroll-upgrade', 'values.schema.json');
writeFileSync(schema, schemaWithVariables(readFileSync(schema, 'utf8')));

const chartReadme = join(root, 'helm', 'eggroll-upgrade', 'README.md');
writeFileSync(chartReadme, chartReadmeWithTable(chartReadme, join(root, 'helm', 'eggroll-upgrade', 'values.yaml')));

function sizeOf(_: string, folders: readonly string[]): string {
  const bytes = folders.reduce((sum, folder) => sum + bytesIn(join(root, folder)), 0);
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** Without packages within it; a package for another platform is not there. */
function bytesIn(folder: string): number {
  return entriesOf(folder)
    .filter(({ name }) => name !== 'node_modules')
    .map((entry) =>
      entry.isDirectory() ? bytesIn(join(folder, entry.name)) : lstatSync(join(folder, entry.name)).size,
    )
    .reduce((sum, bytes) => sum + bytes, 0);
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
