import { describe, expect, it } from 'vitest';
import type { RunRecord, RunState } from '../../../src/engine/record.ts';
import { latestRecord, mergeRecords, stateOf } from '../../../src/steps/run-records.ts';

const record = (change: Partial<RunRecord> = {}): RunRecord => ({
  schema: 1,
  run: 'run-1',
  sequence: 1,
  state: 'open',
  from: '2.0.2',
  to: '2.2.1',
  packageDigest: 'a',
  hosts: ['nm1:22'],
  services: {},
  ...change,
});

describe('latestRecord', () => {
  it('goes by the number, not by the name, which carries a date', () => {
    const records = [record({ run: '20990101-a', sequence: 1 }), record({ run: '20200101-b', sequence: 2 })];
    expect(latestRecord(records)?.run).toBe('20200101-b');
    expect(latestRecord(records.reverse())?.run).toBe('20200101-b');
  });

  it('takes the unfinished one of two with the same number', () => {
    const records = [record({ run: 'a', state: 'finished' }), record({ run: 'b', state: 'open' })];
    expect(latestRecord(records)?.run).toBe('b');
    expect(latestRecord(records.reverse())?.run).toBe('b');
  });

  it('finds none among none', () => {
    expect(latestRecord([])).toBeUndefined();
  });
});

describe('stateOf', () => {
  it.each<[RunState | undefined, readonly RunState[]]>([
    ['recovering', ['open', 'recovering', 'finished', 'recovered']],
    ['open', ['finished', 'open']],
    ['finished', ['recovered', 'finished']],
    ['recovered', ['recovered']],
    [undefined, []],
  ])('is %s for %j', (state, states) => {
    expect(stateOf(states.map((of) => record({ state: of })))).toBe(state);
  });
});

describe('mergeRecords', () => {
  it('knows the services that any copy knows', () => {
    const copies = [
      record({ services: { nm1: ['nodemanager'], nm2: ['nodemanager'] } }),
      record({ services: { nm1: ['clustermanager'], rs1: [] }, state: 'recovering' }),
    ];
    expect(mergeRecords(copies)).toEqual(
      record({
        state: 'recovering',
        services: { nm1: ['clustermanager', 'nodemanager'], nm2: ['nodemanager'], rs1: [] },
      }),
    );
  });

  it('makes nothing of nothing', () => {
    expect(mergeRecords([])).toBeUndefined();
  });
});
