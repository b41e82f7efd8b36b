// The ways to an engine: its socket, TCP with TLS, and SSH, each with a command whose output and end come back.

import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import ssh2 from 'ssh2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EngineAddress, readEngine } from '../../../src/config/engine.ts';
import { told } from '../../../src/messages/phrases.ts';
import { openEngine } from '../../../src/rehearsal/engine.ts';
import { execIn } from '../../../src/rehearsal/exec.ts';
import { provideImages } from '../../../src/rehearsal/images.ts';
import { knownHostsLine, makeSshKey } from '../../../src/rehearsal/ssh-keys.ts';
import { upload } from '../../../src/rehearsal/upload.ts';
import { jobImage } from '../../support/job.ts';
import { nodeImage } from '../../support/simulated-node.ts';

const path = '/var/run/docker.sock';
let folder: string;
const closers: (() => void)[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'engine-test-'));
});
afterAll(async () => {
  for (const close of closers) close();
  await rm(folder, { recursive: true });
});

/** A container takes a file and gives it back by a command. */
async function tryOut(address: EngineAddress): Promise<void> {
  const engine = await openEngine(address);
  const container = await engine.createContainer({ Image: nodeImage(), Entrypoint: ['sleep', '600'], Cmd: [] });
  try {
    await upload(container, async (archive) => void archive.entry({ name: 'tmp/file' }, 'it is here'));
    await container.start();
    const command = ['sh', '-c', 'cat /tmp/file; echo trouble >&2; exit 7'];
    expect(await execIn(engine, container, command)).toEqual({
      ...{ exitCode: 7, stdout: 'it is here', stderr: 'trouble\n' },
    });
  } finally {
    await container.remove({ force: true });
  }
}

describe('openEngine', () => {
  it('reaches an engine by its socket', () => tryOut({ kind: 'socket', path }));

  it('reaches an engine by TLS, and refuses one of another authority', async () => {
    const [mine, other] = [await certificate('mine'), await certificate('other')];
    const server = createServer({ ...mine, requestCert: true }, (client) => {
      const engine = connect(path);
      client.pipe(engine).pipe(client);
      client.on('error', () => engine.destroy());
      engine.on('error', () => client.destroy());
    });
    const port = await new Promise<number>((resolve) =>
      server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
    );
    closers.push(() => server.close());
    const address = (own: typeof mine): EngineAddress => ({ kind: 'tcp', host: 'localhost', port, tls: own });
    await tryOut(address(mine));
    await expect(openEngine(address({ ...mine, ca: other.ca }))).rejects.toMatchObject({ code: 'ENGINE_REFUSED' });
  });

  it('reaches an engine by SSH, and refuses one whose host key is not known', async () => {
    const [hostKey, login, stranger] = [makeSshKey('host'), makeSshKey('login'), makeSshKey('stranger')];
    const port = await sshServer(hostKey.privateKey);
    const knownHostsFile = join(folder, 'known_hosts');
    const address: EngineAddress = {
      ...{ kind: 'ssh', host: '127.0.0.1', port, user: 'ops', privateKey: login.privateKey, knownHostsFile },
    };
    await writeFile(knownHostsFile, knownHostsLine('127.0.0.1', port, hostKey));
    await tryOut(address);
    await writeFile(knownHostsFile, knownHostsLine('127.0.0.1', port, stranger));
    await expect(openEngine(address)).rejects.toMatchObject({ code: 'ENGINE_REFUSED' });
  });
});

describe('provideImages', { timeout: 1_200_000 }, () => {
  it('builds the image of the nodes where the engine has none', { tags: ['slow'] }, async () => {
    const engine = await openEngine({ kind: 'socket', path });
    const nodeImage = `eggroll-upgrade-node:${randomUUID()}`;
    const {
      engine: { proxies },
    } = await readEngine(process.env);
    const heard: string[] = [];
    const wanted = { jobImage, nodeImage, usesDatabase: false, proxies };
    await provideImages(engine, wanted, (message) => heard.push(told('en', message)), new AbortController().signal);
    expect(heard.join()).toContain(`the engine has no image ${nodeImage}; it is built`);
    const { Config: config } = await engine.getImage(nodeImage).inspect();
    expect(config.Entrypoint).toContain('node-entrypoint');
    await engine.getImage(nodeImage).remove();
  });
});

/** As on a machine with Docker: `docker system dial-stdio` is the way to its socket. */
async function sshServer(hostKey: string): Promise<number> {
  const server = new ssh2.Server({ hostKeys: [hostKey] }, (client) => {
    client.on('error', () => undefined);
    client.on('authentication', (context) => (context.method === 'publickey' ? context.accept() : context.reject()));
    client.on('session', (accept) => {
      accept().on('exec', (acceptExec, reject, { command }) => {
        if (command !== 'docker system dial-stdio') return reject();
        const channel = acceptExec();
        const engine = connect(path);
        channel.pipe(engine).pipe(channel);
        engine.on('error', () => channel.close());
        channel.on('error', () => engine.destroy());
        return undefined;
      });
    });
  });
  closers.push(() => server.close());
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)));
}

async function certificate(name: string) {
  const [key, cert] = [join(folder, `${name}.key`), join(folder, `${name}.crt`)];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-days', '2'];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, ...subject], {
    stdio: 'ignore',
  });
  const text = await readFile(cert, 'utf8');
  return { ca: text, cert: text, key: await readFile(key, 'utf8') };
}
