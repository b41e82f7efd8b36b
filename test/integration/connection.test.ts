// Our SSH connection against real servers: whom it trusts, how it logs in, and what it notices.

import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { Readable } from 'node:stream';
import ssh2 from 'ssh2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectionLimits } from '../../src/cluster/login.ts';
import { UpgradeError } from '../../src/engine/errors.ts';
import { knownHostsLine, makeSshKey } from '../../src/rehearsal/ssh-keys.ts';
import { pauseContainer, unpauseContainer } from '../support/docker.ts';
import { untilListens, untilSilent, whenBusy } from '../support/patience.ts';
import { type SimulatedNode, startNode } from '../support/simulated-node.ts';
import { type SshNode, sshNode } from '../support/ssh-node.ts';

let node: SimulatedNode;
let ssh: SshNode;
let rsaLine: string;
let ed25519Line: string;

// One address family: a server that may take either goes on with one of them when the other is still taken.
const server = '/usr/sbin/sshd -f /dev/null -o UsePAM=no -o PidFile=none -o AddressFamily=inet';

/** A server becomes a daemon before it listens, so its command says nothing of that. */
const serve = (port: number, options: string) => `${server} -p ${port} ${options} && ${untilListens(port)}`;

// A second server with an RSA key beside the first one's, and a third with the RSA key alone.
const [bothPort, rsaPort] = [2222, 2223];

beforeAll(async () => {
  node = await startNode({ version: '2.0.2', password: 'open sesame' });
  ssh = await sshNode(node);
  const keys = '-h /etc/ssh/ssh_host_ed25519_key -h /root/rsa';
  const { stdout, stderr, exitCode } = await node.exec(`set -e
    ssh-keygen -q -t rsa -b 3072 -N '' -f /root/rsa
    ${serve(bothPort, keys)}
    ${serve(rsaPort, '-h /root/rsa')}
    cut -d ' ' -f 1,2 /root/rsa.pub
    ssh-keygen -y -f /etc/ssh/ssh_host_ed25519_key | cut -d ' ' -f 1,2`);
  if (exitCode !== 0) throw new Error(stderr);
  [rsaLine = '', ed25519Line = ''] = stdout.split('\n');
  const file = await node.exec(
    `mkdir -p ${node.home}/.eggroll-upgrade/locks/1 && chown -R app ${node.home}/.eggroll-upgrade`,
  );
  if (file.exitCode !== 0) throw new Error(file.stderr);
});
afterAll(async () => {
  await ssh.close();
  await node.stop();
});

async function refusal(connecting: Promise<unknown>): Promise<UpgradeError> {
  const error = await connecting.then(() => undefined).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UpgradeError);
  return error as UpgradeError;
}

/** The environment that a command of a connection sees. */
async function environment(connection: Awaited<ReturnType<SshNode['connect']>>): Promise<string> {
  const { exitCode, stdout } = await connection.run('read-file', ['/proc/self/environ', '100000']);
  expect(exitCode).toBe(0);
  return stdout.toString('utf8');
}

const onPort = (port: number, ...lines: string[]) => lines.map((line) => `[${node.ip}]:${port} ${line}\n`).join('');

