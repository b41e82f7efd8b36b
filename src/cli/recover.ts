// `eggroll-upgrade recover`

import { command } from 'cmd-ts';
import type { ExitCode } from '../engine/catalogue.ts';
import { executeRecover } from '../steps/execute.ts';
import { commandFacts } from './command-list.ts';
import type { Edge } from './edge.ts';
import { runCommand } from './run-command.ts';

export function recoverCommand(edge: Edge) {
  return command({
    name: 'recover',
    description: commandFacts.recover.description,
    args: {},
    handler: () => recover(edge),
  });
}

function recover(edge: Edge): Promise<ExitCode> {
  const loadInputs = async () => undefined;
  return runCommand(edge, { name: 'recover', loadInputs, execute: executeRecover, looksOnly: false, isRun: true });
}
