import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { developerPages, pairs } from '../../../scripts/pages.ts';
import { commandFacts } from '../../../src/cli/command-list.ts';
import { hookSteps, hookVariables, hookWord } from '../../../src/config/hooks.ts';
import { knownNames } from '../../../src/config/variables.ts';
import { catalogue, exitCodes } from '../../../src/engine/catalogue.ts';
import { chineseExitCodesIn, commandsIn, exitCodesIn, namesIn } from '../../support/named.ts';

const root = join(import.meta.dirname, '../../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const pages = [
  ...pairs.flatMap(({ english, chinese }) => [english, chinese]),
  ...developerPages.map((name) => `docs/${name}.md`),
];

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
  return (
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(root, join(entry.parentPath, entry.name)))
      // What is written on the pages is no proof of itself.
      .filter((path) => !path.startsWith('scripts/zh/'))
  );
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

describe.each(pages)('%s', (page) => {
  const text = () => read(page);

  it('names no variable, error code or hook that does not exist', () => {
    expect(unknownIn(text())).toEqual([]);
  });

  it('names no exit code that does not exist', () => {
    const known: readonly number[] = Object.values(exitCodes);
    expect([...exitCodesIn(text()), ...chineseExitCodesIn(text())].filter((code) => !known.includes(code))).toEqual([]);
  });

  it('names no command that does not exist', () => {
    expect(commandsIn(text()).filter((word) => !(word in commandFacts))).toEqual([]);
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
    expect(chineseExitCodesIn('退出码为 66，会被拒绝（79），或以 12 退出')).toEqual([66, 79, 12]);
    expect(commandsIn('请运行 `undo`；由 `sh -c` 运行')).toEqual(['undo']);
    expect(commandsIn('`eggroll-upgrade undo`, run `rollback`\n```\nx eggroll-upgrade:local redo\n```\n')).toEqual([
      'undo',
      'redo',
      'rollback',
    ]);
  });
});
