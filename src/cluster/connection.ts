// One SSH connection to a node: host key checked, dead peers noticed, every command with a time limit.

import type { Duplex, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Client, type ClientChannel, type ConnectConfig, type ServerHostKeyAlgorithm } from 'ssh2';
import type { SshConfig } from '../config/config.ts';
import { UpgradeError } from '../engine/errors.ts';
import { type HostKeys, hostKeyError } from './host-keys.ts';
import { invocation, type ScriptName } from './remote-scripts.ts';

/** A dead peer is noticed after keepAliveMs × keepAliveCount at the latest. */
export interface ConnectionLimits {
  readonly readyMs: number;
  readonly keepAliveMs: number;
  readonly keepAliveCount: number;
  /** For one command, unless it brings its own. */
  readonly commandMs: number;
}

export const connectionLimits: ConnectionLimits = {
  readyMs: 20_000,
  keepAliveMs: 10_000,
  keepAliveCount: 3,
  commandMs: 120_000,
};

export interface Target {
  readonly name: string;
  readonly port: number;
  readonly user: string;
}

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

export interface Connection {
  readonly target: Target;
  /** Runs a script to its end. Throws NODE_LOST when the connection breaks; any exit code is a result. */
  run(name: ScriptName, args: readonly string[], options?: RunOptions): Promise<CommandResult>;
  /** Starts a script and leaves its channel open: the caller reads and writes it. */
  open(name: ScriptName, args: readonly string[]): Promise<ClientChannel>;
  /** Resolves with the reason when the connection has ended. */
  readonly ended: Promise<string>;
  close(): void;
}

/** Connects through the jump hosts. Throws NODE_UNREACHABLE, HOST_KEY_REFUSED or LOGIN_REFUSED, naming the node. */
export async function connect(
  target: Target,
  ssh: SshConfig,
  hostKeys: HostKeys,
  limits: ConnectionLimits = connectionLimits,
): Promise<Connection> {
  const jumps: Client[] = [];
  let tunnel: Duplex | undefined;
  try {
    for (const [index, jump] of ssh.jumps.entries()) {
      const client = await login(jump, ssh, hostKeys, limits, tunnel);
      jumps.push(client);
      tunnel = await forward(client, ssh.jumps[index + 1] ?? target);
    }
    return connectionOver(await login(target, ssh, hostKeys, limits, tunnel), target, jumps, limits);
  } catch (error) {
    for (const jump of jumps) jump.end();
    throw error;
  }
}

function login(
  target: Target,
  ssh: SshConfig,
  hostKeys: HostKeys,
  limits: ConnectionLimits,
  tunnel: Duplex | undefined,
): Promise<Client> {
  return new Promise((resolve, reject) => {
    const client = new Client();
    let refusal: UpgradeError | undefined;
    const known = hostKeys.typesFor(target.name, target.port);
    const config: ConnectConfig = {
      host: target.name,
      port: target.port,
      username: target.user,
      readyTimeout: limits.readyMs,
      keepaliveInterval: limits.keepAliveMs,
      keepaliveCountMax: limits.keepAliveCount,
      ...(ssh.privateKey === undefined ? {} : { privateKey: ssh.privateKey }),
      ...(ssh.passphrase === undefined ? {} : { passphrase: ssh.passphrase }),
      ...(ssh.password === undefined ? {} : { password: ssh.password }),
      ...(tunnel === undefined ? {} : { sock: tunnel }),
      ...(known.length === 0 ? {} : { algorithms: { serverHostKey: algorithmsFor(known) } }),
      hostVerifier: (key: Buffer, verify: (valid: boolean) => void) => {
        checkKey(target, key, ssh, hostKeys).then(
          () => verify(true),
          (error: unknown) => {
            refusal = error instanceof UpgradeError ? error : undefined;
            verify(false);
          },
        );
      },
    };
    client.once('ready', () => resolve(client));
    client.once('error', (error) => reject(refusal ?? loginError(target, error)));
    client.once('close', () => reject(refusal ?? loginError(target, new Error('The connection was closed.'))));
    client.connect(config);
  });
}

