// Commands inside running containers, through the engine.

import { PassThrough } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { Container } from 'dockerode';
import { type Engine, onEngine } from './engine.ts';

export interface Executed {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ExecOptions {
  readonly user?: string;
  /** `NAME=value` */
  readonly env?: readonly string[];
}

/** Runs a command to its end. Throws ENGINE_FAILED when it could not be begun. */
export async function execIn(
  engine: Engine,
  container: Container,
  command: readonly string[],
  { user = 'root', env = [] }: ExecOptions = {},
): Promise<Executed> {
  return onEngine(`run ${command[0] ?? ''} in a container`, async () => {
    const streams = { AttachStdout: true, AttachStderr: true };
    const exec = await container.exec({ Cmd: [...command], User: user, Env: [...env], ...streams });
    const output = await exec.start({});
    const { stdout, stderr } = await bothOf(engine, output);
    const { ExitCode: exitCode } = await exec.inspect();
    return { exitCode: exitCode ?? -1, stdout, stderr };
  });
}

async function bothOf(engine: Engine, output: NodeJS.ReadableStream) {
  const [stdout, stderr] = [collector(), collector()];
  engine.modem.demuxStream(output, stdout.stream, stderr.stream);
  await finished(output);
  return { stdout: stdout.text(), stderr: stderr.text() };
}

function collector() {
  const stream = new PassThrough();
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return { stream, text: () => Buffer.concat(chunks).toString('utf8') };
}
