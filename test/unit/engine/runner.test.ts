import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { UpgradeError } from '../../../src/engine/errors.ts';
import type { EventBody } from '../../../src/engine/events.ts';
import { type RunnerContext, runBackward, runForward, throwIfStopped } from '../../../src/engine/runner.ts';
import type { Step, StepState } from '../../../src/engine/step.ts';
import { testClock } from '../../support/clock.ts';

interface World {
  readonly calls: string[];
}

function step(id: string, parts: Partial<Step<World>> = {}, state: StepState = 'pending'): Step<World> {
  const note = (what: string) => async (world: World) => void world.calls.push(`${what} ${id}`);
  return {
    id,
    title: `title of ${id}`,
    reach: 'nothing',
    async probe(world) {
      world.calls.push(`probe ${id}`);
      return state;
    },
    apply: note('apply'),
    verify: note('verify'),
    undo: { title: `undo ${id}`, apply: note('undo') },
    ...parts,
  };
}

function context(parts: Partial<Omit<RunnerContext, 'clock'>> = {}) {
  const events: EventBody[] = [];
  const clock = testClock();
  const { signal } = new AbortController();
  return { emit: (event: EventBody) => void events.push(event), signal, ...parts, clock, events };
}

const failing = async () => {
  throw new Error('broken');
};
const ids = (steps: readonly Step<World>[]) => steps.map(({ id }) => id);
const outcomes = (events: readonly EventBody[]) =>
  events.flatMap((event) => (event.type === 'step-finished' ? [`${event.step} ${event.outcome}`] : []));

describe('runForward', () => {
  it('probes, applies and verifies each step in order', async () => {
    const world: World = { calls: [] };
    const run = context();
    const progress = await runForward([step('a'), step('b')], world, run);
    expect(world.calls).toEqual(['probe a', 'apply a', 'verify a', 'probe b', 'apply b', 'verify b']);
    expect(progress.completed).toBe(true);
    expect(ids(progress.begun)).toEqual(['a', 'b']);
    expect(outcomes(run.events)).toEqual(['a applied', 'b applied']);
  });

  it('gives the reason of the signal when a wait was cut short', async () => {
    const stop = new AbortController();
    const reason = new UpgradeError({ code: 'INTERRUPTED', where: 'this run', found: 'Asked to stop.' });
    const waits = step('a', {
      async apply() {
        stop.abort(reason);
        await setTimeout(1000, undefined, { signal: stop.signal });
      },
    });
    const progress = await runForward([waits], { calls: [] }, context({ signal: stop.signal }));
    expect(progress).toMatchObject({ completed: false, error: reason });
    const back = step('b', { undo: { title: 'undo b', apply: (world) => waits.apply(world) } });
    const late = new AbortController();
    const failed = runBackward([step('c'), back], { calls: [] }, { ...context(), signal: late.signal });
    late.abort(reason);
    await expect(failed).rejects.toBe(reason);
  });

  it('leaves alone what is done already', async () => {
    const world: World = { calls: [] };
    const run = context();
    const progress = await runForward([step('a', {}, 'done'), step('b')], world, run);
    expect(world.calls).toEqual(['probe a', 'probe b', 'apply b', 'verify b']);
    expect(ids(progress.begun)).toEqual(['a', 'b']);
    expect(outcomes(run.events)).toEqual(['a already-done', 'b applied']);
  });

  it.each(['probe', 'apply', 'verify'] as const)('stops at a step whose %s fails', async (part) => {
    const world: World = { calls: [] };
    const run = context();
    const progress = await runForward([step('a'), step('b', { [part]: failing }), step('c')], world, run);
    expect(progress).toMatchObject({ completed: false, error: new Error('broken') });
    expect(ids(progress.begun)).toEqual(['a', 'b']);
    expect(world.calls.filter((call) => call.endsWith('c'))).toEqual([]);
    expect(outcomes(run.events)).toEqual(['a applied', 'b failed']);
  });

  it('stops between steps when a signal asks for it', async () => {
    const world: World = { calls: [] };
    const stop = new AbortController();
    const stopping = step('b', { verify: async () => stop.abort() });
    const run = context({ signal: stop.signal });
    const progress = await runForward([step('a'), stopping, step('c')], world, run);
    expect(progress.completed).toBe(false);
    expect(progress).toMatchObject({ error: { code: 'INTERRUPTED', exitCode: 75 } });
    expect(ids(progress.begun)).toEqual(['a', 'b']);
    expect(outcomes(run.events)).toEqual(['a applied', 'b applied']);
  });

  it('ends early and well when there is nothing left to do', async () => {
    const world = { calls: [] as string[] };
    const isOver = () => world.calls.includes('verify a');
    const progress = await runForward([step('a'), step('b')], world, context({ isOver }));
    expect(progress.completed).toBe(true);
    expect(ids(progress.begun)).toEqual(['a']);
  });

  it('tells place and duration of each step', async () => {
    const run = context();
    const slow = step('b', { apply: async () => run.clock.advance(1234.4) });
    await runForward([step('a'), slow], { calls: [] }, run);
    expect(run.events.filter((event) => 'step' in event && event.step === 'b')).toEqual([
      { type: 'step-started', step: 'b', title: 'title of b', index: 2, count: 2 },
      { type: 'step-finished', step: 'b', title: 'title of b', outcome: 'applied', durationMs: 1234 },
    ]);
  });
});

describe('runBackward', () => {
  const { undo: _, ...withoutUndo } = step('b');

  it('undoes in reverse, and counts only steps that can be undone', async () => {
    const world: World = { calls: [] };
    const run = context();
    await runBackward([step('a'), withoutUndo, step('c')], world, run);
    expect(world.calls).toEqual(['undo c', 'undo a']);
    expect(run.events.filter(({ type }) => type === 'step-started')).toEqual([
      { type: 'step-started', step: 'c', title: 'undo c', index: 1, count: 2 },
      { type: 'step-started', step: 'a', title: 'undo a', index: 2, count: 2 },
    ]);
    expect(outcomes(run.events)).toEqual(['c undone', 'a undone']);
  });

  it('stops at the first undo that fails, and throws its error', async () => {
    const world: World = { calls: [] };
    const run = context();
    const broken = step('b', { undo: { title: 'undo b', apply: failing } });
    await expect(runBackward([step('a'), broken, step('c')], world, run)).rejects.toThrow('broken');
    expect(world.calls).toEqual(['undo c']);
    expect(outcomes(run.events)).toEqual(['c undone', 'b failed']);
  });

  it('stops between steps when a signal asks for it, and goes on without one', async () => {
    const world: World = { calls: [] };
    const { signal, ...unstoppable } = context({ signal: AbortSignal.abort() });
    await expect(runBackward([step('a')], world, { ...unstoppable, signal })).rejects.toBeInstanceOf(UpgradeError);
    expect(world.calls).toEqual([]);
    await runBackward([step('a')], world, unstoppable);
    expect(world.calls).toEqual(['undo a']);
  });
});

describe('throwIfStopped', () => {
  it('throws INTERRUPTED once the signal is aborted', () => {
    const stop = new AbortController();
    expect(throwIfStopped(stop.signal)).toBeUndefined();
    stop.abort();
    expect(() => throwIfStopped(stop.signal)).toThrow(expect.objectContaining({ code: 'INTERRUPTED' }));
  });
});
