// The lock of a node, between real processes on a real server.

import { once } from 'node:events';
import { Client } from 'ssh2';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { holdLock, lockLimits, type NodeLock } from '../../src/cluster/node-lock.ts';
import { invocation } from '../../src/cluster/remote-scripts.ts';
import { UpgradeError } from '../../src/engine/errors.ts';
import { docker, pauseContainer, unpauseContainer } from '../support/docker.ts';
import { whenBusy } from '../support/patience.ts';
import { nodeImage, type SimulatedNode, startNode } from '../support/simulated-node.ts';
import { type SshNode, sshNode } from '../support/ssh-node.ts';

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
  await node.exec(`sim-fill off; rm -rf ${node.home}/.eggroll-upgrade`);
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

/** From another container, as a container may not mount by itself. */
function remount(how: 'ro' | 'rw') {
  const options = ['--cap-add=SYS_ADMIN', '--cap-add=SYS_PTRACE', '--security-opt=seccomp=unconfined'];
  const place = [`--pid=container:${node.container.getId()}`, '--entrypoint=nsenter', nodeImage()];
  return docker(['run', '--rm', ...options, ...place, '-t', '1', '-m', 'mount', '-o', `remount,${how}`, '/data']);
}

/** How many scripts hold a lock, or wait for one. */
const lockScripts = async () =>
  Number((await node.exec("ps -eo args= | grep -c '^sh .*[e]ggroll-upgrade-lock'")).stdout.trim());

const idleLimitMs = 10_000;

describe('holdLock', () => {
  it('lets one hold it, and tells a second one within 10 s who that is', async () => {
    expect(1000 * lockLimits.patienceSeconds).toBeLessThan(idleLimitMs);
    const lock = await take(await ssh.connect(), "upgrade, process 1 on 'host' $(id)");
    const connection = await ssh.connect();
    const start = performance.now();
    const error = await refusal(take(connection, 'the second'));
    expect(performance.now() - start).toBeLessThan(whenBusy(idleLimitMs));
    expect(error).toMatchObject({ code: 'LOCK_HELD', exitCode: 75 });
    expect(error.message).toContain("upgrade, process 1 on 'host' $(id)");
    expect(lock.lost()).toBe(false);
    expect(await writeWith(lock.token)).toBe(0);
  });

  it('is free at once after a release, with a higher token', async () => {
    const connection = await ssh.connect();
    const first = await take(connection, 'the first');
    await first.release();
    // Whoever waited, and found the first one alive, would be refused after that.
    const patience = { ...lockLimits, patienceSeconds: 60 };
    const start = performance.now();
    const second = await take(await ssh.connect(), 'the second', patience);
    expect(performance.now() - start).toBeLessThan(1000 * patience.patienceSeconds);
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
    // Where the network has lost the first one without a word, its script would wait for hours.
    await expect.poll(() => first.lost()).toBe(true);
    await expect.poll(lockScripts).toBe(1);
  });

  it('is lost to an owner that thaws, with its next line', async () => {
    const first = await take(await ssh.connect(), 'the first');
    const locks = `${node.home}/.eggroll-upgrade/locks`;
    await node.exec(`mkdir ${locks}/99 && rm -r ${locks}/${first.token}`);
    await expect.poll(() => first.lost()).toBe(true);
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
    const beat = `${node.home}/.eggroll-upgrade/locks/${lock.token}/beat`;
    const lastBeat = async () => (await node.exec(`stat -c %y ${beat}`)).stdout;
    for (let beats = 0; beats < 3; beats += 1) {
      const before = await lastBeat();
      await expect.poll(lastBeat).not.toBe(before);
    }
    expect(lock.lost()).toBe(false);
    expect((await refusal(take(await ssh.connect(), 'the second'))).code).toBe('LOCK_HELD');
  });

  it('cannot be taken on a full disk, and leaves nothing there', async () => {
    await node.exec(`mkdir -p ${node.home}/.eggroll-upgrade/locks && chown -R app: ${node.home}/.eggroll-upgrade`);
    await fillDisk();
    const error = await refusal(take(await ssh.connect(), 'me'));
    expect(error).toMatchObject({ code: 'DISK_FULL', message: expect.stringContaining('No space left on device') });
    expect((await node.exec(`ls ${node.home}/.eggroll-upgrade/locks`)).stdout).toBe('');
  });

  it('outlives a file system that takes no changes for a while', async () => {
    const lock = await take(await ssh.connect(), 'the first');
    expect(await remount('ro')).toMatchObject({ exitCode: 0, stderr: '' });
    try {
      const error = await refusal(take(await ssh.connect(), 'the second', { ...lockLimits, patienceSeconds: 2 }));
      expect(error.message).toContain('Read-only file system');
      expect(lock.lost()).toBe(false);
    } finally {
      await remount('rw');
    }
    expect((await refusal(take(await ssh.connect(), 'the second'))).code).toBe('LOCK_HELD');
    expect(await writeWith(lock.token)).toBe(0);
  });

  it('is held while the clock of the node jumps back and forth', async () => {
    const lock = await take(await ssh.connect(), 'the first');
    const beat = `${node.home}/.eggroll-upgrade/locks/${lock.token}/beat`;
    // Other moments than those of the beats, which come every second.
    const { stdout: jumping } = await node.exec(
      `(while [ -e ${beat} ]; do touch -c -d 2019-01-01 ${beat}; sleep 0.7; touch -c -d 2040-01-01 ${beat}; sleep 0.7; done) >/dev/null 2>&1 & echo $!`,
    );
    expect((await refusal(take(await ssh.connect(), 'the second'))).code).toBe('LOCK_HELD');
    expect(lock.lost()).toBe(false);
    await lock.release();
    await node.exec(`while kill -0 ${jumping.trim()} 2>/dev/null; do sleep 0.05; done`);
  });

  it.each(['2019-01-01', '2040-01-01'])('goes to another when its silent owner last wrote in %s', async (date) => {
    const first = await take(await ssh.connect(), 'the first', { ...lockLimits, beatMs: 3_600_000 });
    await node.exec(`touch -d ${date} ${node.home}/.eggroll-upgrade/locks/${first.token}/beat`);
    const second = await take(await ssh.connect(), 'the second', { ...lockLimits, patienceSeconds: 2 });
    expect(second.token).toBeGreaterThan(first.token);
  });

  it('says why it cannot be taken', async () => {
    const connection = await ssh.connect();
    const nowhere = await refusal(holdLock(connection, 'nm1', '/nowhere', 'me'));
    expect(nowhere).toMatchObject({ code: 'NODE_FAILED', message: expect.stringContaining('/nowhere') });
    const foreign = await refusal(holdLock(connection, 'nm1', '/usr', 'me'));
    expect(foreign).toMatchObject({ code: 'NODE_FAILED', message: expect.stringContaining('Permission denied') });
  });

  it('gives up when no answer comes', async () => {
    await take(await ssh.connect(), 'the first', { ...lockLimits, beatMs: 3_600_000 });
    // It looks for a minute whether the first one beats.
    const limits = { ...lockLimits, patienceSeconds: 60, answerMs: 100 };
    const error = await refusal(take(await ssh.connect(), 'me', limits));
    expect(error).toMatchObject({ code: 'NODE_FAILED', message: expect.stringContaining('no answer within') });
  });

  it('tells a connection that breaks meanwhile', async () => {
    await take(await ssh.connect(), 'the first', { ...lockLimits, beatMs: 60_000 });
    const patience = { ...lockLimits, patienceSeconds: 60 };
    const waiting = refusal(take(await ssh.connect({ limits: { keepAliveMs: 300 } }), 'the second', patience));
    await expect.poll(lockScripts).toBe(2);
    await pauseContainer(node.container.getId());
    try {
      expect((await waiting).code).toBe('NODE_LOST');
    } finally {
      await unpauseContainer(node.container.getId());
    }
  });
});

