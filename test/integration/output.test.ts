// What a script prints, taken as a stream over a real connection: in bounded memory, whole, and with the right error.

import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunOptions } from '../../src/cluster/command.ts';
import { UpgradeError } from '../../src/engine/errors.ts';
import { type SimulatedNode, startNode } from '../support/simulated-node.ts';
import { type SshNode, sshNode } from '../support/ssh-node.ts';

const sizeBytes = 60_000_000;

// Whoever takes it is slower than the connection: what is not held back piles up meanwhile.
const lateMs = 300;
const slowMs = 100;

let node: SimulatedNode;
let ssh: SshNode;
let digest: string;
beforeAll(async () => {
  node = await startNode({ version: '2.0.2' });
  ssh = await sshNode(node);
  const { stdout } = await node.exec(`head -c ${sizeBytes} /dev/urandom >/data/large; sha256sum </data/large`);
  digest = stdout.split(' ')[0] ?? '';
});
afterAll(async () => {
  await ssh.close();
  await node.stop();
});

const read = async (output: RunOptions['output'], limitMs = 120_000) => {
  const connection = await ssh.connect();
  return connection.run('read-file', ['/data/large', String(sizeBytes)], { ...(output && { output }), limitMs });
};

describe('output of a script', () => {
  it('comes whole and at the pace of whoever takes it', async () => {
    const hash = createHash('sha256');
    let largestBacklog = 0;
    const { exitCode, stdout } = await read(async (printed) => {
      let first = true;
      for await (const chunk of printed as AsyncIterable<Buffer>) {
        if (first) await sleep(lateMs);
        hash.update(first ? chunk.subarray('present\n'.length) : chunk);
        first = false;
        largestBacklog = Math.max(largestBacklog, printed.readableLength);
      }
    });
    expect(exitCode).toBe(0);
    expect(stdout).toHaveLength(0);
    expect(hash.digest('hex')).toBe(digest);
    expect(largestBacklog).toBeLessThan(5_000_000);
  });

  it('ends with the error of whoever takes it', async () => {
    const full = new UpgradeError({ code: 'DISK_FULL', where: '/state', found: 'It cannot be written.' });
    await expect(read(() => Promise.reject(full))).rejects.toBe(full);
    const late = read(async (printed) => {
      for await (const _ of printed) throw full;
    });
    await expect(late).rejects.toBe(full);
  });

  it('is cut by the time limit without another error', async () => {
    const result = await read(async (printed) => {
      for await (const _ of printed) await sleep(slowMs);
    }, 1_000);
    expect(result).toMatchObject({ timedOut: true });
  });

  it('tells a connection that breaks as a lost node', async () => {
    const breaking = read(async (printed) => {
      let isCut = false;
      for await (const _ of printed) {
        if (!isCut) await node.exec('kill -KILL $(ps -o pid= -u app)');
        isCut = true;
      }
      throw new Error('cut short');
    });
    await expect(breaking).rejects.toMatchObject({ code: 'NODE_LOST' });
  });
});
