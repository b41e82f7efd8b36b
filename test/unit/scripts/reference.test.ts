import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorsPage, readmeWithTables, versionsPage } from '../../../scripts/reference.ts';
import { nodePlaces, statePlaces, tablePlaces } from '../../../scripts/reference-files.ts';
import { referencePage } from '../../../scripts/reference-page.ts';
import { commandFacts } from '../../../src/cli/command-list.ts';
import { hookSteps, hookVariables, hookWord } from '../../../src/config/hooks.ts';
import { knownNames, variableNames } from '../../../src/config/variables.ts';
import { catalogue, exitCodeFacts, exitCodes } from '../../../src/engine/catalogue.ts';

const root = join(import.meta.dirname, '../../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const readme = read('README.md');
const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

describe('what the code writes', () => {
  it('README.md holds the tables of variables, commands and exit codes as the code has them', () => {
    expect(readmeWithTables(readme)).toBe(readme);
  });

  it.each([
    ['errors', errorsPage, 'every error of the catalogue'],
    ['reference', referencePage, 'everything'],
    ['versions', versionsPage, 'the table of versions'],
  ])('docs/%s.md is as the code has it', (name, write) => {
    expect(read(`docs/${name}.md`)).toBe(write());
  });

  it.each(['variables', 'commands', 'exit codes'])(
    'a README without the marks of the table of %s is an error',
    (name) => {
      expect(() => readmeWithTables(readme.replace(`<!-- end of ${name} -->`, ''))).toThrow(name);
    },
  );

  it.each([...statePlaces, ...nodePlaces, ...tablePlaces])('$path is called so by $source', ({ source, word }) => {
    expect(read(source)).toContain(word);
  });
});

/** Names in capitals with a line between, and single words that are given a value or stand alone as code. */
function namesIn(text: string): string[] {
  const written = text.match(/(?<![\w<>$])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?![\w>])/g) ?? [];
  const assigned = [...text.matchAll(/(?<=[`\s])([A-Z]{3,})=[^\s`]/g)].map(([, name = '']) => name);
  return [...new Set([...written, ...assigned])];
}

// What is named on the pages and is no name of ours: where it comes from.
const foreign: Readonly<Record<string, string>> = {
  ALLOW_INVALID_DATES: 'a mode of MySQL',
  DOCKER_CERT_PATH: 'read as the program docker reads it',
  DOCKER_TLS_VERIFY: 'read as the program docker reads it',
  GET_LOCK: 'a function of MySQL',
  JAVA_HOME: 'read by EggRoll',
  LAST_INSERT_ID: 'a function of MySQL',
  LC_ALL: 'the locale',
  LC_MESSAGES: 'the locale',
  PKG_URL_HEADER_FILE: 'of the program that fetches the package',
  ROUND_TRIPS: 'a level of the benchmark',
};

/** What builds, tests and measures has variables of its own. */
const tools = ['Makefile', 'Dockerfile', ...['scripts', 'images', 'test/support', 'test/fuzz'].flatMap(filesBelow)]
  .map(read)
  .join('\n');

function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

const ours = new Set<string>([
  ...knownNames,
  ...Object.keys(catalogue),
  ...Object.keys(hookVariables),
  ...hookSteps.flatMap((step) => [hookWord(step), `HOOK_${hookWord(step)}_BEFORE`, `HOOK_${hookWord(step)}_AFTER`]),
]);

/** Which of them the code knows, or something that builds it. */
function unknownIn(text: string): string[] {
  return namesIn(text).filter(
    (name) => !ours.has(name) && !(name in foreign) && !new RegExp(`\\b${name}\\b`).test(tools),
  );
}

/** Numbers that stand for exit codes: `exit code 65`, `exits with 65`, and `(65)` after a word. */
function exitCodesIn(text: string): number[] {
  const found = text.matchAll(/exit code (\d+)|exits? with (\d+)|[a-z] \((\d\d)\)/g);
  return [...found].map((match) => Number(match.slice(1).find((number) => number !== undefined)));
}

/** Words that are said to be commands: called by the name of the program, or what one is told to run. */
function commandsIn(text: string): string[] {
  const called = text.matchAll(/(?<=[`\s])eggroll-upgrade(?::local)? ([a-z][a-z-]+)(?=[`\s])/g);
  const code = [...called].filter(({ index }) => isInCode(text, index)).map(([, word = '']) => word);
  const told = [...text.matchAll(/\b[Rr]uns? `([a-z][a-z-]*)`/g)].map(([, word = '']) => word);
  return [...code, ...told];
}

/** Within a fence or between backticks on its line. */
function isInCode(text: string, at: number): boolean {
  const before = text.slice(0, at);
  const isFenced = (before.match(/^```/gm) ?? []).length % 2 === 1;
  const onLine = before.slice(before.lastIndexOf('\n') + 1);
  return isFenced || (onLine.match(/`/g) ?? []).length % 2 === 1;
}

describe.each(pages)('%s', (page) => {
  const text = read(page);

  it('names no variable, error code or hook that does not exist', () => {
    expect(unknownIn(text)).toEqual([]);
  });

  it('names no exit code that does not exist', () => {
    const known: readonly number[] = Object.values(exitCodes);
    expect(exitCodesIn(text).filter((code) => !known.includes(code))).toEqual([]);
  });

  it('names no command that does not exist', () => {
    expect(commandsIn(text).filter((word) => !(word in commandFacts))).toEqual([]);
  });
});

describe('README.md and docs/reference.md', () => {
  const reference = read('docs/reference.md');

  it.each([
    ['README.md', readme],
    ['docs/reference.md', reference],
  ])('%s tells every variable, secret file, command and exit code', (_, text) => {
    const code = (name: string) => text.includes(`\`${name}\``);
    expect(knownNames.filter((name) => !code(name))).toEqual([]);
    expect(Object.keys(commandFacts).filter((name) => !text.includes(`| \`${name}\` |`))).toEqual([]);
    expect(Object.values(exitCodes).filter((number) => !text.includes(`\n| ${number} |`))).toEqual([]);
    expect(hookSteps.filter((step) => !text.includes(hookWord(step)))).toEqual([]);
  });

  it('tell every error code in docs/errors.md, with its exit code', () => {
    const errors = read('docs/errors.md');
    const rows = Object.entries(catalogue).map(([code, { exitCode }]) => `| \`${code}\` | ${exitCode} |`);
    expect(rows.filter((row) => !errors.includes(row))).toEqual([]);
  });

  it('lists each variable once, with a meaning, and each exit code with one', () => {
    for (const name of variableNames) expect(reference.split(`\n| \`${name}\``)).toHaveLength(2);
    expect(Object.keys(exitCodeFacts).toSorted()).toEqual(Object.keys(exitCodes).toSorted());
  });
});

describe('the look for what is named', () => {
  it('sees names, exit codes and commands that do not exist', () => {
    expect(unknownIn('Set `MYSQL_HOSTS`, `FANOUTS=direct` or HOOK_STAGE_AROUND; see NODE_SLOW.')).toEqual([
      'MYSQL_HOSTS',
      'HOOK_STAGE_AROUND',
      'NODE_SLOW',
      'FANOUTS',
    ]);
    expect(unknownIn('Set `MYSQL_HOST`, `FANOUT=direct` or HOOK_STAGE_AFTER; see `HOOK_<STEP>_AFTER`.')).toEqual([]);
    expect(exitCodesIn('it ends with exit code 66, or is refused (79)')).toEqual([66, 79]);
    expect(commandsIn('`eggroll-upgrade undo`, run `rollback`\n```\nx eggroll-upgrade:local redo\n```\n')).toEqual([
      'undo',
      'redo',
      'rollback',
    ]);
  });
});
