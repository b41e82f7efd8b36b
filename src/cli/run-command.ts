// A command of a cluster: its inputs, its run, and how long a signal lets it go on.

import { nativeCryptoProblem } from '../cluster/native-crypto.ts';
import { type Config, loadConfig } from '../config/config.ts';
import { endsWithContainer } from '../config/files.ts';
import { languageOf } from '../config/language.ts';
import { retryPlaceOf } from '../config/retry-place.ts';
import type { ExitCode } from '../engine/catalogue.ts';
import type { Emit, Result } from '../engine/events.ts';
import { type Say, sayIn } from '../messages/phrases.ts';
import { abandonedResult } from '../steps/result.ts';
import type { CommandName } from '../steps/wording.ts';
import type { Given, Inputs } from '../steps/world.ts';
import type { Edge } from './edge.ts';
import { runId, runTask, type Tools } from './run-task.ts';

export interface CommandPlan {
  readonly name: CommandName;
  readonly loadInputs: (config: Config) => Promise<Inputs | undefined>;
  readonly execute: (given: Given) => Promise<Result>;
  /** It changes nothing. */
  readonly looksOnly: boolean;
  /** Its result belongs to a run, and is kept in STATE_DIR. */
  readonly isRun: boolean;
  /** What it has found is kept in STATE_DIR as a page to read, as that of a run is. */
  readonly hasPage?: true;
}

/** Runs a command of a cluster to its end; never throws. */
export function runCommand(edge: Edge, plan: CommandPlan): Promise<ExitCode> {
  const { name, looksOnly, isRun } = plan;
  return runTask(edge, {
    ...{ name, looksOnly, isRun, hasPage: isRun || plan.hasPage === true },
    load: loadConfig,
    retryPlaceOf,
    work: (config, tools) => workOn(edge, plan, config, tools),
  });
}

async function workOn(edge: Edge, plan: CommandPlan, config: Config, tools: Tools): Promise<Result> {
  const { emit, signal, newRunId, adoptRun } = tools;
  const say = sayIn(languageOf(edge.env));
  if (plan.isRun && (await endsWithContainer(config.stateDir))) {
    const message = say(
      'STATE_DIR {folder} is no mounted volume: the database dump ends with this container, and `recover` needs it.',
      { folder: config.stateDir },
    );
    emit({ type: 'warning', message });
  }
  warnOfSlowCrypto(emit, say);
  const inputs = await plan.loadInputs(config);
  for (const message of inputs?.package.proofs ?? []) emit({ type: 'package-checked', message });
  try {
    let underWay = false;
    const ids = [newRunId];
    const given: Given = {
      config,
      inputs,
      emit,
      clock: edge.clock,
      signal,
      looksOnly: plan.looksOnly,
      runner: `${plan.name}, ${edge.owner}`,
      makeRunId: () => ids.pop() ?? runId(edge.clock.date()),
      adoptRun(id) {
        if (!plan.isRun) return;
        underWay = true;
        adoptRun(id);
      },
    };
    const abandoned = graceOver(edge, signal).then(() => abandonedResult(plan.name, given, underWay));
    return await Promise.race([plan.execute(given), abandoned]);
  } finally {
    await inputs?.package.dispose();
  }
}

function warnOfSlowCrypto(emit: Emit, say: Say): void {
  const problem = nativeCryptoProblem();
  if (problem === undefined) return;
  const message = say(
    'The native part of ssh2 is missing, so files are encrypted several times slower: {problem}. Use the image, or install once more where `npm` may build it (a C++ compiler, make, Python 3).',
    { problem },
  );
  emit({ type: 'warning', message });
}

const graceMs = 8_000;

/**
 * Settles when a signal has asked the run to stop, and it has not come to a safe point in good time: a service that does not stop, a
 * statement that takes its time, a node that is gone. Whatever is under way then is found by the next run, as after a kill.
 */
function graceOver({ clock }: Edge, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const wait = () => clock.sleep(graceMs).then(resolve, reject);
    if (signal.aborted) void wait();
    else signal.addEventListener('abort', wait, { once: true });
  });
}
