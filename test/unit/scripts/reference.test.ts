import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inLanguage } from '../../../scripts/pages.ts';
import { errorsPage, readmeWithTables, versionsPage } from '../../../scripts/reference.ts';
import { nodePlaces, statePlaces, tablePlaces } from '../../../scripts/reference-files.ts';
import { referencePage } from '../../../scripts/reference-page.ts';
import { chineseTexts, wordsIn } from '../../../scripts/words.ts';
import { commandFacts } from '../../../src/cli/command-list.ts';
import { hookSteps, hookWord } from '../../../src/config/hooks.ts';
import { knownNames, variableNames } from '../../../src/config/variables.ts';
import { catalogue, exitCodeFacts, exitCodes } from '../../../src/engine/catalogue.ts';
import { codeIn } from '../../support/markdown.ts';

const root = join(import.meta.dirname, '../../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const languages = [['en'], ['zh']] as const;

describe.each(languages)('what the code writes (%s)', (language) => {
  const words = wordsIn(language);
  const page = inLanguage('README.md', language);
  const readme = read(page);

  it(`${page} holds the tables of variables, commands and exit codes as the code has them`, () => {
    expect(readmeWithTables(words, readme)).toBe(readme);
  });

  it.each([
    ['errors', errorsPage, 'every error of the catalogue'],
    ['reference', referencePage, 'everything'],
    ['versions', versionsPage, 'the table of versions'],
  ])('the page %s is as the code has it', (name, write) => {
    expect(read(inLanguage(`docs/${name}.md`, language))).toBe(write(words));
  });

  it.each(['variables', 'commands', 'exit codes'])(
    'a README without the marks of the table of %s is an error',
    (name) => {
      expect(() => readmeWithTables(words, readme.replace(`<!-- end of ${name} -->`, ''))).toThrow(name);
    },
  );
});

it.each([...statePlaces, ...nodePlaces, ...tablePlaces])('$path is called so by $source', ({ source, word }) => {
  expect(read(source)).toContain(word);
});

describe('the Chinese texts of the generated documentation', () => {
  const written = ['README.md', 'docs/errors.md', 'docs/reference.md', 'docs/versions.md']
    .map((page) => read(inLanguage(page, 'zh')))
    .join('\n');

  it.each(Object.entries(chineseTexts))('%s is written somewhere, with the same code in it', (english, chinese) => {
    expect(written).toContain(chinese.replaceAll('|', '\\|'));
    expect(chinese).toSatisfy((text: string) => /\p{Script=Han}/u.test(text) || text === english);
    for (const code of codeIn(english)) expect(chinese).toContain(`\`${code}\``);
  });
});

describe.each(languages)('README.md and docs/reference.md (%s)', (language) => {
  const reference = read(inLanguage('docs/reference.md', language));

  it.each(['README.md', 'docs/reference.md'])('%s tells every variable, secret file, command and exit code', (page) => {
    const text = read(inLanguage(page, language));
    const code = (name: string) => text.includes(`\`${name}\``);
    expect(knownNames.filter((name) => !code(name))).toEqual([]);
    expect(Object.keys(commandFacts).filter((name) => !text.includes(`| \`${name}\` |`))).toEqual([]);
    expect(Object.values(exitCodes).filter((number) => !text.includes(`\n| ${number} |`))).toEqual([]);
    expect(hookSteps.filter((step) => !text.includes(hookWord(step)))).toEqual([]);
  });

  it('tell every error code in docs/errors.md, with its exit code', () => {
    const errors = read(inLanguage('docs/errors.md', language));
    const rows = Object.entries(catalogue).map(([code, { exitCode }]) => `| \`${code}\` | ${exitCode} |`);
    expect(rows.filter((row) => !errors.includes(row))).toEqual([]);
  });

  it('lists each variable once, with a meaning, and each exit code with one', () => {
    for (const name of variableNames) expect(reference.split(`\n| \`${name}\``)).toHaveLength(2);
    expect(Object.keys(exitCodeFacts).toSorted()).toEqual(Object.keys(exitCodes).toSorted());
  });
});
