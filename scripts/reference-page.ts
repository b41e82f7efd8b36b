/** docs/reference.md: everything that a user can set, call, read or find, out of the code. */
import { hookSteps, hookVariables, hookWord } from '../src/config/hooks.ts';
import { otherLanguage } from './pages.ts';
import { nodePlaces, type Place, statePlaces, tablePlaces } from './reference-files.ts';
import { commandsTable, exitCodesTable, fullVariablesTable, table } from './reference-tables.ts';
import type { Words } from './words.ts';

export function referencePage(words: Words): string {
  const { language, say } = words;
  return [
    `# ${say('Reference')}\n\n${otherLanguage('reference', language)}\n\n`,
    `${say('This page is written by `npm run docs` from the code, and the tests check that it tells what the code does.')}\n\n`,
    `## ${say('Commands')}\n\n`,
    commandsTable(words),
    `\n${say('`--help` after the program or a command tells the same in short, `--version` the version.')}\n\n`,
    `## ${say('Variables')}\n\n`,
    `${say('An empty variable counts as unset.')}\n`,
    `${say('Where a second name with `_FILE` is given, the value is a secret: it may stand in the file that the second name names, one of the two may be set, and it is never shown.')}\n`,
    `${say('A variable that is not in this table and begins like one of it, or is nearly one of it, is refused (78).')}\n\n`,
    fullVariablesTable(words),
    `\n## ${say('Exit codes')}\n\n`,
    exitCodesTable(words),
    `\n${say('[errors.md](errors.md) lists the error codes with their exit codes and what to do.')}\n\n`,
    `## ${say('Hooks')}\n\n`,
    `${say('`HOOK_<STEP>_BEFORE` and `HOOK_<STEP>_AFTER` hold commands, run by `sh -c` where the job runs.')}\n\n`,
    table(
      [say('step'), say('before'), say('after')],
      hookSteps.map((step) => [step, ...['BEFORE', 'AFTER'].map((moment) => `\`HOOK_${hookWord(step)}_${moment}\``)]),
    ),
    `\n${say("A command finds these beside the job's own variables, without its secrets:")}\n\n`,
    table(
      [say('variable'), say('holds')],
      Object.entries(hookVariables).map(([name, meaning]) => [`\`${name}\``, say(meaning)]),
    ),
    `\n## ${say('Files and tables')}\n\n`,
    `${say('In `STATE_DIR`:')}\n\n`,
    placesTable(words, statePlaces),
    `\n${say('On nodes, in `EGGROLL_HOME/.eggroll-upgrade`:')}\n\n`,
    placesTable(words, nodePlaces),
    `\n${say('In the database of EggRoll, as tables:')}\n\n`,
    placesTable(words, tablePlaces),
    `\n${say('[architecture.md](architecture.md) tells which of them decides what.')}\n`,
  ].join('');
}

function placesTable({ say }: Words, places: readonly Place[]): string {
  return table(
    [say('name'), say('is')],
    places.map(({ path, meaning }) => [`\`${path}\``, say(meaning)]),
  );
}
