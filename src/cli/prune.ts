// `eggroll-upgrade prune`

import { command } from 'cmd-ts';
import type { ExitCode } from '../engine/catalogue.ts';
import { executePrune } from '../steps/execute.ts';
import { commandFacts } from './command-list.ts';
import type { Edge } from './edge.ts';
import { runCommand } from './run-command.ts';

export function pruneCommand(edge: Edge) {
  return command({
    name: 'prune',
    description: commandFacts.prune.description,
    args: {},
    handler: () => prune(edge),
  });
}

function prune(edge: Edge): Promise<ExitCode> {
  const loadInputs = async () => undefined;
  return runCommand(edge, { name: 'prune', loadInputs, execute: executePrune, looksOnly: false, isRun: false });
}
