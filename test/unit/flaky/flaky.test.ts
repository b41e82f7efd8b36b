import { expect, it } from 'vitest';
import { pageWithTallies } from '../../flaky/page.ts';
import { type Round, tally } from '../../flaky/tally.ts';
import type { Report } from '../../support/vitest-report.ts';

const passed = (fullName: string) => ({ fullName, status: 'passed', failureMessages: [] });
const failed = (fullName: string) => ({ fullName, status: 'failed', failureMessages: ['\nError: why\n  at x'] });
const skipped = (fullName: string) => ({ fullName, status: 'skipped', failureMessages: [] });
const round = (seed: number, ...files: Partial<Report['testResults'][number]>[]): Round => ({
  seed,
  log: `${seed}.log`,
  report: {
    success: files.every(({ status }) => status !== 'failed'),
    testResults: files.map((file) => ({ name: '', status: 'passed', message: '', assertionResults: [], ...file })),
  },
});

it('counts the rounds in which all cases of a file passed, and names those that did not', () => {
  const bad = { name: '/r/test/b.test.ts', status: 'failed', assertionResults: [passed('one'), failed('two')] };
  const good = { name: '/r/test/b.test.ts', assertionResults: [passed('one'), passed('two'), skipped('three')] };
  const other = { name: '/r/test/a.test.ts', assertionResults: [passed('x')] };
  expect(tally([round(1, bad, other), round(2, good, other)], '/r')).toEqual([
    { file: 'test/a.test.ts', cases: 1, passed: 2, times: 2, failures: [] },
    {
      ...{ file: 'test/b.test.ts', cases: 2, passed: 1, times: 2 },
      failures: [{ case: 'two', seed: 1, line: 'Error: why', log: '1.log' }],
    },
  ]);
});

it('leaves out files of which no case was meant, and counts one that could not be loaded', () => {
  const unmeant = { name: '/r/a', assertionResults: [skipped('x')] };
  const broken = { name: '/r/b', status: 'failed', message: 'it is not there' };
  expect(tally([round(1, unmeant, broken)], '/r')).toMatchObject([
    { file: 'b', passed: 0, failures: [{ line: 'it is not there' }] },
  ]);
});

it('takes a run without a report, or with an error outside its tests, for one that failed', () => {
  const file = { name: '/r/a', assertionResults: [passed('x')] };
  const unhandled: Round = { ...round(2, file), report: { ...round(2, file).report, success: false } as Report };
  expect(tally([round(1, file), unhandled], '/r')).toMatchObject([
    { file: '(outside the tests)', passed: 1, failures: [{ seed: 2 }] },
    { file: 'a', passed: 2 },
  ]);
  expect(tally([{ seed: 1, log: 'l', report: undefined }, round(2, file)], '/r')).toMatchObject([
    { file: '(outside the tests)', passed: 1 },
    // It was not seen to pass.
    { file: 'a', passed: 1, times: 2 },
  ]);
});

it('puts rows into the page, in order, and leaves those of other files', () => {
  const page = 'x\n<!-- flaky: written by `npm run flaky -- --publish` -->\n<!-- end of flaky -->\ny\n';
  const place = { processors: 2, commit: 'abc', date: '2026-01-02' };
  const row = (file: string, count: number) => ({ file, cases: 3, passed: count, times: 20, failures: [] });
  const both = pageWithTallies(page, [row('test/b.test.ts', 19), row('test/a.test.ts', 20)], place);
  const again = pageWithTallies(both, [row('test/b.test.ts', 20)], { ...place, commit: 'def' });
  expect(again.split('\n').filter((line) => line.startsWith('| `'))).toEqual([
    '| `a.test.ts` | 3 | 20 of 20 | 2 | abc | 2026-01-02 |',
    '| `b.test.ts` | 3 | 20 of 20 | 2 | def | 2026-01-02 |',
  ]);
  expect(again.startsWith('x\n<!--') && again.endsWith('-->\ny\n')).toBe(true);
  expect(() => pageWithTallies('no marks', [], place)).toThrow('lacks the marks');
});
