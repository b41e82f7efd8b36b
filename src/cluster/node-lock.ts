// Our side of remote/lock.sh: keeps the lock of a node by a line every second, as long as this process lives and is not frozen.

import { once } from 'node:events';
import { UpgradeError } from '../engine/errors.ts';
import type { Connection } from './connection.ts';

const beatMs = 1_000;
// An owner that was silent for so long is taken for frozen. Several beats long, and short enough to answer within 10 s.
const patienceSeconds = 7;

export interface NodeLock {
  /** Fencing token: higher than that of every earlier owner. */
  readonly token: number;
  lost(): boolean;
  release(): Promise<void>;
}

/** Takes the lock of EGGROLL_HOME on a node. Throws LOCK_HELD naming the holder, NODE_FAILED when it cannot be taken at all. */
export async function holdLock(connection: Connection, where: string, home: string, owner: string): Promise<NodeLock> {
  const channel = await connection.open('lock', [home, owner, String(patienceSeconds)]);
  let stderr = '';
  channel.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('utf8');
  });
  let over = false;
  const closed = once(channel, 'close').then(() => {
    over = true;
  });
  // Lines from the very start: a second runner that looks now must see them.
  const beating = setInterval(() => over || channel.write('beat\n'), beatMs);
  void closed.then(() => clearInterval(beating));
  const answer = await firstAnswer(channel, closed);
  const token = Number(/^acquired (\d+)$/.exec(answer)?.[1]);
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
  channel.end();
  const holder = /^held (.*)$/.exec(answer)?.[1];
  if (holder) throw new UpgradeError({ code: 'LOCK_HELD', where, found: `The node is locked by ${holder}.` });
  throw new UpgradeError({
    code: 'NODE_FAILED',
    where,
    found: `The lock cannot be taken: ${stderr.trim() || 'no answer'}.`,
  });
}

// The first line after the mark that remote/prelude.sh prints.
function firstAnswer(channel: AsyncIterable<unknown> & NodeJS.ReadableStream, closed: Promise<void>): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    channel.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      const line = /\u0001begin\u0001\n(.*)\n/.exec(text)?.[1];
      if (line !== undefined) resolve(line);
    });
    void closed.then(() => resolve(''));
  });
}
