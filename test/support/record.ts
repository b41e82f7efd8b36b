// The record of a run, for tests that care about a part of it.

import type { RunRecord } from '../../src/engine/record.ts';

export function testRecord(change: Partial<RunRecord> = {}): RunRecord {
  return {
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
  };
}
