import { describe, expect, it } from 'vitest';
import type { EventBody } from '../../../src/engine/events.ts';
import { beginDowntime, downtimeUntilNow, endDowntime, isDown } from '../../../src/steps/downtime.ts';
import { type Given, newWorld } from '../../../src/steps/world.ts';
import { testClock } from '../../support/clock.ts';
import { testWorld } from './world.ts';

/** A world whose clock is at hand, and another try in it. */
function worlds() {
  const clock = testClock();
  const events: EventBody[] = [];
  const given: Given = {
    ...testWorld(),
    clock,
    emit: (event) => events.push(event),
    runner: 'test',
    makeRunId: () => '20260102-abcdef',
  };
  const world = newWorld(given);
  return { clock, events, world, again: () => newWorld(given, world) };
}

const begins = (step: string, title = step): EventBody => ({ type: 'step-started', step, title, index: 1, count: 9 });

describe('the downtime by steps', () => {
  it('counts each step until the next one begins, the first and the last in part, and adds up to the whole', () => {
    const { clock, events, world } = worlds();
    world.emit(begins('stage'));
    clock.advance(5000);
    world.emit(begins('stop-services'));
    clock.advance(10.4);
    beginDowntime(world);
    clock.advance(20.4);
    world.emit(begins('switch'));
    clock.advance(1.4);
    world.emit(begins('purge'));
    world.emit(begins('start-services'));
    clock.advance(300.4);
    endDowntime(world);
    clock.advance(7000);
    const { downtimeMs, downtimeBySteps } = downtimeUntilNow(world);
    expect(downtimeBySteps.map(({ step }) => step)).toEqual(['stop-services', 'switch', 'start-services']);
    expect(downtimeBySteps.reduce((sum, { ms }) => sum + ms, 0)).toBe(downtimeMs);
    expect(downtimeMs).toBe(323);
    expect(events.at(-1)).toEqual({ type: 'downtime-ended', downtimeMs });
  });

  it('tells the way back from the way there, and goes on counting to this moment', () => {
    const { clock, world } = worlds();
    world.emit(begins('switch', 'switch to the new version'));
    beginDowntime(world);
    clock.advance(10);
    world.emit(begins('switch', 'switch back'));
    clock.advance(20);
    expect(downtimeUntilNow(world).downtimeBySteps).toEqual([
      { step: 'switch', title: 'switch to the new version', ms: 10 },
      { step: 'switch', title: 'switch back', ms: 20 },
    ]);
    clock.advance(5);
    expect(downtimeUntilNow(world)).toMatchObject({ downtimeMs: 35, downtimeBySteps: [{ ms: 10 }, { ms: 25 }] });
    expect(isDown(world.downtime)).toBe(true);
  });

  it('counts the wait for another try, and adds what that one takes to the same step', () => {
    const { clock, world, again } = worlds();
    world.emit(begins('switch'));
    beginDowntime(world);
    clock.advance(100);
    const next = again();
    next.emit(begins('preflight'));
    clock.advance(10);
    next.emit(begins('switch'));
    beginDowntime(next);
    clock.advance(1);
    endDowntime(next);
    expect(downtimeUntilNow(next)).toMatchObject({
      downtimeMs: 111,
      downtimeBySteps: [
        { step: 'switch', ms: 101 },
        { step: 'preflight', ms: 10 },
      ],
    });
  });

  it('is none while nothing is stopped', () => {
    const { clock, world } = worlds();
    world.emit(begins('stage'));
    clock.advance(100);
    expect(downtimeUntilNow(world)).toEqual({ downtimeMs: 0, downtimeBySteps: [] });
  });
});
