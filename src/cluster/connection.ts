// The SSH connection to a node: dead peers noticed, every command with a time limit. A server that takes few sessions on one
// connection (MaxSessions) gets more connections.

import { setTimeout as sleep } from 'node:timers/promises';
import type { BaseAgent, ClientChannel, ExecOptions } from 'ssh2';
import type { SshConfig } from '../config/config.ts';
import { UpgradeError } from '../engine/errors.ts';
import { type CommandResult, collect, type RunOptions } from './command.ts';
import type { HostKeys } from './host-keys.ts';
import { type ConnectionLimits, connectionLimits, type Login, logIn, type Target } from './login.ts';
import { type Invocation, invocation, type Question, questions, type ScriptName } from './remote-scripts.ts';

export interface Connection {
  readonly target: Target;
  /** Names of what was agreed with the server that is known to be weak; empty with any server of today. */
  readonly weakAlgorithms: readonly string[];
  /** The node's public host key, as SSH writes it. */
  readonly hostKey: Buffer;
  /** Runs a script to its end. Throws NODE_LOST when the connection breaks; any exit code is a result. */
  run(name: ScriptName, args: readonly string[], options?: RunOptions): Promise<CommandResult>;
  /** Runs scripts that only read, one after the other in one command. Gives what `run` gives for each; all share what they complained of. */
  askAll(scripts: readonly Question[]): Promise<CommandResult[]>;
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
  agent?: BaseAgent,
): Promise<Connection> {
  const again = () => logIn(target, ssh, hostKeys, limits, agent);
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

  /** Gives the error when the server refuses a session, and not the connection breaks. */
  async function begin(line: Line, command: string, lendsAgent: boolean): Promise<ClientChannel | Error> {
    line.open += 1;
    try {
      const stream = await execute(line.login, command, lendsAgent);
      stream.once('close', () => {
        line.open -= 1;
      });
      return stream;
    } catch (error) {
      line.open -= 1;
      if (isFull(error)) return error;
      throw isAgentRefused(error) ? agentRefused(target.name, error) : asLost(error);
    }
  }

  /** Undefined when the server takes no more sessions on this line. */
  async function openOn(
    line: Line,
    command: string,
    lendsAgent: boolean,
    [waitMs, ...waitsMs]: readonly number[] = forgettingMs,
  ): Promise<ClientChannel | undefined> {
    if (reason !== undefined) throw lost();
    if (line.open >= line.most) return undefined;
    const begun = await begin(line, command, lendsAgent);
    if (!(begun instanceof Error)) return begun;
    if (line.open > 0) {
      line.most = line.open;
      return undefined;
    }
    if (waitMs === undefined) throw asLost(begun);
    await sleep(waitMs);
    return openOn(line, command, lendsAgent, waitsMs);
  }

  async function channel(command: string, lendsAgent = false): Promise<ClientChannel> {
    for (const line of lines) {
      const stream = await openOn(line, command, lendsAgent);
      if (stream) return stream;
    }
    const login = await again().catch((error: unknown) => {
      throw asLost(error);
    });
    return (await openOn(add(login), command, lendsAgent)) ?? channel(command, lendsAgent);
  }

  async function carryOut(
    script: ScriptName,
    { command, text }: Invocation,
    options: RunOptions,
  ): Promise<CommandResult> {
    const stream = await channel(command, options.lendsAgent);
    const limitMs = options.limitMs ?? limits.commandMs;
    const result = await collect(stream, { script, text, limitMs, options, ended: over.promise });
    if (result.exitCode === undefined && reason !== undefined) throw lost();
    return result;
  }

  add(first);

  return {
    target,
    weakAlgorithms: first.weakAlgorithms,
    hostKey: first.hostKey,
    ended: over.promise,
    async open(name, args) {
      const { command, text } = invocation(name, args);
      const stream = await channel(command);
      stream.write(text);
      return stream;
    },
    async run(script, args, options = {}) {
      options.signal?.throwIfAborted();
      return carryOut(script, invocation(script, args), options);
    },
    async askAll(scripts) {
      const { answersIn, ...asked } = questions(scripts);
      const [[first] = ['inspect' as const]] = scripts;
      const whole = await carryOut(first, asked, {});
      const answers = answersIn(whole.stdout);
      return scripts.map(([script], index) => ({
        ...whole,
        script,
        stdout: Buffer.alloc(0),
        exitCode: undefined,
        ...answers[index],
      }));
    },
    close,
  };
}

function execute({ client }: Login, command: string, lendsAgent: boolean): Promise<ClientChannel> {
  const options: ExecOptions & { readonly agentForward: boolean } = { agentForward: lendsAgent };
  return new Promise((resolve, reject) => {
    client.exec(command, options, (error, stream) => (error ? reject(error) : resolve(stream)));
  });
}

/** Did the server refuse a session, and not the connection break? */
function isFull(error: unknown): error is Error {
  return error instanceof Error && /channel open failure/i.test(error.message);
}

// `AllowAgentForwarding no`.
function isAgentRefused(error: unknown): boolean {
  return error instanceof Error && /agent forwarding/i.test(error.message);
}

function agentRefused(where: string, cause: unknown): UpgradeError {
  return new UpgradeError({ code: 'NODE_FAILED', where, found: 'Its sshd takes no agent.' }, { cause });
}
