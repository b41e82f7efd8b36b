// How steps run: forward (probe, apply, verify) and backward (undo). Knows nothing of EggRoll.

import type { Clock } from './clock.ts';
import { UpgradeError } from './errors.ts';
import type { Emit } from './events.ts';
import type { Step } from './step.ts';

/** Right before a step's work, unless there is none to do; or right after the step is known to be done. */
export type Moment = 'before' | 'after';

export interface RunnerContext {
  readonly emit: Emit;
  readonly clock: Clock;
  /** Aborted by SIGTERM or SIGINT: the run stops before the next step. */
  readonly signal: AbortSignal;
  /** True once the steps that are left have nothing to do. */
  readonly isOver?: () => boolean;
  /** How often anything was changed so far: an undo that changes nothing had nothing to do. */
  readonly changes?: () => number;
  /** Called around the work of each step; what it throws fails the step. */
  readonly around?: (moment: Moment, step: string) => Promise<void>;
  /** Where these steps stand in a longer row; on their own when absent. */
  readonly row?: { readonly before: number; readonly count: number };
}

/** How far a list of steps got. `begun` holds the steps whose work may show in the world, in order. */
export type Progress<World> =
  | { readonly completed: true; readonly begun: readonly Step<World>[] }
  | { readonly completed: false; readonly begun: readonly Step<World>[]; readonly error: unknown };

/** Runs steps in order; stops at the first that fails or when the signal asks for it. Never throws. */
export async function runForward<World>(
  steps: readonly Step<World>[],
  world: World,
  context: RunnerContext,
): Promise<Progress<World>> {
  const begun: Step<World>[] = [];
  for (const [index, step] of steps.entries()) {
    if (context.isOver?.()) break;
    try {
      throwIfStopped(context.signal);
      begun.push(step);
      await timed(step, placeIn(context, index, steps.length), context, async () => {
        const outcome = await carryOut(step, world, context);
        await context.around?.('after', step.id);
        return outcome;
      });
    } catch (error) {
      return { completed: false, begun, error: reasonFor(error, context.signal) };
    }
  }
  return { completed: true, begun };
}

async function carryOut<World>(step: Step<World>, world: World, { around }: RunnerContext): Promise<Done> {
  if ((await step.probe(world)) === 'done') return 'already-done';
  await around?.('before', step.id);
  await step.apply(world);
  await step.verify?.(world);
  return 'applied';
}

/** Undoes steps in the reverse of the given order; stops at the first undo that fails and throws its error. */
export async function runBackward<World>(
  steps: readonly Step<World>[],
  world: World,
  context: Omit<RunnerContext, 'signal'> & { readonly signal?: AbortSignal },
): Promise<void> {
  const undoable = steps.filter((step) => step.undo).reverse();
  for (const [index, step] of undoable.entries()) {
    if (context.signal) throwIfStopped(context.signal);
    const { undo } = step;
    if (!undo) continue;
    const place = placeIn(context, index, undoable.length);
    try {
      await timed({ id: step.id, title: undo.title }, place, context, async () => {
        const before = context.changes?.();
        await context.around?.('before', step.id);
        await undo.apply(world);
        await context.around?.('after', step.id);
        return before !== undefined && context.changes?.() === before ? 'already-done' : 'undone';
      });
    } catch (error) {
      throw reasonFor(error, context.signal);
    }
  }
}

/** How many steps of a list can be undone. */
export function countUndoable<World>(steps: readonly Step<World>[]): number {
  return steps.filter((step) => step.undo).length;
}

function placeIn({ row }: Pick<RunnerContext, 'row'>, index: number, count: number) {
  return { index: (row?.before ?? 0) + index + 1, count: row?.count ?? count };
}

type Done = 'applied' | 'already-done' | 'undone';

async function timed(
  { id, title }: { readonly id: string; readonly title: string },
  place: { readonly index: number; readonly count: number },
  { emit, clock }: Pick<RunnerContext, 'emit' | 'clock'>,
  work: () => Promise<Done>,
): Promise<void> {
  const start = clock.monotonicMs();
  const finished = (outcome: Done | 'failed') =>
    emit({ type: 'step-finished', step: id, title, outcome, durationMs: Math.round(clock.monotonicMs() - start) });
  emit({ type: 'step-started', step: id, title, ...place });
  try {
    finished(await work());
  } catch (error) {
    finished('failed');
    throw error;
  }
}

/** What stopped the work: a wait that a signal cuts short throws an error of its own, and what counts is why. */
export function reasonFor(error: unknown, signal: AbortSignal | undefined): unknown {
  return signal?.aborted && error instanceof Error && error.name === 'AbortError' ? signal.reason : error;
}

/** Throws INTERRUPTED once a signal has asked the run to stop. */
export function throwIfStopped(signal: AbortSignal): void {
  if (!signal.aborted) return;
  if (signal.reason instanceof UpgradeError) throw signal.reason;
  throw new UpgradeError({ code: 'INTERRUPTED', where: 'this run', found: 'It was asked to stop by a signal.' });
}
