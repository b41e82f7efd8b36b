// The job's image, run by `docker run` as a user does it.

import { randomUUID } from 'node:crypto';
import type { Result } from '../../src/engine/events.ts';
import { docker, type Outcome } from './docker.ts';
import { noteRun } from './evidence.ts';

export const jobImage = process.env['JOB_IMAGE'] ?? 'eggroll-upgrade:local';

export interface JobOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Host paths by place in the container, in the place of the prepared ones; an empty one mounts nothing there. */
  readonly mounts?: Readonly<Record<string, string>>;
  readonly dockerArgs?: readonly string[];
}

/** A line of the job's output, with OUTPUT=json. */
export type JobEvent = Readonly<Record<string, unknown>>;

/** How a job ended, whatever ended it. */
export interface JobRun extends Outcome {
  readonly command: string;
  readonly events: readonly JobEvent[];
  /** Absent when the job was killed. */
  readonly result: (Result & { readonly run: string }) | undefined;
}

export interface JobOutcome extends JobRun {
  readonly result: Result & { readonly run: string };
}

export interface RunningJob {
  /** Name of its container. */
  readonly name: string;
  readonly ended: Promise<JobRun>;
}

/** Where a job runs: the prepared folder, the folder for /state, the network of its cluster. */
export interface JobPlace {
  readonly dir: string;
  readonly stateDir: string;
  readonly network: string;
}

/** Starts a job; `onEvent` hears every event as soon as it is printed. */
export function startJob(
  place: JobPlace,
  command: string,
  options: JobOptions = {},
  onEvent?: (event: JobEvent) => void,
): RunningJob {
  const name = `job-${randomUUID()}`;
  const args = jobArguments(place, command, {
    ...options,
    dockerArgs: [`--name=${name}`, ...(options.dockerArgs ?? [])],
  });
  const onLine = onEvent && ((line: string) => eventsIn(`${line}\n`).forEach(onEvent));
  const ended = docker(args, undefined, onLine).then((outcome) => {
    const events = eventsIn(outcome.stdout);
    const last = events.at(-1);
    const result = last?.['type'] === 'result' ? (last as unknown as JobOutcome['result']) : undefined;
    return noteRun({ ...outcome, command, events, result });
  });
  return { name, ended };
}

/** The outcome of a job that is expected to end by itself. Throws when it printed no result. */
export function withResult(run: JobRun): JobOutcome {
  const { result, exitCode, stdout, stderr } = run;
  if (!result) throw new Error(`The job printed no result (exit code ${exitCode}):\n${stdout}\n${stderr}`);
  return { ...run, result };
}

// The last line of a job that was killed may be cut.
function eventsIn(text: string): JobEvent[] {
  const lines = text.split('\n').slice(0, -1);
  return lines.flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as JobEvent] : []));
}

function jobArguments({ dir, stateDir, network }: JobPlace, command: string, options: JobOptions): string[] {
  const mounts = {
    '/config': `${dir}/config:ro`,
    '/package': `${dir}/package:ro`,
    '/secrets': `${dir}/secrets:ro`,
    '/state': stateDir,
    ...options.mounts,
  };
  const environment = { OUTPUT: 'json', ...options.env };
  return [
    'run',
    '--rm',
    '--read-only',
    '--tmpfs=/tmp',
    `--user=${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`,
    `--network=${network}`,
    `--env-file=${dir}/job.env`,
    ...Object.entries(environment).map(([name, value]) => `--env=${name}=${value}`),
    ...Object.entries(mounts).flatMap(([target, source]) => {
      if (source === '') return [];
      const [path = '', mode] = source.split(':');
      return [`--volume=${path}:${target}${mode ? `:${mode}` : ''}`];
    }),
    ...(options.dockerArgs ?? []),
    jobImage,
    command,
  ];
}
