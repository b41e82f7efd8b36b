import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readEngine } from '../../../src/config/engine.ts';
import { makeSshKey } from '../../../src/rehearsal/ssh-keys.ts';

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'engine-test-'));
});
afterAll(() => rm(home, { recursive: true }));

/** A home with these private keys. */
async function keysIn(name: string, keys: Record<string, string>): Promise<string> {
  const folder = join(home, name);
  await mkdir(join(folder, '.ssh'), { recursive: true });
  for (const [file, text] of Object.entries(keys)) await writeFile(join(folder, '.ssh', file), text);
  return folder;
}

const addressOf = async (env: Record<string, string>) => (await readEngine({ HOME: home, ...env })).engine.address;

describe('readEngine', () => {
  it.each([
    ['unix:///run/podman.sock', { kind: 'socket', path: '/run/podman.sock' }],
    ['unix://', { kind: 'socket', path: '/var/run/docker.sock' }],
    ['tcp://engine:4000', { kind: 'tcp', host: 'engine', port: 4000 }],
    ['engine', { kind: 'tcp', host: 'engine', port: 2375 }],
    ['tcp://[fd00::1]:2375', { kind: 'tcp', host: 'fd00::1', port: 2375 }],
  ])('reads DOCKER_HOST=%s', async (text, address) => {
    expect(await addressOf({ DOCKER_HOST: text })).toEqual(address);
  });

  it('takes TLS from the folder of certificates', async () => {
    const folder = join(home, 'certs');
    await mkdir(folder);
    for (const name of ['ca', 'cert', 'key']) await writeFile(join(folder, `${name}.pem`), name);
    const env = { DOCKER_HOST: 'tcp://engine', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: folder };
    const tls = { ca: 'ca', cert: 'cert', key: 'key' };
    expect(await addressOf(env)).toEqual({ kind: 'tcp', host: 'engine', port: 2376, tls });
  });

  it('takes SSH with the account, the agent and the known hosts of the user', async () => {
    const key = makeSshKey('test').privateKey;
    const folder = await keysIn('one', { id_rsa: key });
    const env = { DOCKER_HOST: 'ssh://ops@engine:2222', SSH_AUTH_SOCK: '/agent', HOME: folder };
    expect(await addressOf(env)).toEqual({
      ...{ kind: 'ssh', host: 'engine', port: 2222, user: 'ops', agent: '/agent', privateKey: key },
      knownHostsFile: join(folder, '.ssh', 'known_hosts'),
    });
  });

  it('leaves a key with a passphrase to the agent, and says what is missing without one', async () => {
    const plain = makeSshKey('test').privateKey;
    const options = { passphrase: 'open-sesame', cipher: 'aes256-ctr', rounds: 16 };
    const encrypted = ssh2.utils.generateKeyPairSync('ed25519', options).private;
    const DOCKER_HOST = 'ssh://engine';
    const both = await keysIn('both', { id_ed25519: encrypted, id_rsa: plain });
    expect(await addressOf({ DOCKER_HOST, HOME: both })).toMatchObject({ privateKey: plain });
    const HOME = await keysIn('encrypted', { id_ed25519: encrypted });
    expect(await addressOf({ DOCKER_HOST, HOME, SSH_AUTH_SOCK: '/agent' })).not.toHaveProperty('privateKey');
    const { findings } = await readEngine({ DOCKER_HOST, HOME });
    expect(findings).toMatchObject([{ code: 'CONFIG_INVALID', where: 'DOCKER_HOST' }]);
    expect(findings[0]?.found).toContain('id_ed25519');
  });

  it('finds the socket of Podman where Docker has none', async () => {
    const runtime = join(home, 'runtime');
    await mkdir(join(runtime, 'podman'), { recursive: true });
    await mkdir(join(home, '.docker/run'), { recursive: true });
    await writeFile(join(runtime, 'podman/podman.sock'), '');
    const { path } = (await addressOf({ XDG_RUNTIME_DIR: runtime })) as { path: string };
    // A machine that runs these tests may have Docker.
    expect(['/var/run/docker.sock', join(runtime, 'podman/podman.sock')]).toContain(path);
  });

  it('refuses what is no address, and TLS without certificates, and names the variable', async () => {
    const where = async (env: Record<string, string>) => (await readEngine({ HOME: home, ...env })).findings[0]?.where;
    expect(await where({ DOCKER_HOST: 'fd://3' })).toBe('DOCKER_HOST');
    expect(await where({ DOCKER_HOST: 'https://engine', DOCKER_CERT_PATH: join(home, 'none') })).toBe(
      'DOCKER_CERT_PATH',
    );
  });

  it('keeps what a build needs to reach the outside', async () => {
    const { engine } = await readEngine({ https_proxy: 'http://proxy:3128', HOME: home });
    expect(engine.proxies).toEqual({ https_proxy: 'http://proxy:3128' });
  });
});
