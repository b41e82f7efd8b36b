// The SSH connection to a node: dead peers noticed, every command with a time limit. A server that takes few sessions on one
// connection (MaxSessions) gets more connections.

import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientChannel } from 'ssh2';
import type { SshConfig } from '../config/config.ts';
import { UpgradeError } from '../engine/errors.ts';
import { type CommandResult, collect, type RunOptions } from './command.ts';
import type { HostKeys } from './host-keys.ts';
import { type ConnectionLimits, connectionLimits, type Login, logIn, type Target } from './login.ts';
import { invocation, type ScriptName } from './remote-scripts.ts';

export interface Connection {
  readonly target: Target;
  /** Names of what was agreed with the server that is known to be weak; empty with any server of today. */
  readonly weakAlgorithms: readonly string[];
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
  const again = () => logIn(target, ssh, hostKeys, limits);
  return connectionOver(await again(), again, target, limits);
}

// A server counts a session for a moment longer than its end is known here.
const forgettingMs = [50, 100, 200, 400, 800];

/** One login, and how many sessions it carries. */
interface Line {
  readonly login: Login;
  open: number;
  /** Sessions that the server takes on it; known once it has refused one. */
  most: number;
}

function connectionOver(
  first: Login,
  again: () => Promise<Login>,
  target: Target,
  limits: ConnectionLimits,
): Connection {
  let reason: string | undefined;
  const over = Promise.withResolvers<string>();
  const lines: Line[] = [];

  function close(): void {
    for (const { login } of lines) login.client.end();
  }

  function add(login: Login): Line {
    const { client, jumps } = login;
    client.on('error', (error) => {
      reason ??= error.message;
    });
    client.once('close', () => {
      for (const jump of jumps) jump.end();
      reason ??= 'The connection was closed';
      over.resolve(reason);
      // They belong together: what one of them carries is of no use without the lock that another one holds.
      close();
    });
    const line = { login, open: 0, most: Number.POSITIVE_INFINITY };
    lines.push(line);
    return line;
  }

  const lost = (cause?: Error) =>
    new UpgradeError(
      { code: 'NODE_LOST', where: target.name, found: `${reason ?? cause?.message ?? 'No connection'}.` },
      { cause },
    );

  const asLost = (error: unknown) => lost(error instanceof Error ? error : undefined);

  /** Undefined when the server takes no more sessions on this line. */
  async function openOn(
    line: Line,
    command: string,
    [waitMs, ...waitsMs]: readonly number[] = forgettingMs,
  ): Promise<ClientChannel | undefined> {
    if (reason !== undefined) throw lost();
    if (line.open >= line.most) return undefined;
    line.open += 1;
    try {
      const stream = await execute(line.login, command);
      stream.once('close', () => {
        line.open -= 1;
      });
      return stream;
    } catch (error) {
      line.open -= 1;
      if (!isFull(error)) throw asLost(error);
      if (line.open > 0) {
        line.most = line.open;
        return undefined;
      }
      if (waitMs === undefined) throw asLost(error);
      await sleep(waitMs);
      return openOn(line, command, waitsMs);
    }
  }

  async function channel(command: string): Promise<ClientChannel> {
    for (const line of lines) {
      const stream = await openOn(line, command);
      if (stream) return stream;
    }
    const login = await again().catch((error: unknown) => {
      throw asLost(error);
    });
    return (await openOn(add(login), command)) ?? channel(command);
  }

  add(first);

  return {
    target,
    weakAlgorithms: first.weakAlgorithms,
    ended: over.promise,
    async open(name, args) {
      const { command, text } = invocation(name, args);
      const stream = await channel(command);
      stream.write(text);
      return stream;
    },
    async run(script, args, options = {}) {
      options.signal?.throwIfAborted();
      const { command, text } = invocation(script, args);
      const stream = await channel(command);
      const limitMs = options.limitMs ?? limits.commandMs;
      const result = await collect(stream, { script, text, limitMs, options, ended: over.promise });
      if (result.exitCode === undefined && reason !== undefined) throw lost();
      return result;
    },
    close,
  };
}

function execute({ client }: Login, command: string): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    client.exec(command, (error, stream) => (error ? reject(error) : resolve(stream)));
  });
}

/** Did the server refuse a session, and not the connection break? */
function isFull(error: unknown): boolean {
  return error instanceof Error && /channel open failure/i.test(error.message);
}
