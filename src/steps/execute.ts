// A whole command: its steps forward, and what happens when one of them fails. Gives the result that the user sees.

import { type ExitCode, exitCodes } from '../engine/catalogue.ts';
import { UpgradeError } from '../engine/errors.ts';
import type { Outcome, Result } from '../engine/events.ts';
import { countUndoable, reasonFor, runForward } from '../engine/runner.ts';
import type { Step } from '../engine/step.ts';
import { hooksAround } from './hooks.ts';
import { lock, releaseAll } from './lock.ts';
import { openRecovery } from './open-recovery.ts';
import { workOut } from './plan.ts';
import { preflight } from './preflight.ts';
import { pruneBackups } from './prune.ts';
import { giveUp, putBack } from './put-back.ts';
import { describeResult } from './result.ts';
import { passes, withRetries } from './retry.ts';
import { recordsOfLatestRun, stateOf } from './run-records.ts';
import { somethingChanged } from './run-state.ts';
import { lookAround } from './status.ts';
import { upgradeSteps, work } from './upgrade.ts';
import { type CommandName, type Ending, summaryOf } from './wording.ts';
import { currentRun, type Given, newWorld, type World } from './world.ts';

/** Runs `upgrade` to its end, whatever that is; never throws. Locks are given back, connections closed. */
export function executeUpgrade(given: Given): Promise<Result> {
  return withRetries(given, tryUpgrade);
}

/** Runs `recover` to its end; never throws. */
export function executeRecover(given: Given): Promise<Result> {
  return withRetries(given, tryRecover);
}

/** Runs `plan` to its end; never throws. */
export function executePlan(given: Given): Promise<Result> {
  return withRetries(given, tryPlan);
}

/** Runs `status` to its end; never throws. */
export function executeStatus(given: Given): Promise<Result> {
  const world = newWorld(given);
  return ending(world, 'status', async () => {
    const progress = await runForward([lookAround], world, world);
    if (progress.completed) return { outcome: 'succeeded', exitCode: exitCodes.ok };
    return { outcome: 'failed', exitCode: exitCodeOf(progress.error), error: progress.error };
  });
}

/** Runs `prune` to its end; never throws. */
export function executePrune(given: Given): Promise<Result> {
  return withRetries({ ...given, leavesServices: true }, tryPrune);
}

function tryPrune(world: World): Promise<Result> {
  return ending(world, 'prune', async () => {
    const progress = await runForward([preflight, lock, pruneBackups], world, world);
    if (!progress.completed) return untouched(world, progress.error);
    return { outcome: world.pruned?.length === 0 ? 'unchanged' : 'succeeded', exitCode: exitCodes.ok };
  });
}

function tryPlan(world: World): Promise<Result> {
  return ending(world, 'plan', async () => {
    const progress = await runForward([preflight, workOut], world, world);
    if (!progress.completed) return untouched(world, progress.error);
    return { outcome: world.plan?.action === 'nothing' ? 'unchanged' : 'succeeded', exitCode: exitCodes.ok };
  });
}

function tryUpgrade(world: World): Promise<Result> {
  return ending(world, 'upgrade', async () => {
    const progress = await runForward(upgradeSteps, world, {
      ...world,
      isOver: () => world.nothingToDo,
      around: hooksAround(world, 'forward'),
    });
    if (!progress.completed) return afterFailure(world, progress.begun, progress.error);
    return { outcome: world.nothingToDo ? 'unchanged' : 'succeeded', exitCode: exitCodes.ok };
  });
}

function tryRecover(world: World): Promise<Result> {
  return ending(world, 'recover', async () => {
    const openers = [preflight, lock, openRecovery];
    const count = openers.length + countUndoable(work);
    const opening = await runForward(openers, world, { ...world, row: { before: 0, count } });
    if (!opening.completed) return untouched(world, opening.error);
    if (world.nothingToDo) return { outcome: 'unchanged', exitCode: exitCodes.ok };
    try {
      await putBack(work, world, { signal: world.signal, row: { before: openers.length, count } });
      return { outcome: 'succeeded', exitCode: exitCodes.ok };
    } catch (error) {
      return unfinished(error);
    }
  });
}

