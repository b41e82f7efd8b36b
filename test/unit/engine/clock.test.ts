import { describe, expect, it } from 'vitest';
import { poll } from '../../../src/engine/clock.ts';
import { testClock } from '../../support/clock.ts';

describe('poll', () => {
  it('gives what it found at once, without sleeping', async () => {
    const clock = testClock();
    expect(await poll(clock, { everyMs: 100, limitMs: 1000 }, async () => 'here')).toBe('here');
    expect(clock.slept).toEqual([]);
  });

  it('looks until there is something', async () => {
    const clock = testClock();
    let looks = 0;
    const found = await poll(clock, { everyMs: 100, limitMs: 1000 }, async () => {
      looks += 1;
      return looks === 4 ? looks : undefined;
    });
    expect(found).toBe(4);
    expect(clock.slept).toEqual([100, 100, 100]);
  });

  it('takes false and 0 for something', async () => {
    expect(await poll(testClock(), { everyMs: 1, limitMs: 10 }, async () => false)).toBe(false);
    expect(await poll(testClock(), { everyMs: 1, limitMs: 10 }, async () => 0)).toBe(0);
  });

  it('gives up after the limit, never later', async () => {
    const clock = testClock();
    let looks = 0;
    const found = await poll(clock, { everyMs: 300, limitMs: 1000 }, async () => {
      looks += 1;
      return undefined;
    });
    expect(found).toBeUndefined();
    expect(looks).toBe(4);
    expect(clock.monotonicMs()).toBe(900);
  });

  it('looks once even when there is no time', async () => {
    expect(await poll(testClock(), { everyMs: 100, limitMs: 0 }, async () => 'here')).toBe('here');
  });

  it('counts the time that looking takes', async () => {
    const clock = testClock();
    let looks = 0;
    await poll(clock, { everyMs: 100, limitMs: 1000 }, async () => {
      looks += 1;
      clock.advance(400);
      return undefined;
    });
    expect(looks).toBe(3);
  });

  it('throws what looking throws', async () => {
    const looking = poll(testClock(), { everyMs: 1, limitMs: 10 }, () => Promise.reject(new Error('blind')));
    await expect(looking).rejects.toThrow('blind');
  });

  it('stops with the reason of the signal', async () => {
    const signal = AbortSignal.abort(new Error('stop'));
    const looking = poll(testClock(), { everyMs: 1, limitMs: 10, signal }, async () => undefined);
    await expect(looking).rejects.toThrow('stop');
  });
});
