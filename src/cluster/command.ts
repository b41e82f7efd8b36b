// One script on a node, from its first byte of input to its exit code.

import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ClientChannel } from 'ssh2';
import type { ScriptName } from './remote-scripts.ts';

/** What a command gave, however it ended; `exitCode` is undefined when the outcome is not known. */
export interface CommandResult {
  readonly script: ScriptName;
  readonly exitCode: number | undefined;
  readonly stdout: Buffer;
  readonly stderr: string;
  readonly timedOut: boolean;
}

export interface RunOptions {
  /** What the script reads after its own text. */
  readonly input?: Readable | Buffer;
  readonly limitMs?: number;
  readonly signal?: AbortSignal;
}

export interface Command {
  readonly script: ScriptName;
  /** Goes before the input. */
  readonly text: Buffer;
  readonly limitMs: number;
  readonly options: RunOptions;
  /** Settles when the connection has ended. */
  readonly ended: Promise<unknown>;
}

/** Feeds a script and collects what it gives. Throws the reason of the signal, and the error of an input that failed. */
export async function collect(stream: ClientChannel, command: Command): Promise<CommandResult> {
  const { script, text, limitMs, options, ended } = command;
  const { input, signal } = options;
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  let exitCode: number | undefined;
  let timedOut = false;
  const stopped = Promise.withResolvers<void>();
  const stop = () => {
    stream.destroy();
    stopped.resolve();
  };
  const timer = setTimeout(() => {
    timedOut = true;
    stop();
  }, limitMs);
  signal?.addEventListener('abort', stop, { once: true });
  stream.on('data', (chunk: Buffer) => stdout.push(chunk));
  stream.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  stream.on('exit', (code: number | null) => {
    exitCode = code ?? undefined;
  });
  const closed = Promise.race([new Promise((resolve) => stream.once('close', resolve)), ended, stopped.promise]);
  try {
    stream.write(text);
    await feed(stream, input, closed);
    await closed;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
  signal?.throwIfAborted();
  return {
    script,
    exitCode,
    stdout: afterMark(Buffer.concat(stdout)),
    stderr: Buffer.concat(stderr).toString('utf8').trim(),
    timedOut,
  };
}

async function feed(
  stream: ClientChannel,
  input: Readable | Buffer | undefined,
  closed: Promise<unknown>,
): Promise<void> {
  if (input === undefined || Buffer.isBuffer(input)) {
    stream.end(input);
    return;
  }
  const sent = pipeline(input, stream).catch((error: unknown) => {
    // A script may end before it has read everything: its exit code then says why, not the broken pipe.
    if (error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE') return;
    throw error;
  });
  try {
    await Promise.race([sent, closed]);
  } finally {
    input.destroy();
  }
}

const mark = Buffer.from('\u0001begin\u0001\n');

/** What a script printed, without what a login shell printed before it. */
export function afterMark(output: Buffer): Buffer {
  const at = output.indexOf(mark);
  return at < 0 ? Buffer.alloc(0) : output.subarray(at + mark.length);
}
