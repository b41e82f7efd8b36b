// Random input, as rows of the same table: bad input of all kinds, and tables of all kinds dumped and restored. Both are vitest's.

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

/** A round trip through a server takes so much longer than a case of bad input. */
const casesPerTrip = 20;

/** Runs every fuzz test with this number of cases; one verdict for each test. Throws when vitest gives no report. */
export async function runFuzz(cases: number): Promise<Verdict[]> {
  const trips = Math.ceil(cases / casesPerTrip);
  return [
    ...(await runTests(['--project', 'fuzz'], { FUZZ_RUNS: String(cases) }, `fuzz, ${cases} cases a point`)),
    ...(await runTests(
      ['--project', 'integration', 'round-trip'],
      { ROUND_TRIPS: String(trips) },
      `round trips, ${trips} a point`,
    )),
  ];
}

async function runTests(which: readonly string[], variables: Record<string, string>, kind: string): Promise<Verdict[]> {
  const folder = await mkdtemp(join(tmpdir(), 'fuzz-'));
  const file = join(folder, 'report.json');
  const args = ['vitest', 'run', ...which, '--reporter=json', `--outputFile=${file}`];
  const env = { ...process.env, ...variables };
  await new Promise<void>((resolve, reject) => {
    spawn('npx', args, { env, stdio: ['ignore', 'ignore', 'inherit'] })
      .once('error', reject)
      .once('close', () => resolve());
  });
  const { testResults } = JSON.parse(await readFile(file, 'utf8')) as Report;
  await rm(folder, { recursive: true });
  return testResults.flatMap(({ assertionResults }) =>
    assertionResults.map(({ fullName, duration = 0, failureMessages }) => ({
      kind,
      title: fullName,
      violations: failureMessages,
      runs: [],
      tookMs: duration,
    })),
  );
}
