// A job that is killed, or asked to stop, as soon as the world shows that it has come to a certain point.

import { setTimeout as sleep } from 'node:timers/promises';
import { hookWord } from '../../src/config/hooks.ts';
import type { JobOptions, JobOutcome, TestCluster } from './cluster.ts';
import { docker } from './docker.ts';

export interface Interruption {
  readonly command: 'upgrade' | 'recover';
  /** Looked at again and again while the job works. */
  readonly reached: () => Promise<boolean>;
  /**
   * Step that the run does not begin, as it waits before it for good: on a busy machine a signal comes late, and it might have gone past
   * what the test is about.
   */
  readonly before?: string;
  readonly options?: JobOptions;
}

/** Kills the job (SIGKILL) when `reached` says so. Throws when the job ends before. */
export async function killAt(cluster: TestCluster, interruption: Interruption): Promise<void> {
  const { ended, output } = await signalAt(cluster, interruption, 'KILL');
  if (ended) throw new Error(`The job ended before it was killed: ${output}`);
}

/** Asks the job to stop (SIGTERM) when `reached` says so; gives how it ended and how long that took. */
export async function stopAt(
  cluster: TestCluster,
  interruption: Interruption,
): Promise<{ readonly outcome: JobOutcome; readonly tookMs: number }> {
  const { outcome, tookMs, output } = await signalAt(cluster, interruption, 'TERM');
  if (!outcome) throw new Error(`The job printed no result: ${output}`);
  return { outcome, tookMs };
}

async function signalAt(cluster: TestCluster, interruption: Interruption, signal: string) {
  const { command, reached, before, options } = interruption;
  const waits = before && { [`HOOK_${hookWord(before)}_BEFORE`]: 'exec sleep 3600' };
  let over = false;
  const { name, ended: running } = cluster.start(command, { ...options, env: { ...options?.env, ...waits } });
  void running.finally(() => {
    over = true;
  });
  while (!over && !(await reached())) await sleep(20);
  const signalled = performance.now();
  if (!over) await docker(['kill', `--signal=${signal}`, name]);
  const run = await running;
  const outcome = run.result && { ...run, result: run.result };
  return { outcome, output: run.stdout, ended: outcome !== undefined, tookMs: performance.now() - signalled };
}
