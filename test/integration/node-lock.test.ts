// The lock of a node, between real processes on a real server.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { clusterNode } from '../../src/cluster/node.ts';
import { holdLock, lockLimits, type NodeLock } from '../../src/cluster/node-lock.ts';
import { UpgradeError } from '../../src/engine/errors.ts';
import { docker } from '../support/docker.ts';
import { type SimulatedNode, startNode } from '../support/simulated-node.ts';
import { type SshNode, sshNode } from '../support/ssh-node.ts';

process.env['TESTCONTAINERS_RYUK_DISABLED'] ??= 'true';

let node: SimulatedNode;
let ssh: SshNode;

beforeAll(async () => {
  node = await startNode({ version: '2.0.2', tmpfsSizeMb: 64 });
});
afterAll(() => node.stop());
beforeEach(async () => {
  ssh = await sshNode(node);
});
afterEach(async () => {
  await ssh.close();
  await node.exec(`rm -rf ${node.home}/.eggroll-upgrade`);
});

type Connection = Awaited<ReturnType<SshNode['connect']>>;

const take = (connection: Connection, owner: string, limits = lockLimits): Promise<NodeLock> =>
  holdLock(connection, 'nm1', node.home, owner, limits);

async function refusal(taking: Promise<unknown>): Promise<UpgradeError> {
  const error = await taking.then(() => undefined).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UpgradeError);
  return error as UpgradeError;
}

/** Tries to write a record with a token; the exit code. */
async function writeWith(token: number): Promise<number | undefined> {
  const connection = await ssh.connect();
  const args = [node.home, String(token), 'run-1', 'record.json', '2'];
  return (await connection.run('write-record', args, { input: Buffer.from('{}') })).exitCode;
}

async function fillDisk(): Promise<void> {
  const { exitCode, stderr } = await node.exec('sim-fill 0');
  expect([exitCode, stderr]).toEqual([0, '']);
}

describe('holdLock', () => {
  it('lets one hold it, and tells a second one within 10 s who that is', async () => {
    const lock = await take(await ssh.connect(), "upgrade, process 1 on 'host' $(id)");
    const start = performance.now();
    const error = await refusal(take(await ssh.connect(), 'the second'));
    expect(performance.now() - start).toBeLessThan(10_000);
    expect(error).toMatchObject({ code: 'LOCK_HELD', exitCode: 75 });
    expect(error.message).toContain("upgrade, process 1 on 'host' $(id)");
    expect(lock.lost()).toBe(false);
    expect(await writeWith(lock.token)).toBe(0);
  });

  it('is free at once after a release, with a higher token', async () => {
    const connection = await ssh.connect();
    const first = await take(connection, 'the first');
    await first.release();
    const start = performance.now();
    const second = await take(await ssh.connect(), 'the second');
    expect(performance.now() - start).toBeLessThan(3000);
    expect(second.token).toBeGreaterThan(first.token);
    expect(await writeWith(first.token)).toBe(75);
    expect(await writeWith(second.token)).toBe(0);
    await second.release();
    expect(await writeWith(second.token)).toBe(75);
  });

  it('is free after its owner has closed the connection', async () => {
    const connection = await ssh.connect();
    const first = await take(connection, 'the first');
    connection.close();
    await connection.ended;
    expect((await take(await ssh.connect(), 'the second')).token).toBeGreaterThan(first.token);
    expect(first.lost()).toBe(true);
    await first.release();
  });

  it('is free after its owner was cut off', async () => {
    const first = await take(await ssh.connect(), 'the first');
    await node.exec('kill -9 $(ps -C sshd-session -o pid=)');
    expect((await take(await ssh.connect(), 'the second')).token).toBeGreaterThan(first.token);
    await expect.poll(() => first.lost()).toBe(true);
  });

  it('goes to another when its owner is frozen, whose token is then fenced', async () => {
    const silent = { ...lockLimits, beatMs: 3_600_000 };
    const first = await take(await ssh.connect(), 'the first', silent);
    const second = await take(await ssh.connect(), 'the second', { ...lockLimits, patienceSeconds: 2 });
    expect(second.token).toBeGreaterThan(first.token);
    expect(await writeWith(first.token)).toBe(75);
    expect(await writeWith(second.token)).toBe(0);
    expect(second.lost()).toBe(false);
  });

  it('is lost to an owner that thaws, with its next line', async () => {
    const first = await take(await ssh.connect(), 'the first');
    const locks = `${node.home}/.eggroll-upgrade/locks`;
    await node.exec(`mkdir ${locks}/99 && rm -r ${locks}/${first.token}`);
    await expect.poll(() => first.lost(), { timeout: 10_000 }).toBe(true);
  });

  it('goes to exactly one of ten at once', async () => {
    const connections: Connection[] = [];
    for (let count = 0; count < 10; count += 1) connections.push(await ssh.connect());
    const outcomes = await Promise.allSettled(
      connections.map((connection, index) => take(connection, `number ${index}`)),
    );
    const winners = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    expect(winners).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'LOCK_HELD' });
    }
    expect(await writeWith(winners[0]?.token ?? 0)).toBe(0);
  });

  it('outlives a full disk', async () => {
    const lock = await take(await ssh.connect(), 'the first');
    await fillDisk();
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect(lock.lost()).toBe(false);
    expect((await refusal(take(await ssh.connect(), 'the second'))).code).toBe('LOCK_HELD');
    await node.exec('sim-fill off');
  });

  it('says why it cannot be taken', async () => {
    const connection = await ssh.connect();
    const nowhere = await refusal(holdLock(connection, 'nm1', '/nowhere', 'me'));
    expect(nowhere).toMatchObject({ code: 'NODE_FAILED', message: expect.stringContaining('/nowhere') });
    const foreign = await refusal(holdLock(connection, 'nm1', '/usr', 'me'));
    expect(foreign).toMatchObject({ code: 'NODE_FAILED', message: expect.stringContaining('Permission denied') });
  });

  it('gives up when no answer comes', async () => {
    const error = await refusal(take(await ssh.connect(), 'me', { ...lockLimits, answerMs: 1 }));
    expect(error).toMatchObject({ code: 'NODE_FAILED', message: expect.stringContaining('no answer within') });
  });

  it('tells a connection that breaks meanwhile', async () => {
    await take(await ssh.connect(), 'the first', { ...lockLimits, beatMs: 60_000 });
    const waiting = refusal(take(await ssh.connect({ limits: { keepAliveMs: 300 } }), 'the second'));
    await new Promise((resolve) => setTimeout(resolve, 500));
    await docker(['pause', node.container.getId()]);
    try {
      expect((await waiting).code).toBe('NODE_LOST');
    } finally {
      await docker(['unpause', node.container.getId()]);
    }
  });
});

