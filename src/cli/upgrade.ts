// `eggroll-upgrade upgrade`

import { command } from 'cmd-ts';
import type { ExitCode } from '../engine/catalogue.ts';
import { executeUpgrade } from '../steps/execute.ts';
import { loadInputs } from '../steps/inputs.ts';
import { commandFacts } from './command-list.ts';
import type { Edge } from './edge.ts';
import { runCommand } from './run-command.ts';

export function upgradeCommand(edge: Edge) {
  return command({
    name: 'upgrade',
    description: commandFacts.upgrade.description,
    args: {},
    handler: () => upgrade(edge),
  });
}

function upgrade(edge: Edge): Promise<ExitCode> {
  return runCommand(edge, { name: 'upgrade', loadInputs, execute: executeUpgrade, looksOnly: false, isRun: true });
}
