import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../../src/engine/catalogue.ts';
import type { Event, EventBody, Result } from '../../../src/engine/events.ts';
import { beginDowntime, isDown } from '../../../src/steps/downtime.ts';
import { withRetries } from '../../../src/steps/retry.ts';
import type { Given, Run, World } from '../../../src/steps/world.ts';
import { type TestClock, testClock } from '../../support/clock.ts';
import { testWorld } from './world.ts';

interface Try {
  readonly codes: readonly ErrorCode[];
  readonly exitCode?: Result['exitCode'];
  readonly outcome?: Result['outcome'];
  /** Had the try a run under way? */
  readonly run?: boolean;
  readonly tookMs?: number;
  readonly before?: string;
}

interface Surroundings {
  readonly clock?: TestClock;
  readonly lockWaitMs?: number;
}

/** A command whose tries end as told, the last of them again and again. */
function command(tries: readonly Try[], { clock = testClock(), lockWaitMs = 0 }: Surroundings = {}) {
  const events: EventBody[] = [];
  const worlds: World[] = [];
  const stop = new AbortController();
  const { config, inputs } = testWorld();
  let ids = 0;
  const given: Given = {
    config: { ...config, lockWaitMs },
    inputs,
    clock,
    signal: stop.signal,
    looksOnly: false,
    emit: (event) => events.push(event as Event),
    runner: 'upgrade, process 1',
    makeRunId: () => `run-${++ids}`,
    adoptRun: () => undefined,
  };
  const attempt = async (world: World): Promise<Result> => {
    worlds.push(world);
    const one = tries[Math.min(worlds.length, tries.length) - 1] as Try;
    clock.advance(one.tookMs ?? 0);
    if (one.run) world.run = { id: world.newRunId } as Run;
    return resultOf(one);
  };
  return { given, attempt, events, worlds, clock, stop, run: () => withRetries(given, attempt) };
}

function resultOf({ codes, exitCode = codes.length > 0 ? 75 : 0, outcome, run, before = '2.0.2' }: Try): Result {
  return {
    type: 'result',
    schema: 1,
    command: 'upgrade',
    outcome: outcome ?? (exitCode === 0 ? 'succeeded' : 'interrupted'),
    exitCode,
    nodes: [{ host: 'nm1', role: 'nodemanager', before, after: '2.2.1', outcome: 'succeeded' }],
    downtimeMs: 0,
    downtimeBySteps: [],
    findings: codes.map((code) => ({ code, where: 'nm1', found: 'Something.' })),
    message: run ? 'The run stopped.' : codes.length > 0 ? 'Nothing was changed. nm1: Something.' : 'Done.',
    next: run ? 'Run `upgrade` again: it resumes.' : 'Look at nm1.',
  };
}

const lost: Try = { codes: ['NODE_LOST'], run: true };