describe('host keys', () => {
  it('connects to a node whose key is on record', async () => {
    const connection = await ssh.connect();
    expect(await environment(connection)).toContain('USER=app');
  });

  it('refuses an unknown key, and shows it as ssh-keygen does', async () => {
    const error = await refusal(ssh.connect({ knownHosts: '' }));
    expect(error).toMatchObject({ code: 'HOST_KEY_REFUSED', exitCode: 77 });
    const { stdout } = await node.exec('ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key');
    expect(error.message).toContain(stdout.split(' ')[1] ?? 'no fingerprint');
    expect(error.findings[0]).toMatchObject({ where: node.ip });
  });

  it('refuses a changed key', async () => {
    const error = await refusal(ssh.connect({ knownHosts: knownHostsLine(node.ip, 22, makeSshKey('other')) }));
    expect(error).toMatchObject({ code: 'HOST_KEY_REFUSED', message: expect.stringContaining('has changed') });
  });

  it('refuses a key of another type than the one on record', async () => {
    const error = await refusal(ssh.connect({ target: { port: rsaPort }, knownHosts: onPort(rsaPort, ed25519Line) }));
    expect(error).toMatchObject({ code: 'HOST_KEY_REFUSED', message: expect.stringContaining('has changed') });
  });

  it('refuses a revoked key', async () => {
    const error = await refusal(ssh.connect({ knownHosts: `${node.knownHosts}@revoked * ${ed25519Line}\n` }));
    expect(error).toMatchObject({ code: 'HOST_KEY_REFUSED', message: expect.stringContaining('revoked') });
  });

  it('asks for the key type on record when the server has others too', async () => {
    for (const line of [rsaLine, ed25519Line]) {
      await ssh.connect({ target: { port: bothPort }, knownHosts: onPort(bothPort, line) });
    }
  });

  it('minds no type on record that it cannot use', async () => {
    const knownHosts = onPort(bothPort, 'sk-ssh-ed25519@openssh.com AAAA', 'nonsense AAAA', ed25519Line);
    await ssh.connect({ target: { port: bothPort }, knownHosts });
  });

  it('reads names that ssh-keygen has hashed', async () => {
    const { stdout } = await node.exec(
      `cd /tmp && printf %s '${onPort(bothPort, ed25519Line)}' >kh && ssh-keygen -q -H -f kh >/dev/null && cat kh`,
    );
    expect(stdout).toMatch(/^\|1\|/);
    await ssh.connect({ target: { port: bothPort }, knownHosts: stdout });
  });

  it('records a new key when asked to, and refuses another one later', async () => {
    const acceptNew = { ssh: { hostKeyChecking: 'accept-new' }, knownHosts: '' } as const;
    const port = 2224;
    await node.exec(serve(port, '-h /etc/ssh/ssh_host_ed25519_key'));
    await ssh.connect({ ...acceptNew, target: { port } });
    expect(await readFile(ssh.acceptedFile, 'utf8')).toBe(onPort(port, ed25519Line));
    await ssh.connect({ knownHosts: '', target: { port } });
    const stop = `kill $(ps -C sshd -o pid=,args= | grep -- '-p ${port}' | awk '{ print $1 }')`;
    const again = `ssh-keygen -q -t ed25519 -N '' -f /root/new && ${serve(port, '-h /root/new -h /root/rsa')}`;
    const { exitCode, stderr } = await node.exec(`${stop} && ${untilSilent(port)} && ${again}`);
    expect([exitCode, stderr]).toEqual([0, '']);
    const error = await refusal(ssh.connect({ ...acceptNew, target: { port } }));
    expect(error).toMatchObject({ code: 'HOST_KEY_REFUSED', message: expect.stringContaining('has changed') });
  });
});

describe('login', () => {
  it('is refused with a wrong key', async () => {
    const error = await refusal(ssh.connect({ ssh: { privateKey: makeSshKey('wrong').privateKey } }));
    expect(error).toMatchObject({ code: 'LOGIN_REFUSED', exitCode: 77, message: expect.stringContaining('user app') });
  });

  it('works with a password, and is refused with a wrong one', async () => {
    await ssh.connect({ ssh: { password: 'open sesame' } });
    const error = await refusal(ssh.connect({ ssh: { password: 'wrong sesame' } }));
    expect(error.code).toBe('LOGIN_REFUSED');
    expect(error.message).not.toContain('sesame');
  });

  it('works with an encrypted key and its passphrase', async () => {
    const pair = ssh2.utils.generateKeyPairSync('ed25519', {
      passphrase: 'secret words',
      cipher: 'aes256-ctr',
      rounds: 4,
    });
    await node.exec(`echo '${pair.public}' >>/home/app/.ssh/authorized_keys`);
    await ssh.connect({ ssh: { privateKey: pair.private, passphrase: 'secret words' } });
  });
});

describe('a node that is out of reach', () => {
  it('is named when its port is closed', async () => {
    const error = await refusal(ssh.connect({ target: { port: 1 } }));
    expect(error).toMatchObject({ code: 'NODE_UNREACHABLE', exitCode: 69, message: expect.stringContaining('port 1') });
    expect(error.findings[0].where).toBe(node.ip);
  });

  it('is named when its name is not known', async () => {
    const error = await refusal(ssh.connect({ target: { name: 'no-such-host.invalid' } }));
    expect(error).toMatchObject({ code: 'NODE_UNREACHABLE', message: expect.stringContaining('no-such-host.invalid') });
  });

  it('is given up when it accepts connections and says nothing', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    const start = performance.now();
    const error = await refusal(ssh.connect({ target: { name: '127.0.0.1', port }, limits: { readyMs: 500 } }));
    expect(error.code).toBe('NODE_UNREACHABLE');
    expect(performance.now() - start).toBeLessThan(connectionLimits.readyMs);
    server.close();
  });
});

