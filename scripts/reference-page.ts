/** docs/reference.md: everything that a user can set, call, read or find, out of the code. */
import { hookSteps, hookVariables, hookWord } from '../src/config/hooks.ts';
import { nodePlaces, type Place, statePlaces, tablePlaces } from './reference-files.ts';
import { commandsTable, exitCodesTable, fullVariablesTable, table } from './reference-tables.ts';

export function referencePage(): string {
  return [
    '# Reference\n\n',
    'This page is written by `npm run docs` from the code, and the tests check that it tells what the code does.\n\n',
    '## Commands\n\n',
    commandsTable(),
    '\n`--help` after the program or a command tells the same in short, `--version` the version.\n\n',
    '## Variables\n\n',
    'An empty variable counts as unset.\n',
    'Where a second name with `_FILE` is given, the value is a secret: it may stand in the file that the second name names, one of the two may be set, and it is never shown.\n',
    'A variable that is not in this table and begins like one of it, or is nearly one of it, is refused (78).\n\n',
    fullVariablesTable(),
    '\n## Exit codes\n\n',
    exitCodesTable(),
    '\n[errors.md](errors.md) lists the error codes with their exit codes and what to do.\n\n',
    '## Hooks\n\n',
    '`HOOK_<STEP>_BEFORE` and `HOOK_<STEP>_AFTER` hold commands, run by `sh -c` where the job runs.\n\n',
    table(
      ['step', 'before', 'after'],
      hookSteps.map((step) => [step, ...['BEFORE', 'AFTER'].map((moment) => `\`HOOK_${hookWord(step)}_${moment}\``)]),
    ),
    "\nA command finds these beside the job's own variables, without its secrets:\n\n",
    table(
      ['variable', 'holds'],
      Object.entries(hookVariables).map(([name, meaning]) => [`\`${name}\``, meaning]),
    ),
    '\n## Files and tables\n\n',
    'In `STATE_DIR`:\n\n',
    placesTable(statePlaces),
    '\nOn nodes, in `EGGROLL_HOME/.eggroll-upgrade`:\n\n',
    placesTable(nodePlaces),
    '\nIn the database of EggRoll, as tables:\n\n',
    placesTable(tablePlaces),
    '\n[architecture.md](architecture.md) tells which of them decides what.\n',
  ].join('');
}

function placesTable(places: readonly Place[]): string {
  return table(
    ['name', 'is'],
    places.map(({ path, meaning }) => [`\`${path}\``, meaning]),
  );
}
