// The machinery without clusters: lines become points, points become cases, the same seed gives the same.

import { describe, expect, it } from 'vitest';
import type { JobRun } from '../support/job.ts';
import type { Verdict } from './case.ts';
import { isWanted, keyOf } from './job/event-key.mts';
import { randomFrom } from './job/random-numbers.mts';
import { allCases, eachCase, oneOfEach, pairCases } from './plan.ts';
import { changeName, killPointsOf, pointsOf } from './points.ts';
import type { Reference } from './reference.ts';
import { table } from './report.ts';
import { scenarios } from './scenarios.ts';

const change = (where: string, what: string, phase = 'begins') => ({ type: 'change', phase, where, what });
const events = [
  { type: 'run-started', command: 'upgrade', time: '1' },
  { type: 'step-started', step: 'switch', title: 'switch the folders', time: '2' },
  change('nm1', 'switch 20260102-abcdef bin'),
  change('nm1', 'switch 20260102-abcdef bin', 'ends'),
  change('nm1', 'write-record 20260102-abcdef record.json'),
  change('nm1', 'write-record 20260102-abcdef record.json'),
  change('database meta', '/* eggroll-upgrade run=20260102-abcdef statement=1 */ ALTER TABLE t ADD x INT'),
  { type: 'node-progress', host: 'nm1', bytes: 7 },
  { type: 'result' },
];
const points = pointsOf(events);
const calls = [
  { script: 'switch', program: 'head', nth: 1, isKnown: false },
  { script: 'switch', program: 'mv', nth: 1, isKnown: true },
  { script: 'inspect', program: 'cat', nth: 1, isKnown: false },
  { script: 'write-record', program: 'head', nth: 1, isKnown: false },
  { script: 'write-record', program: 'cat', nth: 1, isKnown: true },
];
const run: JobRun = { command: 'upgrade', exitCode: 0, stdout: '', stderr: '', events, result: undefined };
const references = scenarios.map((scenario): Reference => ({ scenario, points, calls, run }));

describe('points', () => {
  it('are every telling line, without run ids, counted where they repeat', () => {
    expect(points).toHaveLength(7);
    expect(points.every(({ key }) => !key.includes('20260102'))).toBe(true);
    expect(points.filter(({ key }) => key.includes('write-record')).map(({ nth }) => nth)).toEqual([1, 2]);
  });

  it('keep hosts and statements apart, and leave counts of messages out', () => {
    expect(keyOf(change('nm1', 'x'))).not.toBe(keyOf(change('nm2', 'x')));
    const told = (message: string) => keyOf({ type: 'database', step: 'migrate', message });
    expect(told('statement 1 of 5 in 12 ms')).toBe(told('statement 1 of 5 in 7 ms'));
  });

  it('may be named by their beginning', () => {
    expect(isWanted('step-finished | migrate | x', 'step-finished | migrate…')).toBe(true);
    expect(isWanted('step-finished | migrate | x', 'step-finished | migrate')).toBe(false);
    expect(isWanted(undefined, '…')).toBe(false);
  });

  it('become a kill at each line, one inside each change, one at each call of a changing script', () => {
    const kills = killPointsOf(points, calls);
    const count = (kind: string) => kills.filter(({ moment }) => moment.kind === kind).length;
    expect([count('at'), count('inside'), count('held')]).toEqual([7, 4, 4]);
    expect(kills.filter(({ moment }) => moment.kind === 'inside').map(changeName)).toContain('SQL ALTER');
  });
});

describe('cases', () => {
  it('are all points both ways, or each point once', () => {
    expect(allCases(references)).toHaveLength(references.length * 15 * 2);
    const each = eachCase(references);
    expect(each).toHaveLength(references.length * 15);
    expect(new Set(each.map(({ way }) => way)).size).toBe(2);
  });

  it('of the sample are one of each kind', () => {
    const kinds = oneOfEach(references).map(({ kills: [point] }) => point.key.split(' | ')[0]);
    expect(kinds.toSorted()).toEqual(['change', 'held', 'held', 'step-started']);
  });

  it('of a seed are the same each time, and others for another seed', () => {
    const of = (seed: number) => pairCases(references, 20, randomFrom(seed));
    expect(of(7)).toEqual(of(7));
    expect(of(7)).not.toEqual(of(8));
    expect(of(7).every(({ kills }) => kills.length === 2)).toBe(true);
  });
});

describe('random numbers', () => {
  it('spread over their range', () => {
    const random = randomFrom(1);
    const counts = Array.from({ length: 5 }, () => 0);
    for (let index = 0; index < 5000; index += 1) {
      const drawn = random.below(5);
      counts[drawn] = (counts[drawn] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(850);
    expect(() => random.pick([])).toThrow('nothing to pick');
  });
});

describe('the table', () => {
  it('counts points and violations of each kind', () => {
    const verdict = (kind: string, violations: readonly string[]): Verdict => {
      return { kind, title: '', violations, runs: [], tookMs: 2000 };
    };
    const text = table([verdict('a', []), verdict('a', ['wrong', 'wrong']), verdict('b', [])], 60_000);
    const rows = text.split('\n').map((line) => line.trim().split(/ {2,}/));
    expect(rows.slice(1)).toEqual([
      ['a', '2', '1', '2', '2'],
      ['b', '1', '0', '2', '2'],
      ['together, in 60 s', '3', '1', '2', '2'],
    ]);
  });
});
