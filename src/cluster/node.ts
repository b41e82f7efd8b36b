// A node of the cluster. `ask` reads; `change` is the only door through which anything on a node changes, and it passes the
// fencing token of this run's lock to every script.

import pLimit from 'p-limit';
import type { Address, Host } from '../config/config.ts';
import { type Finding, UpgradeError } from '../engine/errors.ts';
import { type CommandResult, noRoomIn, type RunOptions } from './command.ts';
import type { Connection } from './connection.ts';
import { type DoorOptions, doorOf } from './door.ts';
import { type KnownHashes, knownHashes } from './known-hashes.ts';
import { holdLock, type NodeLock } from './node-lock.ts';
import type { Question, ScriptName } from './remote-scripts.ts';

export interface ClusterNode {
  readonly host: Host;
  /** How messages name the node: its host name, with the port when it is not 22. */
  readonly name: string;
  readonly home: string;
  /** Its public host key, as SSH writes it. */
  readonly hostKey: Buffer;
  /** What is known of the content of its files. */
  readonly hashes: KnownHashes;
  /** Runs a script that changes nothing. A non-zero exit code is thrown as a catalogue error. */
  ask(script: ScriptName, args: readonly string[], options?: RunOptions): Promise<CommandResult>;
  /** The same for several scripts in one command; gives what each printed. */
  askAll(scripts: readonly Question[]): Promise<Buffer[]>;
  /**
   * Runs a script that changes the node: it gets EGGROLL_HOME and the fencing token before `args`, and the number of bytes of a
   * Buffer as input after them, as a connection that is cut looks like the end of the input. Throws LOCK_LOST without the lock.
   */
  change(script: ScriptName, args: readonly string[], options?: RunOptions): Promise<CommandResult>;
  /** How often `change` was used. */
  readonly changes: number;
  /** How often that may have changed the five folders, new or old, wherever they are: what was seen of them holds until then. */
  readonly folderChanges: number;
  /**
   * Takes the lock of the node; it is kept until `unlock` or until the connection ends. Gives its fencing token, which is one higher
   * than that of the owner before. Throws LOCK_HELD.
   */
  lock(owner: string): Promise<number>;
  unlock(): Promise<void>;
  close(): void;
}

export interface NodeOptions extends DoorOptions {
  /** Does what earlier runs have recorded of files spare reading them? It does unless this says no. */
  readonly trustsRecords?: boolean;
}

/** They write beside the folders only. */
const keepsFolders: ReadonlySet<ScriptName> = new Set(['write-record', 'keep-hashes']);

export function clusterNode(host: Host, home: string, connection: Connection, options: NodeOptions = {}): ClusterNode {
  const name = nodeName(host);
  let lock: NodeLock | undefined;
  const door = doorOf(name, options);
  // A script that begins ends what an earlier one of the same lock left running (remote/prelude.sh): so they take turns.
  const inTurn = pLimit(1);
  let folderChanges = 0;
  // One that this side waits for no longer may go on, until the next one ends it.
  let mayGoOn = false;

  async function run(script: ScriptName, args: readonly string[], options?: RunOptions): Promise<CommandResult> {
    const result = await connection.run(script, args, options);
    if (result.exitCode !== 0) throw commandError(name, result);
    return result;
  }

  async function runChange(script: ScriptName, args: readonly string[], options?: RunOptions): Promise<CommandResult> {
    if (mayGoOn || !keepsFolders.has(script)) folderChanges += 1;
    mayGoOn = true;
    const result = await connection.run(script, args, options);
    mayGoOn = result.exitCode === undefined;
    if (result.exitCode !== 0) throw commandError(name, result);
    return result;
  }

  return {
    host,
    name,
    home,
    hostKey: connection.hostKey,
    hashes: knownHashes(options.trustsRecords ?? true),
    ask: run,
    async askAll(scripts) {
      const results = await connection.askAll(scripts);
      const failed = results.find(({ exitCode }) => exitCode !== 0);
      if (failed) throw commandError(name, failed);
      return results.map(({ stdout }) => stdout);
    },
    change: (script, args, options) =>
      inTurn(async () => {
        door.expectOpen();
        if (!lock || lock.lost()) throw await lockLost(name, connection);
        const { token } = lock;
        const size = Buffer.isBuffer(options?.input) ? [String(options.input.length)] : [];
        // An argument may be a whole script.
        return door.pass([script, ...args].join(' ').split('\n', 1).join(), () =>
          runChange(script, [home, String(token), ...args, ...size], options),
        );
      }),
    get changes() {
      return door.passages;
    },
    get folderChanges() {
      return folderChanges;
    },
    async lock(owner) {
      door.expectOpen();
      lock = await holdLock(connection, name, home, owner);
      return lock.token;
    },
    async unlock() {
      await lock?.release();
      lock = undefined;
    },
    close: () => connection.close(),
  };
}

export function nodeName({ name, port }: Address): string {
  return port === 22 ? name : `${name}:${port}`;
}

// The lock goes with the connection: then that is what to tell.
async function lockLost(where: string, connection: Connection): Promise<UpgradeError> {
  const reason = await Promise.race([connection.ended, Promise.resolve(undefined)]);
  if (reason !== undefined) return new UpgradeError({ code: 'NODE_LOST', where, found: `${reason}.` });
  return new UpgradeError({ code: 'LOCK_LOST', where, found: 'The lock of this node is not ours any more.' });
}

/** The catalogue error of a command that did not end well. */
export function commandError(where: string, result: CommandResult): UpgradeError {
  return new UpgradeError(findingOf(where, result));
}

function findingOf(where: string, { script, exitCode, stderr, timedOut }: CommandResult): Finding {
  if (timedOut)
    return { code: 'NODE_FAILED', where, found: `The command ${script} did not end within its time limit.` };
  if (exitCode === undefined)
    return { code: 'NODE_LOST', where, found: `The command ${script} ended without an exit code.` };
  const noRoom = noRoomIn(stderr);
  if (noRoom) return { code: 'DISK_FULL', where, found: `The command ${script} found no room: ${noRoom}.` };
  if (exitCode === 75)
    return { code: 'LOCK_LOST', where, found: `Another run took over this node (${lastLine(stderr)}).` };
  if (exitCode === 11) return { code: 'STATE_UNEXPECTED', where, found: `${lastLine(stderr)}.` };
  return { code: 'NODE_FAILED', where, found: `The command ${script} ended with ${exitCode}: ${lastLine(stderr)}.` };
}

function lastLine(text: string): string {
  return text.split('\n').at(-1)?.trim() || 'no message';
}