async function checkKey(target: Target, key: Buffer, ssh: SshConfig, hostKeys: HostKeys): Promise<void> {
  const verdict = hostKeys.check(target.name, target.port, key);
  if (verdict === 'known') return;
  if (verdict === 'unknown' && ssh.hostKeyChecking === 'accept-new') {
    return hostKeys.accept(target.name, target.port, key);
  }
  throw hostKeyError(target.name, target.port, key, verdict);
}

// A known RSA key serves with the newer signatures too.
function algorithmsFor(keyTypes: readonly string[]): ServerHostKeyAlgorithm[] {
  return keyTypes.flatMap((type) =>
    type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'] : [type],
  ) as ServerHostKeyAlgorithm[];
}

function forward(client: Client, to: Target): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    client.forwardOut('127.0.0.1', 0, to.name, to.port, (error, channel) => {
      if (error) reject(loginError(to, error));
      else resolve(channel);
    });
  });
}

function loginError(target: Target, error: Error & { level?: string }): UpgradeError {
  const where = target.name;
  if (error.level === 'client-authentication') {
    const found = `The node refused the login of user ${target.user}.`;
    return new UpgradeError({ code: 'LOGIN_REFUSED', where, found }, { cause: error });
  }
  const found = `No SSH connection to port ${target.port}: ${error.message}.`.replace('..', '.');
  return new UpgradeError({ code: 'NODE_UNREACHABLE', where, found }, { cause: error });
}

function connectionOver(client: Client, target: Target, jumps: Client[], limits: ConnectionLimits): Connection {
  let reason: string | undefined;
  client.on('error', (error) => {
    reason ??= error.message;
  });
  const ended = new Promise<string>((resolve) => {
    client.once('close', () => {
      for (const jump of jumps) jump.end();
      reason ??= 'The connection was closed.';
      resolve(reason);
    });
  });
  const lost = (cause?: Error) =>
    new UpgradeError(
      { code: 'NODE_LOST', where: target.name, found: reason ?? cause?.message ?? 'No connection.' },
      { cause },
    );

  function channel(command: string): Promise<ClientChannel> {
    return new Promise((resolve, reject) => {
      if (reason !== undefined) return reject(lost());
      try {
        client.exec(command, (error, stream) => (error ? reject(lost(error)) : resolve(stream)));
      } catch (error) {
        reject(lost(error instanceof Error ? error : undefined));
      }
    });
  }

  return {
    target,
    ended,
    async open(name, args) {
      const { command, text } = invocation(name, args);
      const stream = await channel(command);
      stream.write(text);
      return stream;
    },
    async run(name, args, options = {}) {
      const { command, text } = invocation(name, args);
      const stream = await channel(command);
      const broken = () => (reason === undefined ? undefined : lost());
      return collect(stream, name, text, { limitMs: limits.commandMs, ...options }, ended, broken);
    },
    close: () => client.end(),
  };
}

async function collect(
  stream: ClientChannel,
  script: ScriptName,
  text: Buffer,
  { input, limitMs, signal }: RunOptions,
  ended: Promise<unknown>,
  lost: () => UpgradeError | undefined,
): Promise<CommandResult> {
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
  const broken = lost();
  if (broken && exitCode === undefined) throw broken;
  signal?.throwIfAborted();
  return {
    script,
    exitCode,
    stdout: afterMark(Buffer.concat(stdout)),
    stderr: Buffer.concat(stderr).toString('utf8').trim(),
    timedOut,
  };
}

// A script may end before it has read everything: its exit code then says why, not the broken pipe.
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
    if (stream.destroyed || stream.closed || !stream.writable) return;
    throw error;
  });
  await Promise.race([sent, closed]);
}

const mark = Buffer.from('\u0001begin\u0001\n');

function afterMark(output: Buffer): Buffer {
  const at = output.indexOf(mark);
  return at < 0 ? Buffer.alloc(0) : output.subarray(at + mark.length);
}
