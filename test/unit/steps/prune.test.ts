import { describe, expect, it } from 'vitest';
import type { RunRecord, RunState } from '../../../src/engine/record.ts';
import { beyond } from '../../../src/steps/prune.ts';

const record = (sequence: number, state: RunState) => ({ run: `r${sequence}`, sequence, state }) as RunRecord;

describe('beyond', () => {
  it.each([
    [3, ['finished', 'finished', 'finished', 'finished', 'finished'], ['r2', 'r1']],
    [1, ['finished', 'recovered', 'finished'], ['r2', 'r1']],
    [1, ['finished', 'recovered', 'recovered'], ['r2']],
    [2, ['finished', 'recovered', 'recovered'], []],
    [5, ['finished'], []],
  ] as const)('keeps the newest %i of %j', (keep, states, gone) => {
    const records = states.map((state, index) => record(index + 1, state));
    expect(beyond(records, keep).map(({ run }) => run)).toEqual(gone);
  });
});
