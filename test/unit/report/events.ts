// One event of every kind, for the tests of the renderers.

import type { Event, EventBody, Result } from '../../../src/engine/events.ts';

export const result: Result = {
  type: 'result',
  schema: 1,
  command: 'upgrade',
  outcome: 'succeeded',
  exitCode: 0,
  planHash: 'f'.repeat(64),
  nodes: [
    { host: 'nm1', role: 'nodemanager', before: '2.0.2', after: '2.2.1', outcome: 'succeeded' },
    { host: 'rollsite.example', role: 'rollsite', before: '2.0.2', after: '2.2.1', outcome: 'succeeded' },
  ],
  database: { name: 'eggroll_meta', before: '2.0', after: '2.2.1', statements: 5, outcome: 'succeeded' },
  downtimeMs: 65_432,
  downtimeBySteps: [
    { step: 'stop-services', title: 'stop the services', ms: 5000 },
    { step: 'migrate', title: 'migrate the database', ms: 60_432 },
  ],
  findings: [],
  message: 'All 2 nodes are on version 2.2.1.',
  next: 'Check your jobs.',
};

export const failed: Result = {
  ...result,
  outcome: 'failed',
  exitCode: 69,
  nodes: [],
  downtimeMs: 0,
  downtimeBySteps: [],
  findings: [
    { code: 'NODE_UNREACHABLE', where: 'nm1', found: 'No route.' },
    { code: 'NODE_UNREACHABLE', where: 'nm2', found: 'No route.' },
  ],
  message: 'Nothing was changed.\nnm1: No route.',
  next: 'Check the network.',
};

const bodies: readonly EventBody[] = [
  { type: 'run-started', command: 'upgrade', version: '0.1.0', nodes: 2 },
  { type: 'run-adopted', message: 'Run r0 was interrupted; it is resumed.' },
  { type: 'step-started', step: 'stage', title: 'stage the new version', index: 4, count: 13 },
  { type: 'node-progress', step: 'stage', host: 'nm1', bytes: 1_500_000, totalBytes: 3_000_000 },
  { type: 'node-done', step: 'stage', host: 'nm1', message: 'staged and verified' },
  { type: 'service', host: 'nm1', service: 'nodemanager', state: 'stopped' },
  { type: 'database', step: 'migrate', message: 'statement 1 of 5 done in 12 ms' },
  { type: 'change', phase: 'begins', where: 'nm1', what: 'switch r1' },
  { type: 'work', phase: 'begins', where: 'nm1' },
  { type: 'conf-change', hosts: ['nm1'], path: 'conf/a', diff: ['+b'] },
  { type: 'statements', statements: [{ index: 1, from: 'm.sql:1', sql: 'SELECT 1' }] },
  { type: 'statement', phase: 'begins', step: 'migrate', index: 1 },
  { type: 'statement', phase: 'ends', step: 'migrate', index: 1, durationMs: 12 },
  { type: 'downtime-started' },
  { type: 'downtime-ended', downtimeMs: 65_432 },
  { type: 'warning', message: 'Tables that are not InnoDB.' },
  { type: 'warning', message: 'Slow.', host: 'nm2' },
  { type: 'finding', code: 'DISK_FULL', where: 'nm2', found: 'No room.', remedy: 'Make room.' },
  { type: 'step-finished', step: 'stage', title: 'stage the new version', outcome: 'applied', durationMs: 1234 },
  { type: 'step-finished', step: 'stage', title: 'stage the new version', outcome: 'already-done', durationMs: 12 },
  { type: 'step-finished', step: 'stage', title: 'stage the new version', outcome: 'undone', durationMs: 1000 },
  { type: 'step-finished', step: 'stage', title: 'stage the new version', outcome: 'failed', durationMs: 61_000 },
  result,
];

export function event<T extends EventBody>(body: T): T & Event {
  return { time: '2026-01-02T03:04:05.000Z', run: 'r1', ...body } as T & Event;
}

export const everyEvent: readonly Event[] = bodies.map(event);