describe('jump hosts', () => {
  const jumps = () => [
    { name: node.ip, port: 22, user: 'app' },
    { name: '127.0.0.1', port: rsaPort, user: 'app' },
  ];
  const knownHosts = () => `${node.knownHosts}[127.0.0.1]:${rsaPort} ${rsaLine}\nlocalhost ${ed25519Line}\n`;

  it('are passed in order, each with its own host key', async () => {
    const connection = await ssh.connect({
      ssh: { jumps: jumps() },
      target: { name: 'localhost' },
      knownHosts: knownHosts(),
    });
    expect(await environment(connection)).toMatch(/SSH_CONNECTION=(127\.0\.0\.1|::1) \d+ (127\.0\.0\.1|::1) 22/);
  });

  it('are checked too', async () => {
    const unknown = knownHosts().replace(`[127.0.0.1]:${rsaPort}`, 'other');
    const error = await refusal(
      ssh.connect({ ssh: { jumps: jumps() }, target: { name: 'localhost' }, knownHosts: unknown }),
    );
    expect(error).toMatchObject({ code: 'HOST_KEY_REFUSED', findings: [{ where: '127.0.0.1' }] });
  });

  it('say which host was out of reach', async () => {
    const target = { name: 'localhost', port: 1 };
    const error = await refusal(ssh.connect({ ssh: { jumps: jumps() }, target, knownHosts: knownHosts() }));
    expect(error).toMatchObject({ code: 'NODE_UNREACHABLE', findings: [{ where: 'localhost' }] });
  });
});

/** Words for `service` that call a script which goes on for long, under a name of its own. */
const slow = (name: string) => [node.home, '1', '', '60', '.eggroll-upgrade/slow.sh', name];
const slowSeconds = 60;

/** Resolves once the slow script of that name is at work. */
const isSlow = (name: string) =>
  expect
    .poll(async () => (await node.exec(`[ -e /tmp/slow-${name} ]`)).exitCode, { message: `slow.sh ${name} begins` })
    .toBe(0);

beforeAll(async () => {
  const text = `: >"/tmp/slow-$1"; sleep ${slowSeconds}`;
  await node.exec(`echo '${text}' >${node.home}/.eggroll-upgrade/slow.sh`);
});

