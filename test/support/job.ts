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

/** The jobs of a cluster. */
export interface Runners {
  /** Starts a job; `onEvent` hears every event as soon as it is printed. */
  start(command: string, options?: JobOptions, onEvent?: (event: JobEvent) => void): RunningJob;
  stop(): Promise<void>;
}

/**
 * Containers of the job's image that run one job after another, as to make a container takes longer than many a job. A job has its
 * container to itself while it works, so a test may kill or freeze it by that name; what did not end by itself leaves no container for
 * the next one. A job with mounts or arguments of its own is run by `docker run`.
 */
export function startRunners(place: JobPlace): Runners {
  const idle: string[] = [];
  const made = new Set<string>();

  async function make(name: string): Promise<void> {
    made.add(name);
    const options = ['--detach', `--name=${name}`, '--entrypoint=tini'];
    const { exitCode, stderr } = await docker(
      runArguments(place, { dockerArgs: options }, ['--', 'sh', '-c', runnerScript]),
    );
    if (exitCode !== 0) throw new Error(`The container for jobs does not start: ${stderr}`);
  }

  async function run(name: string, isNew: boolean, args: readonly string[], onLine?: (line: string) => void) {
    if (isNew) await make(name);
    const outcome = await docker(args, undefined, onLine);
    if (endedByItself.has(outcome.exitCode)) idle.push(name);
    return outcome;
  }

  return {
    start(command, options = {}, onEvent) {
      if (options.mounts || options.dockerArgs) return startJob(place, command, options, onEvent);
      const known = idle.pop();
      const name = known ?? `job-${randomUUID()}`;
      const args = ['exec', ...variables(options), name, 'sh', '-c', jobScript, 'job', command];
      return {
        name,
        ended: run(name, known === undefined, args, lines(onEvent)).then((ended) => asRun(command, ended)),
      };
    },
    async stop() {
      if (made.size > 0) await docker(['rm', '--force', ...made]);
    },
  };
}

/** Exit codes after which nothing of a job is left in its container. */
const endedByItself = new Set([0, 10, 11, 64, 65, 69, 77, 78]);

/** Passes signals on to the job, as the init of a container of its own would. */
const runnerScript = `
  trap 'kill -TERM $(cat /tmp/.job)' TERM
  trap 'kill -INT $(cat /tmp/.job)' INT
  while :; do sleep 3600 & wait; done`;

const jobScript = 'find /tmp -mindepth 1 -delete; echo $$ >/tmp/.job; exec node /app/dist/main.js "$@"';

/** Starts a job in a container of its own. */
export function startJob(
  place: JobPlace,
  command: string,
  options: JobOptions = {},
  onEvent?: (event: JobEvent) => void,
): RunningJob {
  const name = `job-${randomUUID()}`;
  const dockerArgs = [`--name=${name}`, ...variables(options), ...(options.dockerArgs ?? [])];
  const args = runArguments(place, { ...options, dockerArgs }, [command]);
  return { name, ended: docker(args, undefined, lines(onEvent)).then((outcome) => asRun(command, outcome)) };
}

function lines(onEvent?: (event: JobEvent) => void): ((line: string) => void) | undefined {
  return onEvent && ((line) => eventsIn(`${line}\n`).forEach(onEvent));
}

function asRun(command: string, outcome: Outcome): JobRun {
  const events = eventsIn(outcome.stdout);
  const last = events.at(-1);
  const result = last?.['type'] === 'result' ? (last as unknown as JobOutcome['result']) : undefined;
  return noteRun({ ...outcome, command, events, result });
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

function variables({ env }: JobOptions): string[] {
  return Object.entries({ OUTPUT: 'json', ...env }).map(([name, value]) => `--env=${name}=${value}`);
}

function runArguments(
  { dir, stateDir, network }: JobPlace,
  { mounts, dockerArgs = [] }: Pick<JobOptions, 'mounts' | 'dockerArgs'>,
  command: readonly string[],
): string[] {
  const places = {
    '/config': `${dir}/config:ro`,
    '/package': `${dir}/package:ro`,
    '/secrets': `${dir}/secrets:ro`,
    '/state': stateDir,
    ...mounts,
  };
  return [
    'run',
    '--rm',
    '--read-only',
    '--tmpfs=/tmp',
    `--user=${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`,
    `--network=${network}`,
    `--env-file=${dir}/job.env`,
    ...Object.entries(places).flatMap(([target, source]) => {
      if (source === '') return [];
      const [path = '', mode] = source.split(':');
      return [`--volume=${path}:${target}${mode ? `:${mode}` : ''}`];
    }),
    ...dockerArgs,
    jobImage,
    ...command,
  ];
}
