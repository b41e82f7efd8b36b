// `eggroll-upgrade import-args …`

import { command, rest } from 'cmd-ts';
import { importArgs } from '../config/import-args.ts';
import { languageOf } from '../config/language.ts';
import { type ExitCode, exitCodes } from '../engine/catalogue.ts';
import { describeFinding, UpgradeError } from '../engine/errors.ts';
import { commandFacts } from './command-list.ts';
import type { Edge } from './edge.ts';

export function importArgsCommand(edge: Edge) {
  return command({
    name: 'import-args',
    description: commandFacts['import-args'].description,
    args: { words: rest({ displayName: 'options of upgrade_helper.py' }) },
    handler: async ({ words }) => print(edge, words),
  });
}

function print({ env, write, writeError }: Edge, words: readonly string[]): ExitCode {
  try {
    write(importArgs(words));
    return exitCodes.ok;
  } catch (error) {
    if (!(error instanceof UpgradeError)) throw error;
    for (const finding of error.findings)
      writeError(`ERROR ${finding.code} ${describeFinding(finding, languageOf(env))}\n`);
    return error.exitCode;
  }
}
