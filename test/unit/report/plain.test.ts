import { describe, expect, it } from 'vitest';
import { plainLine } from '../../../src/report/plain.ts';
import { event, everyEvent, failed } from './events.ts';

const time = '2026-01-02T03:04:05.000Z';

describe('plainLine', () => {
  it('gives a line for every event but progress', () => {
    expect(everyEvent.flatMap((each) => plainLine(each) ?? []).join('\n')).toBe(
      [
        `${time} upgrade of 2 nodes by eggroll-upgrade 0.1.0`,
        `${time} Run r0 was interrupted; it is resumed.`,
        `${time} [4/13] stage the new version`,
        `${time}     nm1: staged and verified`,
        `${time}     nm1: nodemanager stopped`,
        `${time}     database: statement 1 of 5 done in 12 ms`,
        `${time}     downtime begins`,
        `${time}     downtime ends after 1 min 5 s`,
        `${time} WARNING Tables that are not InnoDB.`,
        `${time} WARNING nm2: Slow.`,
        `${time} ERROR DISK_FULL nm2: No room. Make room.`,
        `${time}     stage the new version: done (1.2 s)`,
        `${time}     stage the new version: nothing to do (12 ms)`,
        `${time}     stage the new version: done (1.0 s)`,
        `${time}     stage the new version: FAILED (1 min 1 s)`,
        `${time} upgrade: succeeded (exit code 0)`,
        '  All 2 nodes are on version 2.2.1.',
        '  nm1               nodemanager  2.0.2 -> 2.2.1',
        '  rollsite.example  rollsite     2.0.2 -> 2.2.1',
        '  eggroll_meta: schema 2.0 -> 2.2.1, 5 statements',
        '  downtime 1 min 5 s',
        '    stop the services: 5.0 s',
        '    migrate the database: 1 min 0 s',
        '  next: Check your jobs.',
      ].join('\n'),
    );
  });

  it('names each code once, and every line of the message', () => {
    expect(plainLine(event(failed))?.split('\n')).toEqual([
      `${time} upgrade: failed (exit code 69, NODE_UNREACHABLE)`,
      '  Nothing was changed.',
      '  nm1: No route.',
      '  eggroll_meta: schema 2.0 -> 2.2.1, 5 statements',
      '  next: Check the network.',
    ]);
  });
});
