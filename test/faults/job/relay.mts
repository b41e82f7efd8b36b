// A TCP relay that makes a network of its own kind: late, jittering, losing, and one that breaks after so many bytes.
//
// RELAY is JSON: {"to": address, "port", "seed" for what it does by chance, "delayMs", "jitterMs": how far a delay may be off, "loss": share of chunks that come a
// retransmission later, "cutAfterBytes": the connection that has taken so many bytes towards `to` breaks, once}. Prints a line with
// the bytes of each connection when it ends.

import { connect, createServer, type Socket } from 'node:net';
import { randomFrom } from './random-numbers.mts';

interface Plan {
  readonly to: string;
  readonly port: number;
  readonly seed: number;
  readonly delayMs?: number;
  readonly jitterMs?: number;
  readonly loss?: number;
  readonly cutAfterBytes?: number;
}

const {
  to,
  port,
  seed,
  delayMs = 0,
  jitterMs = 0,
  loss = 0,
  ...more
} = JSON.parse(process.env['RELAY'] ?? '{}') as Plan;
const random = randomFrom(seed);
/** What TCP waits at least before it sends a lost segment again. */
const retransmissionMs = 200;
let cutAfterBytes = more.cutAfterBytes;

createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
  const far = connect({ host: to, port, allowHalfOpen: true, noDelay: true });
  let bytes = 0;
  const both = [near, far];
  const end = () => {
    for (const socket of both) socket.destroy();
  };
  for (const socket of both) socket.on('error', end);
  carry(near, far, (size) => {
    bytes += size;
    if (cutAfterBytes === undefined || bytes <= cutAfterBytes) return;
    cutAfterBytes = undefined;
    for (const socket of both) socket.resetAndDestroy();
  });
  carry(far, near, () => undefined);
  near.once('close', () => {
    process.stdout.write(`${JSON.stringify({ bytes })}\n`);
    far.destroy();
  });
}).listen(port, () => process.stdout.write('relay ready\n'));

/** Passes on what comes, in its order, each piece when its time has come; `onBytes` is told before a piece is passed on. */
function carry(from: Socket, into: Socket, onBytes: (size: number) => void): void {
  const queue: { readonly dueMs: number; readonly size: number; readonly work: () => void }[] = [];
  let waiting = 0;
  let planned = false;

  function plan(inMs: number): void {
    if (planned) return;
    planned = true;
    setTimeout(next, Math.max(0, inMs));
  }

  function next(): void {
    planned = false;
    for (let first = queue[0]; first && first.dueMs <= performance.now(); first = queue[0]) {
      queue.shift();
      waiting -= first.size;
      first.work();
    }
    if (waiting <= 256 * 1024) from.resume();
    const [first] = queue;
    if (first) plan(first.dueMs - performance.now());
  }

  function later(size: number, work: () => void): void {
    const lost = random.fraction() < loss ? retransmissionMs : 0;
    const dueMs = performance.now() + Math.max(0, delayMs + (2 * random.fraction() - 1) * jitterMs) + lost;
    queue.push({ dueMs, size, work });
    waiting += size;
    if (waiting > 256 * 1024) from.pause();
    plan(dueMs - performance.now());
  }

  from.on('data', (chunk) =>
    later(chunk.length, () => {
      onBytes(chunk.length);
      if (!into.destroyed) into.write(chunk);
    }),
  );
  from.once('end', () => later(0, () => into.end()));
  from.once('close', () => later(0, () => into.destroy()));
}
