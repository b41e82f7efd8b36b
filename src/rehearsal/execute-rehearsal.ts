// A rehearsal from its first phase to the removal of everything it has made, and the result that the user sees.

import { rm } from 'node:fs/promises';
import type { ExitCode } from '../engine/catalogue.ts';
import { exitCodes } from '../engine/catalogue.ts';
import { type Finding, remedyOf, UpgradeError } from '../engine/errors.ts';
import type { EventBody, Outcome, Result } from '../engine/events.ts';
import type { Phase } from '../engine/rehearsal.ts';
import { runForward } from '../engine/runner.ts';
import { type Language, type Say, translated } from '../messages/phrases.ts';
import { durationText } from '../report/units.ts';
import { describedDefect, summaryOf } from '../steps/wording.ts';
import { openEngine } from './engine.ts';
import { runLabel } from './labels.ts';
import { phasesOf } from './rehearse.ts';
import { removeRun } from './removal.ts';
import type { RehearsalTools, RehearsalWorld } from './world.ts';

/** Runs a rehearsal to its end; throws only when the engine cannot be reached. */
export async function executeRehearsal(tools: RehearsalTools): Promise<Result> {
  const { config, emit, run, language, say } = tools;
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
    pages: new Map(),
    warned: new Set(),
    temporary: [],
    ...{ keeper: undefined, images: undefined, sources: undefined, throwaway: undefined, jobs: undefined },
    ...{ server: undefined, before: undefined, upgraded: undefined, upgradeMs: 0, failedJob: undefined },
  };
  const steps = phasesOf(config, say);
  const progress = await runForward(steps, world, world);
  const error = progress.completed ? undefined : progress.error;
  for (const folder of world.temporary) await rm(folder, { recursive: true, force: true });
  if (!config.keep) await removeAll(world);
  const phases = steps.map(({ id, title }): Phase => {
    const event = finished.get(id);
    if (!event) return { id, title, outcome: 'skipped', durationMs: 0, message: '' };
    const isFailed = event.outcome === 'failed';
    const message = isFailed ? summaryOf(error, language) : (world.notes.get(id) ?? '');
    const pages = world.pages.get(id) ?? [];
    const outcome = isFailed ? 'failed' : 'succeeded';
    return { id, title, outcome, durationMs: event.durationMs, message, ...(pages.length > 0 ? { pages } : {}) };
  });
  return resultOf(world, phases, error, run);
}

/** Takes away what was made. What the engine does not let go is no fault of the upgrade that was rehearsed: a warning. */
async function removeAll({ engine, run, keeper, emit, clock, say, language }: RehearsalWorld): Promise<void> {
  emit({ type: 'job', command: 'rehearse', message: say('everything that was made is removed') });
  try {
    await removeRun(engine, run, clock);
  } catch (error) {
    const problem = summaryOf(error, language);
    emit({ type: 'warning', message: say('{problem} The next rehearsal tries again.', { problem }) });
  }
  keeper?.release();
}

function resultOf(world: RehearsalWorld, phases: readonly Phase[], error: unknown, run: string): Result {
  const { config, inputs, upgraded, sources, failedJob, say, language } = world;
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
      homes: sources?.homes.source ?? say('none'),
      database: sources?.database?.source ?? say('none'),
      ...(world.server === undefined ? {} : { server: world.server }),
    },
    downtimeMs,
    downtimeBySteps,
    findings: error instanceof UpgradeError ? error.findings.map((finding) => toldHere(finding, language)) : [],
    message: error === undefined ? successOf(world) : failureOf(world, phases, error),
    next: [nextOf(world, error), ...(config.keep ? [keptText(run, say)] : [])].join(' '),
  };
}

function successOf({ upgraded, inputs, config, say }: RehearsalWorld): string {
  const nodes = upgraded?.nodes ?? [];
  const works = say(
    'The upgrade from {from} to {to} works on {count} nodes. Services were down for {time}; `recover` brought every byte back.',
    {
      from: nodes[0]?.before ?? say('unknown'),
      to: inputs.package.version,
      count: nodes.length,
      time: durationText(upgraded?.downtimeMs ?? 0),
    },
  );
  if (config.faults === 0) return works;
  return `${works} ${say('Number of kills (`kill -9`): {count}. It came to its end after each of them.', { count: config.faults })}`;
}

function failureOf({ language, say }: RehearsalWorld, phases: readonly Phase[], error: unknown): string {
  const failed = phases.find(({ outcome }) => outcome === 'failed');
  const why = error instanceof UpgradeError ? summaryOf(error, language) : describedDefect(error, language);
  if (!failed) return say('The rehearsal failed. {why} The real cluster is untouched.', { why });
  const title = translated(language, failed.title);
  if (isStop(error))
    return say('The rehearsal was stopped in the phase "{title}". The real cluster is untouched.', { title });
  return say('The rehearsal failed in the phase "{title}". {why} The real cluster is untouched.', { title, why });
}

function nextOf({ language, say }: RehearsalWorld, error: unknown): string {
  if (error === undefined) return say('Run `plan` on the real cluster, and `upgrade` when it shows the same.');
  return error instanceof UpgradeError
    ? toldHere(error.findings[0], language).remedy
    : say('Report it with the output.');
}

function isStop(error: unknown): boolean {
  return error instanceof UpgradeError && error.code === 'INTERRUPTED';
}

// A rehearsal that was stopped has left nothing that could be resumed, or recovered.
function toldHere(finding: Finding, language: Language) {
  const own = finding.code === 'INTERRUPTED' ? { ...finding, remedy: 'Run `rehearse` again.' as const } : finding;
  return { ...finding, remedy: remedyOf(own, language) };
}

function keptText(run: string, say: Say): string {
  const filter = `--filter label=${runLabel}=${run}`;
  const look = `\`docker ps ${filter}\``;
  // Of a rehearsal that failed early there may be none of one kind.
  const things = [
    ['ps -a', 'rm -fv'],
    ['volume ls', 'volume rm'],
    ['network ls', 'network rm'],
  ] as const;
  const commands = things.map(([list, remove]) => `docker ${list} -q ${filter} | xargs -r docker ${remove}`);
  const remove = `\`${commands.join('; ')}\``;
  return say('The rehearsal is kept. Look around: {look}, then `docker exec -it NAME bash`. Remove it: {remove}.', {
    look,
    remove,
  });
}

function outcomeOf(exitCode: ExitCode): Outcome {
  if (exitCode === exitCodes.ok) return 'succeeded';
  return exitCode === exitCodes.interrupted ? 'interrupted' : 'failed';
}

function exitCodeOf(error: unknown): ExitCode {
  return error instanceof UpgradeError ? error.exitCode : exitCodes.defect;
}
