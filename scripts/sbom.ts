/**
 * node scripts/sbom.ts FACTS_FOLDER FILE
 * Writes the CycloneDX document of the job's image. Runs while that is built, in the image itself: it knows by which Node.js.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Document, readPackages, sbomDocument } from './sbom-document.ts';

const [folder = '', file = ''] = process.argv.slice(2);
const read = (name: string) => readFileSync(join(folder, name), 'utf8');
const seconds = process.env['SOURCE_DATE_EPOCH'];

const document = sbomDocument({
  npm: JSON.parse(read('npm.cdx.json')) as Document,
  packages: [
    ...readPackages(read('installed.tsv')),
    ...readPackages(read('mysql.tsv'), '/opt/mysql'),
    ...readPackages(read('mariadb.tsv'), '/usr/bin'),
  ],
  nodeVersion: process.versions.node,
  created: seconds ? new Date(Number(seconds) * 1000).toISOString() : undefined,
});
writeFileSync(file, `${JSON.stringify(document, undefined, 2)}\n`);
