// Our side of remote/lock.sh: keeps the lock of a node by a line every second, as long as this process lives and is not frozen.

import { UpgradeError } from '../engine/errors.ts';
import { noRoomIn } from './command.ts';
import type { Connection } from './connection.ts';
import { afterMark } from './remote-scripts.ts';

export interface LockLimits {
  readonly beatMs: number;
  /** An owner that was silent for so long is taken for frozen. Several beats long, and short enough to answer within 10 s. */
  readonly patienceSeconds: number;
  /** For the node's answer, which takes a little longer than the patience at most. */
  readonly answerMs: number;
}

export const lockLimits: LockLimits = { beatMs: 1_000, patienceSeconds: 7, answerMs: 30_000 };

export interface NodeLock {
  /** Fencing token: higher than that of every earlier owner. */
  readonly token: number;
  lost(): boolean;
  release(): Promise<void>;
}

/**
 * Takes the lock of EGGROLL_HOME on a node. Throws LOCK_HELD naming the holder, NODE_FAILED when it cannot be taken at all,
 * NODE_LOST when the connection breaks.
 */
export async function holdLock(
  connection: Connection,
  where: string,
  home: string,
  owner: string,
  { beatMs, patienceSeconds, answerMs }: LockLimits = lockLimits,
): Promise<NodeLock> {
  const channel = await connection.open('lock', [home, owner, String(patienceSeconds)]);
  let stderr = '';
  channel.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('utf8');
  });
  let exitCode: number | undefined;
  channel.on('exit', (code: number | null) => {
    exitCode = code ?? undefined;
  });
  let over = false;
  const closed = new Promise<void>((resolve) => {
    channel.once('close', () => {
      over = true;
      resolve();
    });
  });
  // Lines from the very start: a second runner that looks now must see them.
  const beating = setInterval(() => over || channel.write('beat\n'), beatMs);
  void closed.then(() => clearInterval(beating));
  const answer = await firstAnswer(channel, closed, answerMs);
  const token = Number(/^acquired (\d+)$/.exec(answer ?? '')?.[1]);
  if (token > 0) {
    return {
      token,
      lost: () => over,
      async release() {
        if (over) return;
        clearInterval(beating);
        channel.end('release\n');
        await closed;
      },
    };
  }
  clearInterval(beating);
  channel.destroy();
  const holder = /^held (.*)$/.exec(answer ?? '')?.[1];
  if (holder) throw new UpgradeError({ code: 'LOCK_HELD', where, found: `The node is locked by ${holder}.` });
  const lostMeanwhile = over && exitCode === undefined;
  const why = answer === undefined ? `no answer within ${answerMs / 1000} s` : stderr.trim() || 'no answer';
  const found = `The lock cannot be taken: ${why}.`;
  const code = lostMeanwhile ? 'NODE_LOST' : noRoomIn(stderr) ? 'DISK_FULL' : 'NODE_FAILED';
  throw new UpgradeError({ code, where, found });
}

// The first line after the mark that remote/prelude.sh prints; empty when the script ends without one, undefined when it is late.
function firstAnswer(
  channel: AsyncIterable<unknown> & NodeJS.ReadableStream,
  closed: Promise<void>,
  answerMs: number,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), answerMs);
    let output = Buffer.alloc(0);
    channel.on('data', (chunk: Buffer) => {
      output = Buffer.concat([output, chunk]);
      const [line, rest] = afterMark(output).toString('utf8').split('\n', 2);
      if (line !== undefined && rest !== undefined) resolve(line);
    });
    void closed.then(() => {
      clearTimeout(timer);
      resolve('');
    });
  });
}
