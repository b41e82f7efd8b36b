// `eggroll-upgrade plan`

import { command } from 'cmd-ts';
import type { ExitCode } from '../engine/catalogue.ts';
import { executePlan } from '../steps/execute.ts';
import { loadInputs } from '../steps/inputs.ts';
import { commandFacts } from './command-list.ts';
import type { Edge } from './edge.ts';
import { runCommand } from './run-command.ts';

export function planCommand(edge: Edge) {
  return command({
    name: 'plan',
    description: commandFacts.plan.description,
    args: {},
    handler: () => plan(edge),
  });
}

function plan(edge: Edge): Promise<ExitCode> {
  return runCommand(edge, {
    name: 'plan',
    loadInputs,
    execute: executePlan,
    looksOnly: true,
    isRun: false,
    hasPage: true,
  });
}