describe('a new owner', () => {
  const silent = { ...lockLimits, beatMs: 3_600_000, patienceSeconds: 1 };
  const working = async (token: number) =>
    (await node.exec(`ls ${node.home}/.eggroll-upgrade/locks/${token}/working | grep -v ^free-`)).stdout.trim();
  const runs = async (pattern: string) => (await node.exec(`pgrep -u app -f '${pattern}'`)).stdout !== '';
  /** The site's own script, for this test: what it does. */
  const siteScript = (text: string) =>
    node.exec(`echo '${text}' >${node.home}/bin/site.sh && chown app: ${node.home}/bin/site.sh`);
  const service = (connection: Connection, token: number, ...words: string[]) =>
    connection.run('service', [node.home, String(token), '', '60', ...words]);

  it('first ends a script that waits for its frozen runner', async () => {
    const first = await take(await ssh.connect(), 'the first', silent);
    const channel = await (await ssh.connect()).open('stage-receive', [
      node.home,
      String(first.token),
      'run-1',
      '-',
      'plain',
    ]);
    channel.resume();
    await expect.poll(() => runs('^tar -x')).toBe(true);
    expect(await working(first.token)).toMatch(/^\d+\.\d+\.\d+\.[-0-9a-f]{36}$/);
    const start = performance.now();
    const second = await take(await ssh.connect(), 'the second', silent);
    expect(performance.now() - start).toBeLessThan(whenBusy(idleLimitMs));
    expect(await runs('^tar -x')).toBe(false);
    expect(await runs('eggroll-upgrade-stage-receive')).toBe(false);
    expect(await writeWith(second.token)).toBe(0);
  });

  describe('first ends the login of the node before it in a pipeline, which has gone without a word', () => {
    const source = '0123456789abcdef';
    const clients: Client[] = [];
    afterEach(() => {
      for (const client of clients.splice(0)) client.end();
    });

    /** Its standard input stays open, as that of a login does whose other end is gone. */
    async function logIn(isWhole: boolean): Promise<void> {
      const { command, text } = invocation('stage-incoming', [node.home, 'run-1', source], source);
      const client = new Client();
      clients.push(client);
      client.connect({ host: node.ip, username: 'app', privateKey: node.login.privateKey });
      await once(client, 'ready');
      client.exec(command, (error, stream) => {
        if (error) throw error;
        stream.resume().write(isWhole ? text : text.subarray(0, text.length / 2));
      });
    }

    async function receive(): Promise<void> {
      const first = await take(await ssh.connect(), 'the first', silent);
      const staging = [node.home, String(first.token), 'run-1', source, 'plain'];
      (await (await ssh.connect()).open('stage-receive', staging)).resume();
      await expect.poll(hasPipe).toBe(true);
    }

    const hasPipe = async () =>
      (await node.exec(`test -p ${node.home}/.eggroll-upgrade/runs/run-1/stream/${source}`)).exitCode === 0;

    async function expectEnded(): Promise<void> {
      await take(await ssh.connect(), 'the second', silent);
      expect(await runs('^tar -x')).toBe(false);
      expect(await runs('^cat$')).toBe(false);
      expect(await runs('^head -c')).toBe(false);
      expect(await runs('eggroll-upgrade-stage-incoming')).toBe(false);
      expect(await hasPipe()).toBe(false);
    }

    it('while it brings a stream', async () => {
      await receive();
      await logIn(true);
      await expect.poll(() => runs('^tar -x')).toBe(true);
      await expect.poll(() => runs('^cat$')).toBe(true);
      await expectEnded();
    });

    it('before its text has come', async () => {
      await receive();
      await logIn(false);
      await expect.poll(() => runs('^head -c')).toBe(true);
      await expectEnded();
    });

    it('when it comes while the new owner looks at the old one', async () => {
      await receive();
      const taking = take(await ssh.connect(), 'the second', { ...silent, patienceSeconds: 10 });
      await expect.poll(lockScripts).toBe(2);
      await logIn(false);
      await expect.poll(() => runs('^head -c')).toBe(true);
      await taking;
      expect(await runs('eggroll-upgrade-stage-incoming')).toBe(false);
    });

    it('as it waits for a reader that is gone', async () => {
      await receive();
      await node.exec(`pkill -KILL -f '^sh -c.*eggroll-upgrade-stage-receive'`);
      await expect.poll(() => runs('eggroll-upgrade-stage-receive')).toBe(false);
      await logIn(true);
      await expect.poll(() => runs('eggroll-upgrade-stage-incoming')).toBe(true);
      await expect.poll(() => runs('^head -c')).toBe(false);
      await expectEnded();
    });
  });

  it('first ends what a script has started whose shell is gone', async () => {
    await siteScript('sleep 71; touch data/late');
    const first = await take(await ssh.connect(), 'the first', silent);
    void service(await ssh.connect(), first.token, 'bin/site.sh').catch(() => undefined);
    await expect.poll(() => runs('^sleep 71')).toBe(true);
    await node.exec(`kill -9 $(pgrep -f '^sh -c.*eggroll-upgrade-service')`);
    expect(await runs('^sleep 71')).toBe(true);
    await take(await ssh.connect(), 'the second', silent);
    expect(await runs('^sleep 71')).toBe(false);
    expect(await runs('bin/site.sh')).toBe(false);
  });

  it('leaves a service alone that a finished script has started', async () => {
    await siteScript('sleep 72 >/dev/null 2>&1 </dev/null &');
    const first = await take(await ssh.connect(), 'the first', silent);
    expect((await service(await ssh.connect(), first.token, 'bin/site.sh')).exitCode).toBe(0);
    expect(await working(first.token)).toBe('');
    await take(await ssh.connect(), 'the second', silent);
    expect(await runs('^sleep 72')).toBe(true);
    await node.exec(`pkill -f '^sleep 72'`);
  });

  it('ends a start in its middle without harm: the next one succeeds', async () => {
    // A real start, whose script then takes its time.
    await siteScript('bash bin/eggroll.sh "$@"; [ -z "$SLOW" ] || sleep 73'.replace('"$@"', 'nodemanager start'));
    await node.exec(`sed -i '1i SLOW=yes' ${node.home}/bin/site.sh`);
    const first = await take(await ssh.connect(), 'the first', silent);
    void service(await ssh.connect(), first.token, 'bin/site.sh').catch(() => undefined);
    await expect.poll(() => runs('^sleep 73')).toBe(true);
    const second = await take(await ssh.connect(), 'the second', silent);
    expect(await runs('^sleep 73')).toBe(false);
    await service(await ssh.connect(), second.token, 'bin/eggroll.sh', 'nodemanager', 'start');
    await expect.poll(async () => (await node.exec('sim-services')).stdout).toBe('nodemanager 2.0.2\n');
    await service(await ssh.connect(), second.token, 'bin/eggroll.sh', 'nodemanager', 'stop');
    expect((await node.exec('sim-services')).stdout).toBe('');
  });

  it('does not get the lock while that work cannot be ended, and names it', async () => {
    const first = await take(await ssh.connect(), 'the first', silent);
    // A process of root stands for one that sleeps without being interruptible.
    await node.exec(`sleep 74 >/dev/null 2>&1 & cd ${node.home}/.eggroll-upgrade/locks/${first.token}/working
      began=$(sed 's/.*) //' /proc/$!/stat | cut -d ' ' -f 20)
      mv free-1 "none.$!.$began.$(cat /proc/sys/kernel/random/boot_id)"`);
    const start = performance.now();
    const error = await refusal(take(await ssh.connect(), 'the second', silent));
    expect(performance.now() - start).toBeLessThan(whenBusy(idleLimitMs));
    expect(error).toMatchObject({ code: 'LOCK_HELD', message: expect.stringMatching(/process \d+ \(sleep\)/) });
    expect(await writeWith(first.token)).toBe(75);
    await node.exec(`pkill -f '^sleep 74'`);
    expect((await take(await ssh.connect(), 'the third', silent)).token).toBe(first.token + 2);
  });
});