describe('withRetries', () => {
  it('gives the result of the first try when no fault came by', async () => {
    const one = command([{ codes: [] }]);
    expect(await one.run()).toEqual(resultOf({ codes: [] }));
    expect(one.worlds).toHaveLength(1);
  });

  it('begins again after a connection that broke, with a world and a run id of its own', async () => {
    const one = command([lost, { codes: [], run: true }]);
    expect(await one.run()).toMatchObject({ outcome: 'succeeded', exitCode: 0 });
    expect(one.worlds.map(({ newRunId }) => newRunId)).toEqual(['run-1', 'run-2']);
    expect(one.worlds[1]?.owner).toContain('upgrade, process 1, run run-2, since 2026-01-02');
    expect(one.events.map(({ type }) => type)).toEqual(['warning', 'warning']);
  });

  it.each<ErrorCode>(['NODE_UNREACHABLE', 'LOCK_HELD', 'SERVICE_NOT_STOPPED', 'LOCK_LOST', 'INTERRUPTED'])(
    'does not begin again after %s at the first try',
    async (code) => {
      const one = command([{ codes: [code] }]);
      expect((await one.run()).findings).toHaveLength(1);
      expect(one.worlds).toHaveLength(1);
    },
  );

  it('waits for a node that is not back yet, and for the lock of its own lost session', async () => {
    const away: Try = { codes: ['NODE_UNREACHABLE'], exitCode: 69 };
    const one = command([lost, away, { codes: ['LOCK_HELD'] }, { codes: [], run: true }]);
    expect(await one.run()).toMatchObject({ exitCode: 0 });
    expect(one.clock.slept).toEqual([1000, 2000, 5000]);
  });

  it('gives up after two minutes without a try that got under way, and says that the run is half-way', async () => {
    const one = command([lost, { codes: ['NODE_UNREACHABLE'], exitCode: 69, tookMs: 20_000 }]);
    const result = await one.run();
    expect(result).toMatchObject({
      outcome: 'interrupted',
      exitCode: 75,
      next: 'Run `upgrade` again: it resumes.',
      message: 'The run stopped. It was tried again: nm1: Something.',
    });
    expect(one.clock.monotonicMs()).toBeLessThan(140_000);
    expect(one.worlds.length).toBeGreaterThan(4);
  });

  it('ends after ten tries even when each of them gets under way', async () => {
    const one = command([lost]);
    expect(await one.run()).toMatchObject({ exitCode: 75 });
    expect(one.worlds).toHaveLength(10);
  });

  it('does not say that nothing was changed when a later try is refused', async () => {
    const one = command([lost, { codes: ['LOGIN_REFUSED'], exitCode: 77, outcome: 'failed' }]);
    const result = await one.run();
    expect(result).toMatchObject({ outcome: 'failed', exitCode: 11 });
    expect(result.message).not.toContain('Nothing was changed');
  });

  it('calls a run that a later try finds complete a success, with the versions of before', async () => {
    const one = command([lost, { codes: [], outcome: 'unchanged', before: '2.2.1' }]);
    expect(await one.run()).toMatchObject({ outcome: 'succeeded', exitCode: 0, nodes: [{ before: '2.0.2' }] });
  });

  it('stops waiting when it is asked to', async () => {
    const one = command([lost]);
    one.stop.abort(new Error('asked'));
    expect(await one.run()).toMatchObject({ exitCode: 75 });
    expect(one.worlds).toHaveLength(1);
  });

  it('begins again when the connection broke while a failed step was put back', async () => {
    const one = command([
      { codes: ['SERVICE_NOT_STARTED', 'NODE_LOST'], run: true },
      { codes: [], run: true },
    ]);
    expect(await one.run()).toMatchObject({ exitCode: 0 });
  });

  it('leaves the cluster to another run that has taken over', async () => {
    const one = command([{ codes: ['NODE_LOST', 'LOCK_LOST'], run: true }]);
    expect(await one.run()).toMatchObject({ exitCode: 75 });
    expect(one.worlds).toHaveLength(1);
  });

  describe('with LOCK_WAIT_SECONDS', () => {
    const held: Try = { codes: ['LOCK_HELD'] };

    it('waits until the other run has given the lock back', async () => {
      const one = command([held, held, held, { codes: [], run: true }], { lockWaitMs: 60_000 });
      expect(await one.run()).toMatchObject({ outcome: 'succeeded', exitCode: 0 });
      expect(one.clock.slept).toEqual([1000, 2000, 5000]);
      const told = one.events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));
      expect(told[0]).toBe('Another run holds the lock; waiting 1 s.');
    });

    it('gives up after that time', async () => {
      const one = command([{ ...held, tookMs: 500 }], { lockWaitMs: 300_000 });
      expect(await one.run()).toMatchObject({ exitCode: 75, findings: [{ code: 'LOCK_HELD' }] });
      expect(one.clock.monotonicMs()).toBeGreaterThan(285_000);
      expect(one.clock.monotonicMs()).toBeLessThanOrEqual(300_500);
    });

    it('leaves all tries to a run that gets under way after a long wait', async () => {
      const waits = Array.from({ length: 20 }, () => held);
      const one = command([...waits, lost, { codes: [], run: true }], { lockWaitMs: 600_000 });
      expect(await one.run()).toMatchObject({ exitCode: 0 });
    });

    it('waits for nothing else', async () => {
      const one = command([{ codes: ['NODE_UNREACHABLE'], exitCode: 69 }], { lockWaitMs: 60_000 });
      await one.run();
      expect(one.worlds).toHaveLength(1);
    });
  });

  it('goes on counting the downtime', async () => {
    const one = command([lost, { codes: [], run: true }]);
    const first = one.attempt;
    await withRetries(one.given, async (world) => {
      if (one.worlds.length === 0) beginDowntime(world);
      return first(world);
    });
    expect(one.worlds.map(({ downtime }) => isDown(downtime))).toEqual([true, true]);
  });
});
