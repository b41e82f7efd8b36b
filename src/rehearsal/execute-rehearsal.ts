// A rehearsal from its first phase to the removal of everything it has made, and the result that the user sees.

import { rm } from 'node:fs/promises';
import type { ExitCode } from '../engine/catalogue.ts';
import { exitCodes } from '../engine/catalogue.ts';
import { remedyOf, UpgradeError } from '../engine/errors.ts';
import type { EventBody, Outcome, Result } from '../engine/events.ts';
import type { Phase } from '../engine/rehearsal.ts';
import { runForward } from '../engine/runner.ts';
import { durationText } from '../report/units.ts';
import { describedDefect, summaryOf } from '../steps/wording.ts';
import { openEngine } from './engine.ts';
import { runLabel } from './labels.ts';
import { phasesOf } from './rehearse.ts';
import { removeRun } from './removal.ts';
import type { RehearsalTools, RehearsalWorld } from './world.ts';

/** Runs a rehearsal to its end; throws only when the engine cannot be reached. */
export async function executeRehearsal(tools: RehearsalTools): Promise<Result> {
  const { config, emit, run } = tools;
  const engine = await openEngine(config.engine.address);
  const finished = new Map<string, Extract<EventBody, { type: 'step-finished' }>>();
  const world: RehearsalWorld = {
    ...tools,
    engine,
    emit(event) {
      if (event.type === 'step-finished') finished.set(event.step, event);
      emit(event);
    },
    notes: new Map(),
    warned: new Set(),
    temporary: [],
    ...{ keeper: undefined, images: undefined, sources: undefined, throwaway: undefined, jobs: undefined },
    ...{ before: undefined, upgraded: undefined, upgradeMs: 0, failedJob: undefined },
  };
  const steps = phasesOf(config);
  const progress = await runForward(steps, world, world);
  const error = progress.completed ? undefined : progress.error;
  for (const folder of world.temporary) await rm(folder, { recursive: true, force: true });
  if (!config.keep) await removeAll(world);
  const phases = steps.map(({ id, title }): Phase => {
    const event = finished.get(id);
    if (!event) return { id, title, outcome: 'skipped', durationMs: 0, message: '' };
    const isFailed = event.outcome === 'failed';
    const message = isFailed ? summaryOf(error, 'en') : (world.notes.get(id) ?? '');
    return { id, title, outcome: isFailed ? 'failed' : 'succeeded', durationMs: event.durationMs, message };
  });
  return resultOf(world, phases, error, run);
}

/** Takes away what was made. What the engine does not let go is no fault of the upgrade that was rehearsed: a warning. */
async function removeAll({ engine, run, keeper, emit, clock }: RehearsalWorld): Promise<void> {
  emit({ type: 'job', command: 'rehearse', message: 'everything that was made is removed' });
  try {
    await removeRun(engine, run, clock);
  } catch (error) {
    emit({ type: 'warning', message: `${summaryOf(error, 'en')} The next rehearsal tries again.` });
  }
  keeper?.release();
}

function resultOf(world: RehearsalWorld, phases: readonly Phase[], error: unknown, run: string): Result {
  const { config, inputs, upgraded, sources, failedJob } = world;
  const exitCode = error === undefined ? exitCodes.ok : (failedJob?.exitCode ?? exitCodeOf(error));
  const { downtimeMs = 0, downtimeBySteps = [], nodes = [], database } = upgraded ?? failedJob ?? {};
  return {
    type: 'result',
    schema: 1,
    command: 'rehearse',
    outcome: outcomeOf(exitCode),
    exitCode,
    nodes,
    ...(database ? { database } : {}),
    rehearsal: {
      phases,
      from: nodes[0]?.before ?? 'unknown',
      to: inputs.package.version,
      homes: sources?.homes.source ?? 'none',
      database: sources?.database?.source ?? 'none',
    },
    downtimeMs,
    downtimeBySteps,
    findings: error instanceof UpgradeError ? error.findings.map((finding) => ({ ...finding, remedy: remedyOf(finding) })) : [],
    message: error === undefined ? successOf(world) : failureOf(phases, error),
    next: [nextOf(error), ...(config.keep ? [keptText(run)] : [])].join(' '),
  };
}

function successOf({ upgraded, inputs, config }: RehearsalWorld): string {
  const nodes = upgraded?.nodes ?? [];
  const killed = config.faults > 0 ? ` Killed ${config.faults} times, it came to its end each time.` : '';
  return (
    `The upgrade from ${nodes[0]?.before ?? 'unknown'} to ${inputs.package.version} works on ${nodes.length} nodes. ` +
    `Services were down for ${durationText(upgraded?.downtimeMs ?? 0)}; \`recover\` brought every byte back.${killed}`
  );
}

function failureOf(phases: readonly Phase[], error: unknown): string {
  const failed = phases.find(({ outcome }) => outcome === 'failed');
  const what = failed ? `The rehearsal failed in the phase "${failed.title}".` : 'The rehearsal failed.';
  const why = error instanceof UpgradeError ? summaryOf(error, 'en') : describedDefect(error, 'en');
  return `${what} ${why} The real cluster is untouched.`;
}

function nextOf(error: unknown): string {
  if (error === undefined) return 'Run `plan` on the real cluster, and `upgrade` when it shows the same.';
  return error instanceof UpgradeError ? remedyOf(error.findings[0]) : 'Report it with the output.';
}

function keptText(run: string): string {
  const filter = `--filter label=${runLabel}=${run}`;
  return (
    `The rehearsal is kept. Look around: \`docker ps ${filter}\`, then \`docker exec -it NAME bash\`. ` +
    `Remove it: \`docker rm -fv $(docker ps -aq ${filter}); docker volume rm $(docker volume ls -q ${filter}); docker network rm rehearsal-${run}\`.`
  );
}

function outcomeOf(exitCode: ExitCode): Outcome {
  if (exitCode === exitCodes.ok) return 'succeeded';
  return exitCode === exitCodes.interrupted ? 'interrupted' : 'failed';
}

function exitCodeOf(error: unknown): ExitCode {
  return error instanceof UpgradeError ? error.exitCode : exitCodes.defect;
}
