// A job of a rehearsal: a command of this program in a container of its own, in the rehearsal's network, as a user runs it.

import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import type { Container } from 'dockerode';
import type { Clock } from '../engine/clock.ts';
import { UpgradeError } from '../engine/errors.ts';
import type { EventBody, Result } from '../engine/events.ts';
import { throwIfStopped } from '../engine/runner.ts';
import { type Engine, onEngine, unlessGone } from './engine.ts';
import { translator } from './host-names.ts';
import { addInputs, inputFolder, type JobInputs, jobEnvironment, jobOwner, ownPlaces } from './job-inputs.ts';
import { labelsFor } from './labels.ts';
import { upload } from './upload.ts';

export interface JobRun {
  readonly exitCode: number;
  /** Absent when it was killed before its end. */
  readonly result: Result | undefined;
  readonly durationMs: number;
  /** The title of the step that was under way at the end. */
  readonly lastStep: string | undefined;
}

export interface JobOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Kills the job (SIGKILL) so long after its first word, unless it has ended by then. */
  readonly killAfterMs?: number;
  readonly onEvent?: (event: EventBody) => void;
}

export interface JobRunner {
  run(command: string, options: JobOptions): Promise<JobRun>;
}

/** Makes the volumes of the jobs and fills them. */
export async function prepareJobs(engine: Engine, inputs: JobInputs): Promise<JobRunner> {
  const { config, throwaway } = inputs;
  const { run, keep, network, images } = throwaway;
  const volumes = { inputs: `rehearsal-${run}-inputs`, state: `rehearsal-${run}-state` };
  const labels = labelsFor(run, keep, 'job');
  for (const Name of Object.values(volumes)) {
    await onEngine('make a volume', () => engine.createVolume({ Name, Labels: labelsFor(run, keep) }));
  }
  const environment = jobEnvironment(inputs);
  const mount = (Source: string, Target: string, ReadOnly: boolean) => ({
    Type: 'volume' as const,
    Source,
    Target,
    ReadOnly,
  });
  const describe = (name: string, command: string, readOnly: boolean) => ({
    name: `rehearsal-${run}-${name}`,
    Image: images.job,
    Cmd: [command],
    User: `${jobOwner.uid}:${jobOwner.gid}`,
    Env: Object.entries(environment).map(([key, value]) => `${key}=${value}`),
    Labels: labels,
    AttachStdout: true,
    AttachStderr: true,
    HostConfig: {
      NetworkMode: network,
      ReadonlyRootfs: readOnly,
      Tmpfs: { '/tmp': '' },
      Mounts: [mount(volumes.inputs, inputFolder, readOnly), mount(volumes.state, '/state', false)],
    },
  });
  // A container that is never started takes the files into the volume.
  const filler = await onEngine('make a container', () =>
    engine.createContainer(describe('inputs', '--version', false)),
  );
  await upload(filler, (archive) => addInputs(archive, inputs));
  const hosts = throwaway.hosts.map(({ name, listed }) => [name, listed] as const);
  const translate = translator([...hosts, ...ownPlaces(config)]);
  let count = 0;
  return {
    async run(command, options) {
      throwIfStopped(options.signal);
      count += 1;
      const container = await onEngine('make a job', () =>
        engine.createContainer(describe(`${count}-${command}`, command, true)),
      );
      try {
        return await follow(engine, container, translate, options);
      } finally {
        await unlessGone(() => container.remove({ force: true, v: true }));
      }
    },
  };
}

async function follow(
  engine: Engine,
  container: Container,
  translate: (text: string) => string,
  { clock, signal, killAfterMs, onEvent }: JobOptions,
): Promise<JobRun> {
  const output = await onEngine('follow a job', () =>
    container.attach({ stream: true, stdout: true, stderr: true, logs: true }),
  );
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  engine.modem.demuxStream(output, stdout, stderr);
  output.once('end', () => stdout.end());
  output.once('error', (error) => stdout.destroy(error instanceof Error ? error : undefined));
  const complaints: string[] = [];
  stderr.setEncoding('utf8').on('data', (text: string) => complaints.push(text));
  const kill = () => void unlessGone(() => container.kill({ signal: 'SIGKILL' })).catch(() => undefined);
  signal.addEventListener('abort', kill, { once: true });
  const begunMs = clock.monotonicMs();
  let timer: NodeJS.Timeout | undefined;
  let result: Result | undefined;
  let lastStep: string | undefined;
  try {
    await onEngine('start a job', () => container.start());
    if (signal.aborted) kill();
    for await (const line of createInterface({ input: stdout })) {
      const event = eventIn(line, translate);
      if (event === undefined) continue;
      timer ??= killAfterMs === undefined ? undefined : setTimeout(kill, killAfterMs);
      if (event.type === 'result') result = event;
      if (event.type === 'step-started') lastStep = event.title;
      onEvent?.(event);
    }
    const { StatusCode: exitCode } = (await onEngine('wait for a job', () => container.wait())) as {
      StatusCode: number;
    };
    throwIfStopped(signal);
    if (result === undefined && killAfterMs === undefined) throw silent(exitCode, complaints.join(''));
    return { exitCode, result, durationMs: clock.monotonicMs() - begunMs, lastStep };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', kill);
  }
}

function silent(exitCode: number, complaint: string): UpgradeError {
  const found = `The job ended with ${exitCode} and without a result: ${complaint.trim().slice(-1000) || 'it printed nothing'}.`;
  return new UpgradeError({ code: 'ENGINE_FAILED', where: 'REHEARSE_JOB_IMAGE', found });
}

// The last line of a job that is killed may be cut.
function eventIn(line: string, translate: (text: string) => string): EventBody | undefined {
  if (!line.startsWith('{') || !line.endsWith('}')) return undefined;
  try {
    return mapTexts(JSON.parse(line), translate) as EventBody;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, mapTexts(inner, change)]));
}
