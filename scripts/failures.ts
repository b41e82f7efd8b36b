/**
 * What failed, by the reports that vitest left in a folder, in a few lines each: the whole output of all tests is too long to be
 * searched.
 *
 *   node scripts/failures.ts FOLDER
 *
 * With the variable SEED, each with the command that repeats it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import type { Report } from '../test/support/vitest-report.ts';

const linesEach = 60;
const [folder = ''] = process.argv.slice(2);

for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
  const report = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Report;
  const project = basename(file, '.json');
  for (const { name: path, status, message, assertionResults } of report.testResults) {
    const name = relative('', path);
    const failed = assertionResults.filter((test) => test.status === 'failed');
    for (const { fullName, failureMessages } of failed)
      tell(`${name}: ${fullName}`, failureMessages.join('\n'), again(project, name));
    // Outside its tests: it could not be loaded, or what comes before or after them failed.
    if (status === 'failed' && message !== '') tell(name, message, again(project, name));
  }
}

function again(project: string, name: string): string {
  const { SEED } = process.env;
  return SEED === undefined ? '' : `    again: SEED=${SEED} npm run test:${project} -- ${name}\n`;
}

function tell(title: string, message: string, repeating: string): void {
  const lines = message.split('\n').filter((line) => !/^\s+at .*(node_modules|node:)/.test(line));
  const text = lines.slice(0, linesEach).map((line) => `    ${line.slice(0, 300)}\n`);
  process.stdout.write(`\nFAILED ${title}\n${text.join('')}${repeating}`);
}
