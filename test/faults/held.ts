// A job that is held at points of its run: a test does something to the world exactly there, and lets it go on.

import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestCluster } from '../support/cluster.ts';
import type { JobEvent, JobOptions, JobRun, RunningJob } from '../support/job.ts';
import type { Point } from './points.ts';

/** An event with the moment at which it was heard, by the monotonic clock of the test. */
export interface Heard {
  readonly event: JobEvent;
  readonly atMs: number;
}

export interface HeldJob extends RunningJob {
  readonly heard: readonly Heard[];
  /** Resolves when the run is held at the point with this place in the list. Throws when the job ends before. */
  reached(index?: number): Promise<void>;
  letGo(index?: number): Promise<void>;
}

const jobFolder = join(import.meta.dirname, 'job');

/** How a job waits: see job/hold.mts. */
export type HoldKind = 'still' | 'beating';

export async function startHeld(
  cluster: TestCluster,
  command: string,
  options: JobOptions,
  points: readonly Point[],
  how: HoldKind = 'still',
): Promise<HeldJob> {
  const folder = await mkdtemp(join(tmpdir(), 'held-job-'));
  await chmod(folder, 0o777);
  const heard: Heard[] = [];
  const prepared = withPreload(options, 'hold', { FAULT_HOLD: JSON.stringify({ points, how }) });
  const job = cluster.start(
    command,
    { ...prepared, mounts: { ...prepared.mounts, '/hold': folder } },
    (event) => void heard.push({ event, atMs: performance.now() }),
  );
  let run: JobRun | undefined;
  const ended = job.ended.then(async (outcome) => {
    run = outcome;
    await rm(folder, { recursive: true });
    return outcome;
  });
  return {
    name: job.name,
    ended,
    heard,
    async reached(index = 0) {
      while (!existsSync(join(folder, `reached-${index}`))) {
        if (run) throw new Error(`The job never came to ${points[index]?.key}:\n${run.stdout}\n${run.stderr}`);
        await sleep(5);
      }
    },
    letGo: (index = 0) => (run ? Promise.resolve() : writeFile(join(folder, `go-${index}`), '')),
  };
}

/** Options by which a file of test/faults/job is loaded into the job, after those that are loaded already. */
export function withPreload(
  options: JobOptions,
  name: string,
  variables: Readonly<Record<string, string>>,
): JobOptions {
  return {
    ...options,
    mounts: { ...options.mounts, '/faults': `${jobFolder}:ro` },
    env: {
      ...options.env,
      NODE_OPTIONS: `${options.env?.['NODE_OPTIONS'] ?? ''} --import=/faults/${name}.mts`.trim(),
      ...variables,
    },
  };
}
