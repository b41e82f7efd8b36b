// `eggroll-upgrade recover`

import { command } from 'cmd-ts';
import type { ExitCode } from '../engine/catalogue.ts';
import { executeRecover } from '../steps/execute.ts';
import type { Edge } from './edge.ts';
import { runCommand } from './run-command.ts';

export function recoverCommand(edge: Edge) {
  return command({
    name: 'recover',
    description: 'Go back to the state before the last upgrade: files, database and services.',
    args: {},
    handler: () => recover(edge),
  });
}

function recover(edge: Edge): Promise<ExitCode> {
  const loadInputs = async () => undefined;
  return runCommand(edge, { name: 'recover', loadInputs, execute: executeRecover, looksOnly: false, isRun: true });
}
