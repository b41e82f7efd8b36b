/** Writes what of the documentation comes from the code: variables into README.md, docs/errors.md, docs/versions.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chartReadmeWithTable, schemaWithVariables } from './chart-reference.ts';
import { errorsPage, readmeWithTable, versionsPage } from './reference.ts';

const root = join(import.meta.dirname, '..');
const readme = join(root, 'README.md');

writeFileSync(readme, readmeWithTable(readFileSync(readme, 'utf8')));
writeFileSync(join(root, 'docs', 'errors.md'), errorsPage());
writeFileSync(join(root, 'docs', 'versions.md'), versionsPage());

const schema = join(root, 'helm', 'eggroll-upgrade', 'values.schema.json');
writeFileSync(schema, schemaWithVariables(readFileSync(schema, 'utf8')));

const chartReadme = join(root, 'helm', 'eggroll-upgrade', 'README.md');
writeFileSync(chartReadme, chartReadmeWithTable(chartReadme, join(root, 'helm', 'eggroll-upgrade', 'values.yaml')));