describe('commands', () => {
  const bytes = randomBytes(50_000_000);
  const digest = (content: Buffer) => createHash('sha256').update(content).digest('hex');
  const write = (name: string) => [node.home, '1', 'big', name, String(bytes.length)];
  const file = (name: string) => `${node.home}/.eggroll-upgrade/runs/big/${name}`;

  it('carry 50 MB in, as a buffer and as a stream, and out again', async () => {
    const connection = await ssh.connect();
    const inputs = {
      buffer: bytes,
      stream: Readable.from([bytes.subarray(0, 17), bytes.subarray(17)], { objectMode: false }),
    };
    for (const [name, input] of Object.entries(inputs)) {
      expect(await connection.run('write-record', write(name), { input })).toMatchObject({ exitCode: 0, stderr: '' });
      const { stdout } = await connection.run('read-file', [file(name), '100000000']);
      expect(digest(stdout.subarray('present\n'.length))).toBe(digest(bytes));
    }
  });

  it('give the exit code of a script that ends before it has read its input', async () => {
    const connection = await ssh.connect();
    const fenced = [node.home, '0', 'big', 'x', '1'];
    for (const input of [bytes, Readable.from([bytes, bytes], { objectMode: false })]) {
      const result = await connection.run('write-record', fenced, { input });
      expect(result).toMatchObject({ exitCode: 75, stderr: 'fenced: token 0, newest 1', timedOut: false });
    }
  });

  it('throw the error of an input that fails, and put nothing half in place', async () => {
    const connection = await ssh.connect();
    const input = Readable.from(
      (async function* () {
        yield bytes.subarray(0, 1000);
        throw new Error('the disk is gone');
      })(),
      { objectMode: false },
    );
    await expect(connection.run('write-record', write('failed'), { input })).rejects.toThrow('the disk is gone');
    expect((await connection.run('read-file', [file('failed'), '10'])).stdout.toString()).toBe('');
  });

  it('are not disturbed by a login shell that prints', async () => {
    await node.exec(
      `cp /home/app/.bashrc /tmp/bashrc; sed -i '1i echo "Welcome to begin"; echo noise >&2' /home/app/.bashrc`,
    );
    const connection = await ssh.connect();
    const { stdout, exitCode } = await connection.run('read-file', ['/etc/hostname', '100']);
    await node.exec('cp /tmp/bashrc /home/app/.bashrc');
    expect([exitCode, stdout.toString()]).toEqual([0, 'present\nnm1\n']);
  });

  it('reach the script as they are through a login shell that is no POSIX shell', async () => {
    const folder = `/tmp/it's a $folder! \\ \`x\` "y"`;
    const quoted = `'${folder.replaceAll("'", `'\\''`)}'`;
    await node.exec(`mkdir ${quoted} && echo content >${quoted}/file`);
    await node.exec(`sed -i '/^app:/s#/bin/bash$#/bin/tcsh#' /etc/passwd`);
    try {
      const connection = await ssh.connect();
      expect(await environment(connection)).toContain('SHELL=/bin/tcsh');
      const { stdout, exitCode } = await connection.run('read-file', [`${folder}/file`, '100']);
      expect([exitCode, stdout.toString()]).toEqual([0, 'present\ncontent\n']);
    } finally {
      await node.exec(`sed -i '/^app:/s#/bin/tcsh$#/bin/bash#' /etc/passwd`);
    }
  });

  it('end after their time limit', async () => {
    const connection = await ssh.connect();
    const start = performance.now();
    const result = await connection.run('service', slow('limited'), { limitMs: 700 });
    expect(result).toMatchObject({ timedOut: true, exitCode: undefined });
    expect(performance.now() - start).toBeLessThan(1000 * slowSeconds);
    expect((await connection.run('read-file', ['/etc/hostname', '9'])).exitCode).toBe(0);
  });

  it('stop with the reason of a signal, and do not begin after it', async () => {
    const connection = await ssh.connect();
    const stop = new AbortController();
    const running = expect(connection.run('service', slow('stopped'), { signal: stop.signal })).rejects.toThrow(
      'stopped',
    );
    await isSlow('stopped');
    stop.abort(new Error('stopped'));
    await running;
    const late = connection.run('write-record', write('late'), { input: bytes, signal: stop.signal });
    await expect(late).rejects.toThrow('stopped');
    expect((await connection.run('read-file', [file('late'), '10'])).stdout.toString()).toBe('');
  });
});

describe('a server', () => {
  const [narrowPort, busyPort, oldPort] = [2230, 2231, 2232];
  const ed25519 = '-h /etc/ssh/ssh_host_ed25519_key';
  const to = (port: number, line: string) => ({ target: { port }, knownHosts: onPort(port, line) });

  beforeAll(async () => {
    const old =
      '-o HostKeyAlgorithms=ssh-rsa -o KexAlgorithms=diffie-hellman-group14-sha1 -o Ciphers=aes256-cbc -o MACs=hmac-sha1';
    const { exitCode, stderr } = await node.exec(`set -e
      ${serve(narrowPort, `${ed25519} -o MaxSessions=1`)}
      ${serve(busyPort, `${ed25519} -o MaxStartups=1`)}
      ${serve(oldPort, `-h /root/rsa ${old}`)}`);
    expect([exitCode, stderr]).toEqual([0, '']);
  });

  it('may take one session on a connection only', async () => {
    const connection = await ssh.connect(to(narrowPort, ed25519Line));
    const homes = ['/tmp/first', '/tmp/second'];
    await node.exec(`install -d -o app ${homes.join(' ')}`);
    // They stay open until the connection ends.
    const held = await Promise.all(homes.map((home) => connection.open('lock', [home, 'me', '60'])));
    const ended = held.map((channel) => once(channel.resume(), 'close'));
    for (let count = 0; count < 3; count += 1) {
      const { stdout } = await connection.run('read-file', ['/etc/hostname', '100']);
      expect(stdout.toString()).toBe('present\nnm1\n');
    }
    connection.close();
    await Promise.all(ended);
    await expect
      .poll(async () => (await node.exec(`ss -Htn state established sport = :${narrowPort}`)).stdout)
      .toBe('');
  });

  it('may turn away some of those who come all at once', async () => {
    // One of them may wait for the others at each of its five tries, so on a busy machine there must not be many.
    const all = await Promise.all(Array.from({ length: 3 }, () => ssh.connect(to(busyPort, ed25519Line))));
    for (const connection of all) expect(await environment(connection)).toContain('USER=app');
  });

  it.each([
    [2233, 'aes128-gcm@openssh.com', 'any of today', ''],
    [
      2234,
      'aes256-gcm@openssh.com',
      'no AES-128-GCM',
      '-o Ciphers=chacha20-poly1305@openssh.com,aes256-ctr,aes256-gcm@openssh.com',
    ],
    [2235, 'chacha20-poly1305@openssh.com', 'no GCM', '-o Ciphers=aes128-ctr,aes256-ctr,chacha20-poly1305@openssh.com'],
    [2236, 'aes128-ctr', 'CTR alone', '-o Ciphers=aes256-ctr,aes192-ctr,aes128-ctr'],
  ])('on port %i is talked to with %s, having %s', async (port, cipher, _has, option) => {
    const log = `/tmp/sshd-${port}.log`;
    await node.exec(serve(port, `${ed25519} -o LogLevel=DEBUG1 -E ${log} ${option}`));
    await ssh.connect(to(port, ed25519Line));
    const { stdout } = await node.exec(`grep -o 'kex: .* cipher: [^ ]*' ${log}`);
    expect(stdout.trim().split('\n')).toEqual([
      `kex: client->server cipher: ${cipher}`,
      `kex: server->client cipher: ${cipher}`,
    ]);
  });

  it('may have nothing but old algorithms, and that is told', async () => {
    const { weakAlgorithms } = await ssh.connect(to(oldPort, rsaLine));
    expect(weakAlgorithms).toEqual(['diffie-hellman-group14-sha1', 'ssh-rsa', 'aes256-cbc', 'hmac-sha1']);
    expect((await ssh.connect()).weakAlgorithms).toEqual([]);
    expect((await ssh.connect(to(rsaPort, rsaLine))).weakAlgorithms).toEqual([]);
  });
});

describe('a connection that breaks', () => {
  it('is noticed when the server ends it', async () => {
    const connection = await ssh.connect();
    const running = refusal(connection.run('service', slow('ended')));
    await isSlow('ended');
    await node.exec('kill -9 $(ps -C sshd-session -o pid=)');
    expect(await running).toMatchObject({ code: 'NODE_LOST', exitCode: 75 });
    expect(await refusal(connection.run('processes', []))).toMatchObject({ code: 'NODE_LOST' });
    expect(await connection.ended).toMatch(/./);
  });

  it('is noticed when a jump host ends it', async () => {
    const jumps = [{ name: '127.0.0.1', port: rsaPort, user: 'app' }];
    const knownHosts = `${node.knownHosts}[127.0.0.1]:${rsaPort} ${rsaLine}\nlocalhost ${ed25519Line}\n`;
    const through = [{ name: node.ip, port: 22, user: 'app' }, ...jumps];
    const connection = await ssh.connect({ ssh: { jumps: through }, target: { name: 'localhost' }, knownHosts });
    const running = refusal(connection.run('service', slow('behind-jumps')));
    await isSlow('behind-jumps');
    await node.exec('kill -9 $(ps -C sshd-session -o pid=)');
    expect(await running).toMatchObject({ code: 'NODE_LOST' });
  });

  // Those of tests end long before those in use do, which end within half a minute: to that, a machine adds what it is busy with.
  it.each([
    ['of-tests', { keepAliveMs: 300, keepAliveCount: 2 }, whenBusy(3000)],
    ['in-use', {}, 35_000],
  ])('is noticed when the node freezes, with the limits %s', async (name, limits, withinMs) => {
    const connection = await ssh.connect({ limits });
    const running = refusal(connection.run('service', slow(name)));
    await isSlow(name);
    const id = node.container.getId();
    await pauseContainer(id);
    const start = performance.now();
    try {
      expect(await running).toMatchObject({ code: 'NODE_LOST', message: expect.stringContaining('Keepalive') });
      expect(performance.now() - start).toBeLessThan(withinMs);
      expect(await refusal(connection.run('processes', []))).toMatchObject({ code: 'NODE_LOST' });
    } finally {
      await unpauseContainer(id);
    }
  });
});
