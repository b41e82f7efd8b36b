// How often each test file and each case passed, from the reports of vitest's runs.

import { relative } from 'node:path';
import type { Report } from '../support/vitest-report.ts';

/** One run of all the files. Without a report when vitest itself ended badly. */
export interface Round {
  readonly seed: number;
  readonly log: string;
  readonly report: Report | undefined;
}

export interface Failure {
  readonly case: string;
  readonly seed: number;
  /** First line of the error. */
  readonly line: string;
  readonly log: string;
}

export interface FileTally {
  readonly file: string;
  /** Cases that were run. */
  readonly cases: number;
  /** Rounds in which all of them passed, of so many. */
  readonly passed: number;
  readonly times: number;
  readonly failures: readonly Failure[];
}

/** What failed outside every file: vitest itself, or an error that belongs to no test. */
export const outside = '(outside the tests)';

/** In the order of their names. Names are relative to `root`. */
export function tally(rounds: readonly Round[], root: string): FileTally[] {
  const inRounds = rounds.map((round) => filesOf(round, root));
  const names = [...new Set(inRounds.flatMap((files) => [...files.keys()]))].sort();
  return names.map((file) => {
    const found = inRounds.map((files) => files.get(file));
    const failures = found.flatMap((one) => one?.failures ?? []);
    const bad = found.filter((one) => (one === undefined ? file !== outside : one.failures.length > 0)).length;
    const cases = Math.max(...found.map((one) => one?.cases ?? 0));
    return { file, cases, passed: rounds.length - bad, times: rounds.length, failures };
  });
}

interface OneRound {
  readonly cases: number;
  readonly failures: readonly Failure[];
}

function filesOf({ seed, log, report }: Round, root: string): Map<string, OneRound> {
  const files = new Map<string, OneRound>();
  for (const { name, status, message, assertionResults } of report?.testResults ?? []) {
    const run = assertionResults.filter((one) => one.status === 'passed' || one.status === 'failed');
    const failed = run.filter((one) => one.status === 'failed');
    const failures = failed.map(({ fullName, failureMessages }) => ({
      ...{ case: fullName, seed, line: firstLine(failureMessages[0] ?? ''), log },
    }));
    // It could not be loaded, or what comes before or after its cases failed.
    if (status === 'failed' && failed.length === 0) {
      failures.push({ case: '(around the cases)', seed, line: firstLine(message), log });
    }
    // With -t, files without a case of that name are in the report too.
    if (run.length > 0 || failures.length > 0) files.set(relative(root, name), { cases: run.length, failures });
  }
  if (!report || (!report.success && [...files.values()].every(({ failures }) => failures.length === 0))) {
    const line = report ? 'an error that belongs to no test: see the log' : 'vitest gave no report: see the log';
    files.set(outside, { cases: 0, failures: [{ case: outside, seed, line, log }] });
  }
  return files;
}

const firstLine = (text: string) => (text.split('\n').find((line) => line.trim() !== '') ?? '').slice(0, 200);
