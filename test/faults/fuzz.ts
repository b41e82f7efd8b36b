// The fuzz of bad input, as rows of the same table: its tests are a project of vitest.

import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Verdict } from './case.ts';

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly duration?: number;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/** Runs every fuzz test with this number of cases; one verdict for each test. Throws when vitest gives no report. */
export async function runFuzz(cases: number): Promise<Verdict[]> {
  const folder = await mkdtemp(join(tmpdir(), 'fuzz-'));
  const file = join(folder, 'report.json');
  const args = ['vitest', 'run', '--project', 'fuzz', '--reporter=json', `--outputFile=${file}`];
  const env = { ...process.env, FUZZ_RUNS: String(cases) };
  await new Promise<void>((resolve, reject) => {
    spawn('npx', args, { env, stdio: ['ignore', 'ignore', 'inherit'] })
      .once('error', reject)
      .once('close', () => resolve());
  });
  const { testResults } = JSON.parse(await readFile(file, 'utf8')) as Report;
  await rm(folder, { recursive: true });
  return testResults.flatMap(({ assertionResults }) =>
    assertionResults.map(({ fullName, duration = 0, failureMessages }) => ({
      kind: `fuzz, ${cases} cases a point`,
      title: fullName,
      violations: failureMessages,
      runs: [],
      tookMs: duration,
    })),
  );
}
