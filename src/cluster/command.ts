// One script on a node, from its first byte of input to its exit code.

import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ClientChannel } from 'ssh2';
import { UpgradeError } from '../engine/errors.ts';
import { afterMark, mark, type ScriptName } from './remote-scripts.ts';

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
  /** Takes what the script prints as it comes, at its own pace; `stdout` of the result is empty then. Its errors are thrown. */
  readonly output?: (printed: Readable) => Promise<void>;
  readonly limitMs?: number;
  readonly signal?: AbortSignal;
  /** The script may log in to other nodes, with the agent of this process. */
  readonly lendsAgent?: boolean;
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

/** Feeds a script and collects what it gives. Throws the reason of the signal, and the error of an input or output that failed. */
export async function collect(stream: ClientChannel, command: Command): Promise<CommandResult> {
  const { script, text, limitMs, options, ended } = command;
  const { input, signal } = options;
  if (signal?.aborted) stream.destroy();
  signal?.throwIfAborted();
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
  stream.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  stream.on('exit', (code: number | null) => {
    exitCode = code ?? undefined;
  });
  const closed = Promise.race([new Promise((resolve) => stream.once('close', resolve)), ended, stopped.promise]);
  let failure: unknown;
  const taken = options.output?.(Readable.from(afterMarkOf(stream), { objectMode: false })).catch((error: unknown) => {
    failure = error;
    stop();
  });
  if (!taken) stream.on('data', (chunk: Buffer) => stdout.push(chunk));
  try {
    stream.write(text);
    await feed(stream, input, closed);
    await closed;
    // A channel ends only with the script at its other end, which may wait for something that never comes.
    await Promise.race([taken, stopped.promise]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
  signal?.throwIfAborted();
  // What a cut connection does to the output is told by the missing exit code.
  if (failure !== undefined && (exitCode === 0 || failure instanceof UpgradeError)) throw failure;
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

/** What a script prints, in pieces, without what a login shell printed before it. */
async function* afterMarkOf(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer | undefined = Buffer.alloc(0);
  for await (const piece of pieces) {
    if (held === undefined) {
      yield piece;
      continue;
    }
    held = Buffer.concat([held, piece]);
    if (held.indexOf(mark) < 0) continue;
    yield afterMark(held);
    held = undefined;
  }
}

const roomWords = /No space left on device|Disk quota exceeded|Read-only file system/;

/** The line in which a command of a node says that its disk takes nothing more; undefined when none does. */
export function noRoomIn(stderr: string): string | undefined {
  return stderr
    .split('\n')
    .find((line) => roomWords.test(line))
    ?.trim();
}
