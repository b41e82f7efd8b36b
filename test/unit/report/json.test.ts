import { describe, expect, it } from 'vitest';
import { jsonLine } from '../../../src/report/json.ts';
import { event, everyEvent, result } from './events.ts';

describe('jsonLine', () => {
  it('gives one object per line, beginning with time, type and run', () => {
    const lines = everyEvent.flatMap((each) => jsonLine(each) ?? []);
    expect(lines).toHaveLength(everyEvent.length - 2);
    for (const line of lines) {
      expect(line).not.toContain('\n');
      expect(Object.keys(JSON.parse(line)).slice(0, 3)).toEqual(['time', 'type', 'run']);
    }
  });

  it('leaves out progress', () => {
    const progress = { type: 'node-progress', step: 'stage', host: 'nm1', bytes: 1, totalBytes: 2 } as const;
    expect(jsonLine(event(progress))).toBeUndefined();
  });

  it('gives the result as the contract has it', () => {
    expect(JSON.parse(jsonLine(event(result)) ?? '')).toEqual({
      time: '2026-01-02T03:04:05.000Z',
      run: 'r1',
      ...result,
    });
  });
});
