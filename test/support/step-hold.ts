// A job that waits before a step until it is let go, so that what a test does meanwhile comes exactly there, on the busiest machine too.

import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hookWord } from '../../src/config/hooks.ts';
import type { JobOptions, TestCluster } from './cluster.ts';
import type { JobRun, RunningJob } from './job.ts';

export interface HeldAtStep {
  readonly ended: Promise<JobRun>;
  letGo(): Promise<void>;
}

/** Starts a job; resolves once it waits before the step, with its locks if it has them by then. Throws when it ends before. */
export async function startHeldBefore(
  cluster: TestCluster,
  step: string,
  command: string,
  options: JobOptions = {},
): Promise<HeldAtStep> {
  const folder = join(cluster.dir, `hold-${randomUUID()}`);
  await mkdir(folder);
  await chmod(folder, 0o777);
  const hook = ': >/hold/reached; until [ -e /hold/go ]; do sleep 0.05; done';
  const job = cluster.start(command, {
    ...options,
    env: { ...options.env, [`HOOK_${hookWord(step)}_BEFORE`]: hook },
    mounts: { ...options.mounts, '/hold': folder },
  });
  await untilThere(join(folder, 'reached'), job, step);
  return { ended: job.ended, letGo: () => writeFile(join(folder, 'go'), '') };
}

async function untilThere(file: string, { ended }: RunningJob, step: string): Promise<void> {
  let run: JobRun | undefined;
  void ended.then((outcome) => {
    run = outcome;
  });
  while (!existsSync(file)) {
    if (run) throw new Error(`The job ended before the step ${step}:\n${run.stdout}\n${run.stderr}`);
    await sleep(20);
  }
}
