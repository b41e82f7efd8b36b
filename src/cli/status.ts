// `eggroll-upgrade status`

import { command } from 'cmd-ts';
import type { ExitCode } from '../engine/catalogue.ts';
import { executeStatus } from '../steps/execute.ts';
import { commandFacts } from './command-list.ts';
import type { Edge } from './edge.ts';
import { runCommand } from './run-command.ts';

export function statusCommand(edge: Edge) {
  return command({
    name: 'status',
    description: commandFacts.status.description,
    args: {},
    handler: () => status(edge),
  });
}

function status(edge: Edge): Promise<ExitCode> {
  const loadInputs = async () => undefined;
  return runCommand(edge, { name: 'status', loadInputs, execute: executeStatus, looksOnly: true, isRun: false });
}
