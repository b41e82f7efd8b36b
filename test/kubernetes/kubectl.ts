// The Kubernetes cluster that KUBECONFIG names, through kubectl and helm as people use them.

import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../support/docker.ts';

/** kubectl in a namespace; gives its output, and throws what it says when it fails. */
export async function kubectl(namespace: string, args: readonly string[], input?: string): Promise<string> {
  const { exitCode, stdout, stderr } = await run('kubectl', ['--namespace', namespace, ...args], input);
  if (exitCode !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
  return stdout;
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
}

export interface JobObject {
  readonly metadata: { readonly name: string };
  readonly status: { readonly conditions?: readonly Condition[]; readonly failed?: number };
}

export interface PodObject {
  readonly metadata: { readonly name: string; readonly creationTimestamp: string; readonly deletionTimestamp?: string };
  readonly status: { readonly phase: string };
}

export async function jobsIn(namespace: string): Promise<JobObject[]> {
  return JSON.parse(await kubectl(namespace, ['get', 'jobs', '-o', 'json'])).items;
}

/** Pods of a Job, in the order in which they were made. */
export async function podsOf(namespace: string, job: string): Promise<PodObject[]> {
  const sorted = ['--sort-by=.metadata.creationTimestamp', '-o', 'json'];
  return JSON.parse(await kubectl(namespace, ['get', 'pods', '-l', `job-name=${job}`, ...sorted])).items;
}

/** How a Job ended, if it has. Newer clusters announce either end by a further condition. */
export function endOf({ status }: JobObject): 'Complete' | 'Failed' | undefined {
  const met = (status.conditions ?? []).filter((condition) => condition.status === 'True').map(({ type }) => type);
  return (['Complete', 'Failed'] as const).find((end) => met.includes(end));
}

/** Waits until `look` gives something. Throws what `explain` says when that takes too long. */
export async function until<T>(
  look: () => Promise<T | undefined>,
  { limitMs = 300_000, pauseMs = 300, explain }: { limitMs?: number; pauseMs?: number; explain: () => Promise<string> },
): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error(await explain());
    await sleep(pauseMs);
  }
}