async function ending(world: World, command: CommandName, execute: () => Promise<Ending>): Promise<Result> {
  try {
    const end = await execute();
    return await describeResult(world, command, end);
  } finally {
    await releaseAll(world);
    for (const node of world.nodes) node.close();
    world.fateFlow?.close();
    await world.database?.close();
  }
}

async function afterFailure(world: World, begun: readonly Step<World>[], error: unknown): Promise<Ending> {
  if (!world.run) return untouched(world, error);
  const touched = begun.filter((step) => (work as readonly Step<World>[]).includes(step));
  const adopted = world.run.id !== world.newRunId;
  // Without a step begun, an earlier process alone knows how far this run is: the next one looks again.
  if (isStop(error) || (adopted && touched.length === 0)) return unfinished(error);
  let reach: Step<World>['reach'];
  try {
    reach = await reachOf(world, touched);
  } catch (lookError) {
    return unfinished(reasonFor(lookError, world.signal), error);
  }
  // What passes is met by trying again, which goes on from here; to put everything back first would double the downtime.
  if (reach === 'cluster' && (!world.config.autoRecover || passes(error))) return unfinished(error);
  world.emit({
    type: 'warning',
    message: world.say('{why} Everything is put back.', { why: summaryOf(error, world.config.language) }),
  });
  // Of an adopted run, an earlier process may have done more than this one has begun.
  const undone = adopted ? work : touched;
  try {
    if (reach === 'cluster') await putBack(undone, world, { signal: world.signal });
    else await giveUp(undone, world);
  } catch (undoError) {
    return unfinished(reasonFor(undoError, world.signal), error);
  }
  return wasPutBack(reach, error);
}

/** How far the run has come, by what the world shows: a step may have failed before it changed anything, an earlier process been further. */
async function reachOf(world: World, touched: readonly Step<World>[]): Promise<Step<World>['reach']> {
  if (await somethingChanged(world)) return 'cluster';
  return touched.some((step) => step.reach !== 'nothing') || currentRun(world).services.size > 0
    ? 'services'
    : 'nothing';
}

// After a failure that touched nothing, the kind of the failure says more than that nothing was changed.
function wasPutBack(reach: Step<World>['reach'], error: unknown): Ending {
  const exitCode = exitCodeOf(error);
  if (exitCode === exitCodes.defect) return { outcome: 'rolled-back', exitCode, error };
  if (reach !== 'nothing') return { outcome: 'rolled-back', exitCode: exitCodes.rolledBack, error };
  const tellsMore: readonly ExitCode[] = [exitCodes.badInput, exitCodes.refused, exitCodes.unreachable];
  return { outcome: 'failed', exitCode: tellsMore.includes(exitCode) ? exitCode : exitCodes.rolledBack, error };
}

/** The run stopped half-way. A passing fault is resumed by the same command; anything else needs a person. */
function unfinished(error: unknown, cause?: unknown): Ending {
  const exitCode = exitCodeOf(error);
  const passing = exitCode === exitCodes.interrupted || exitCode === exitCodes.unreachable;
  const outcome: Outcome = passing ? 'interrupted' : 'failed';
  const code = passing ? exitCodes.interrupted : exitCode === exitCodes.defect ? exitCode : exitCodes.needsDecision;
  return { outcome, exitCode: code, halfWay: true, error, ...(cause === undefined ? {} : { cause }) };
}

/** Nothing was begun. Exit code 10 would say that the cluster is as it was: where an earlier run is half-way, it is not. */
function untouched(world: World, error: unknown): Ending {
  const exitCode = exitCodeOf(error);
  const halfWay = ['open', 'recovering'].includes(stateOf(recordsOfLatestRun(world)) ?? '');
  if (halfWay && exitCode === exitCodes.rolledBack) {
    return { outcome: 'failed', exitCode: exitCodes.needsDecision, halfWay, error };
  }
  return { outcome: exitCode === exitCodes.interrupted ? 'interrupted' : 'failed', exitCode, error };
}

// With the lock gone, or a stop asked for, this run must not touch anything any more.
function isStop(error: unknown): boolean {
  return error instanceof UpgradeError && ['INTERRUPTED', 'LOCK_LOST', 'LOCK_HELD'].includes(error.code);
}

function exitCodeOf(error: unknown): ExitCode {
  return error instanceof UpgradeError ? error.exitCode : exitCodes.defect;
}
