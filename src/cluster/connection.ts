// One SSH connection to a node: dead peers noticed, every command with a time limit.

import type { ClientChannel } from 'ssh2';
import type { SshConfig } from '../config/config.ts';
import { UpgradeError } from '../engine/errors.ts';
import { type CommandResult, collect, type RunOptions } from './command.ts';
import type { HostKeys } from './host-keys.ts';
import { type ConnectionLimits, connectionLimits, type Login, logIn, type Target } from './login.ts';
import { invocation, type ScriptName } from './remote-scripts.ts';

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
  return connectionOver(await logIn(target, ssh, hostKeys, limits), target, limits);
}

function connectionOver({ client, jumps }: Login, target: Target, limits: ConnectionLimits): Connection {
  let reason: string | undefined;
  client.on('error', (error) => {
    reason ??= error.message;
  });
  const ended = new Promise<string>((resolve) => {
    client.once('close', () => {
      for (const jump of jumps) jump.end();
      reason ??= 'The connection was closed';
      resolve(reason);
    });
  });
  const lost = (cause?: Error) =>
    new UpgradeError(
      { code: 'NODE_LOST', where: target.name, found: `${reason ?? cause?.message ?? 'No connection'}.` },
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
    async run(script, args, options = {}) {
      options.signal?.throwIfAborted();
      const { command, text } = invocation(script, args);
      const stream = await channel(command);
      const limitMs = options.limitMs ?? limits.commandMs;
      const result = await collect(stream, { script, text, limitMs, options, ended });
      if (result.exitCode === undefined && reason !== undefined) throw lost();
      return result;
    },
    close: () => client.end(),
  };
}