describe('clusterNode', () => {
  const host = { name: 'nm1', port: 22, user: 'app', role: 'nodemanager' } as const;
  const record = ['run-1', 'record.json'];
  const input = Buffer.from('{}');

  it('changes a node only under its lock, and counts the changes', async () => {
    const door = clusterNode(host, node.home, await ssh.connect());
    expect(await refusal(door.change('write-record', record, { input }))).toMatchObject({ code: 'LOCK_LOST' });
    await door.lock('me');
    await door.change('write-record', record, { input });
    expect(door.changes).toBe(1);
    await door.unlock();
    expect(await refusal(door.change('write-record', record, { input }))).toMatchObject({ code: 'LOCK_LOST' });
    expect(door.changes).toBe(1);
  });

  it('tells when another run has taken over', async () => {
    const door = clusterNode(host, node.home, await ssh.connect());
    await door.lock('me');
    await node.exec(`mkdir ${node.home}/.eggroll-upgrade/locks/99`);
    const error = await refusal(door.change('write-record', record, { input }));
    expect(error).toMatchObject({ code: 'LOCK_LOST', message: expect.stringContaining('newest 99') });
  });

  it('tells when the connection has gone', async () => {
    const door = clusterNode(host, node.home, await ssh.connect());
    await door.lock('me');
    await node.exec('kill -9 $(ps -C sshd-session -o pid=)');
    await expect
      .poll(async () => (await refusal(door.change('write-record', record, { input }))).code)
      .toBe('NODE_LOST');
  });

  it('turns exit codes into what they mean', async () => {
    const door = clusterNode(host, node.home, await ssh.connect());
    await door.lock('me');
    expect(await refusal(door.change('switch', ['run-1', 'bin']))).toMatchObject({
      code: 'STATE_UNEXPECTED',
      message: expect.stringContaining('bin is neither staged nor switched'),
    });
    expect(await refusal(door.ask('manifest', ['/root', '.']))).toMatchObject({
      code: 'NODE_FAILED',
      message: expect.stringContaining("can't cd to /root"),
    });
    await fillDisk();
    const full = await refusal(door.change('write-record', record, { input: Buffer.alloc(1_000_000) }));
    expect(full).toMatchObject({ code: 'DISK_FULL', message: expect.stringContaining('No space left on device') });
    await node.exec('sim-fill off');
  });
});
