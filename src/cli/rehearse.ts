// `eggroll-upgrade rehearse`

import { dirname, join } from 'node:path';
import { command } from 'cmd-ts';
import { languageOf } from '../config/language.ts';
import { loadRehearsalConfig, type RehearsalConfig } from '../config/rehearsal.ts';
import type { ExitCode } from '../engine/catalogue.ts';
import { onDisk, writeWhole } from '../engine/disk.ts';
import { makeFolder } from '../engine/folders.ts';
import { sayIn } from '../messages/phrases.ts';
import { junitXml } from '../report/junit.ts';
import { loadInputs } from '../steps/inputs.ts';
import type { Edge } from './edge.ts';
import { type KeptResult, runTask, type Tools } from './run-task.ts';

export function rehearseCommand(edge: Edge) {
  return command({
    name: 'rehearse',
    description: 'Try upgrade and recover on a throwaway cluster on a Docker engine; touches nothing else.',
    args: {},
    handler: () => rehearse(edge),
  });
}

function rehearse(edge: Edge): Promise<ExitCode> {
  return runTask(edge, {
    name: 'rehearse',
    load: loadRehearsalConfig,
    work: (config, tools) => work(edge, config, tools),
    nodesOf: ({ nodes }) => nodes,
    keep: keepJunit,
    looksOnly: true,
    isRun: true,
    hasPage: true,
  });
}

async function work({ clock, env }: Edge, config: RehearsalConfig, tools: Tools) {
  const { emit, signal, newRunId: run, addSecrets } = tools;
  // What talks to the engine is large, and no other command needs it.
  const { executeRehearsal } = await import('../rehearsal/execute-rehearsal.ts');
  const inputs = await loadInputs(config);
  try {
    const language = languageOf(env);
    const own = { language, say: sayIn(language), random: Math.random };
    return await executeRehearsal({ config, inputs, emit, clock, signal, run, addSecrets, ...own });
  } finally {
    await inputs.package.dispose();
  }
}

async function keepJunit(result: KeptResult, { stateDir }: RehearsalConfig): Promise<void> {
  const file = join(stateDir, 'runs', result.run, 'rehearsal.xml');
  await onDisk(file, () => makeFolder(dirname(file)));
  await writeWhole(file, junitXml(result, result.time));
}