describe('clusterNode', () => {
  const record = ['run-1', 'record.json'];
  const input = Buffer.from('{}');

  it('changes a node only under its lock, and counts the changes', async () => {
    const door = await ssh.clusterNode();
    expect(await refusal(door.change('write-record', record, { input }))).toMatchObject({ code: 'LOCK_LOST' });
    await door.lock('me');
    await door.change('write-record', record, { input });
    expect([door.changes, door.folderChanges]).toEqual([1, 0]);
    await door.unlock();
    expect(await refusal(door.change('write-record', record, { input }))).toMatchObject({ code: 'LOCK_LOST' });
    expect(door.changes).toBe(1);
  });

  it('lets scripts change the node one at a time, and ends one that it waits for no longer', async () => {
    const door = await ssh.clusterNode();
    await door.lock('me');
    await node.exec(`echo 'sleep 75' >${node.home}/bin/site.sh`);
    // Long enough for the script to begin within it.
    const late = refusal(door.change('service', ['', '60', 'bin/site.sh'], { limitMs: 5000 }));
    await expect.poll(async () => (await node.exec(`pgrep -f '^sleep 75'`)).stdout).not.toBe('');
    expect(await late).toMatchObject({ code: 'NODE_FAILED' });
    expect((await node.exec(`pgrep -f '^sleep 75'`)).stdout).not.toBe('');
    expect(door.folderChanges).toBe(1);
    await Promise.all([1, 2, 3].map(() => door.change('write-record', record, { input })));
    // Until the first of them, the one that nobody waits for might have changed a folder.
    expect(door.folderChanges).toBe(2);
    expect((await node.exec(`pgrep -f '^sleep 75'`)).stdout).toBe('');
  });

  it('tells when another run has taken over', async () => {
    const door = await ssh.clusterNode();
    await door.lock('me');
    await node.exec(`mkdir ${node.home}/.eggroll-upgrade/locks/99`);
    const error = await refusal(door.change('write-record', record, { input }));
    expect(error).toMatchObject({ code: 'LOCK_LOST', message: expect.stringContaining('newest 99') });
  });

  it('tells when the connection has gone', async () => {
    const door = await ssh.clusterNode();
    await door.lock('me');
    await node.exec('kill -9 $(ps -C sshd-session -o pid=)');
    await expect
      .poll(async () => (await refusal(door.change('write-record', record, { input }))).code)
      .toBe('NODE_LOST');
  });

  it('turns exit codes into what they mean', async () => {
    const door = await ssh.clusterNode();
    await door.lock('me');
    expect(await refusal(door.change('switch', ['run-1', 'bin']))).toMatchObject({
      code: 'STATE_UNEXPECTED',
      message: expect.stringContaining('bin is neither staged nor switched'),
    });
    expect(await refusal(door.ask('manifest', [node.home, '/root', '.']))).toMatchObject({
      code: 'NODE_FAILED',
      message: expect.stringContaining("can't cd to /root"),
    });
    await fillDisk();
    const full = await refusal(door.change('write-record', record, { input: Buffer.alloc(1_000_000) }));
    expect(full).toMatchObject({ code: 'DISK_FULL', message: expect.stringContaining('No space left on device') });
  });
});
