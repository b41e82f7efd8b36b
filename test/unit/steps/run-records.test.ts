import { describe, expect, it } from 'vitest';
import type { RunState } from '../../../src/engine/record.ts';
import { latestRecord, mergeRecords, stateOf } from '../../../src/steps/run-records.ts';
import { testRecord } from '../../support/record.ts';

describe('latestRecord', () => {
  it('goes by the number, not by the name, which carries a date', () => {
    const records = [testRecord({ run: '20990101-a', sequence: 1 }), testRecord({ run: '20200101-b', sequence: 2 })];
    expect(latestRecord(records)?.run).toBe('20200101-b');
    expect(latestRecord(records.reverse())?.run).toBe('20200101-b');
  });

  it('takes the unfinished one of two with the same number', () => {
    const records = [testRecord({ run: 'a', state: 'finished' }), testRecord({ run: 'b', state: 'open' })];
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
    expect(stateOf(states.map((of) => testRecord({ state: of })))).toBe(state);
  });
});

describe('mergeRecords', () => {
  it('knows the services that any copy knows', () => {
    const copies = [
      testRecord({ services: { nm1: ['nodemanager'], nm2: ['nodemanager'] } }),
      testRecord({ services: { nm1: ['clustermanager'], rs1: [] }, state: 'recovering' }),
    ];
    expect(mergeRecords(copies)).toEqual(
      testRecord({
        state: 'recovering',
        services: { nm1: ['clustermanager', 'nodemanager'], nm2: ['nodemanager'], rs1: [] },
      }),
    );
  });

  it('knows of fate_flow what any copy knows, that it ran above all', () => {
    const copies = [undefined, { host: 'nm1', ran: false }, { host: 'nm1', ran: true }].map((fateFlow) =>
      testRecord(fateFlow ? { fateFlow } : {}),
    );
    expect(mergeRecords(copies)?.fateFlow).toEqual({ host: 'nm1', ran: true });
    expect(mergeRecords(copies.slice(0, 2))?.fateFlow).toEqual({ host: 'nm1', ran: false });
    expect(mergeRecords(copies.slice(0, 1))).not.toHaveProperty('fateFlow');
  });

  it('makes nothing of nothing', () => {
    expect(mergeRecords([])).toBeUndefined();
  });
});
