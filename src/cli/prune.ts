// `eggroll-upgrade prune`

import { command } from 'cmd-ts';
import type { ExitCode } from '../engine/catalogue.ts';
import { executePrune } from '../steps/execute.ts';
import type { Edge } from './edge.ts';
import { runCommand } from './run-command.ts';

export function pruneCommand(edge: Edge) {
  return command({
    name: 'prune',
    description: 'Remove backups beyond BACKUP_KEEP, never those of the newest finished run.',
    args: {},
    handler: () => prune(edge),
  });
}

function prune(edge: Edge): Promise<ExitCode> {
  const loadInputs = async () => undefined;
  return runCommand(edge, { name: 'prune', loadInputs, execute: executePrune, looksOnly: false, isRun: false });
}
