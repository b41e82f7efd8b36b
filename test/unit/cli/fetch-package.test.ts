// The program as it is run: exit codes, words, signals, proxies and certificates.

import { execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request as ask, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answer, type FileServerOptions, fileServer, stallAfter } from '../../support/file-server.ts';

const program = join(import.meta.dirname, '../../../src/cli/fetch-package.ts');
const content = randomBytes(10_000);
const sha256 = createHash('sha256').update(content).digest('hex');

let folder: string;
let target: string;
const closers: (() => unknown)[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fetch-package-test-'));
  target = join(folder, 'eggroll.tgz');
});
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
  await rm(folder, { recursive: true, force: true });
});

async function serving(options: FileServerOptions = {}) {
  const server = await fileServer(content, options);
  closers.push(server.close);
  return server;
}

interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs it with these words; `onOutput` gets what it has said so far, and the process. */
function run(
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
  onOutput?: (text: string, stop: () => void) => void,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...words], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      onOutput?.(stdout, () => child.kill('SIGTERM'));
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.once('error', reject);
    child.once('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}

/** A proxy that passes on what it is asked for, if it is given `login`. Gives its address and whom it connected to. */
async function proxy(login?: string) {
  const asked: string[] = [];
  const isWelcome = (header: string | undefined) =>
    login === undefined || header === `Basic ${Buffer.from(login).toString('base64')}`;
  const server = createServer(({ url = '', headers }, response) => {
    asked.push(url);
    ask(url, { headers }, (upstream) => {
      response.writeHead(upstream.statusCode ?? 0, upstream.headers);
      upstream.pipe(response);
    }).end();
  });
  server.on('connect', ({ url = '', headers }, socket) => {
    asked.push(url);
    socket.on('error', () => undefined);
    if (!isWelcome(headers['proxy-authorization'])) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    const upstream = connect(Number(url.split(':')[1]), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    }).on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

async function certificate() {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const words = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  const names = ['-subj', '/CN=file server', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:packages.test'];
  execFileSync('openssl', [...words, ...names, '-keyout', key, '-out', cert], { stdio: 'pipe' });
  return { tls: { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') }, file: cert };
}

describe('fetch-package', { timeout: 60_000 }, () => {
  it('fetches, and the second time finds it there', async () => {
    const { url, requests } = await serving();
    const first = await run([url, sha256.toUpperCase(), target]);
    expect(first).toMatchObject({ exitCode: 0, stderr: '' });
    expect(first.stdout).toMatch(/is there, 10\.0 kB, with the sha256 [0-9a-f]{64}\.\n$/);
    expect(await readFile(target)).toEqual(content);
    const second = await run([url, sha256, target]);
    expect(second).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('is there already') });
    expect(requests).toHaveLength(1);
  });

  it.each([
    ['64 without arguments', 64, 'command line: Exactly three arguments', () => []],
    [
      '65 for another digest',
      65,
      `Its sha256 is ${sha256}, but ${'0'.repeat(64)} is expected.`,
      (url: string) => [url, '0'.repeat(64), target],
    ],
    [
      '78 for a place that is not there',
      78,
      'It cannot be written',
      (url: string) => [url, sha256, join(folder, 'missing/a')],
    ],
  ])('ends with %s, on one line', async (_, exitCode, text, words) => {
    const { url } = await serving();
    const ended = await run(words(url));
    expect(ended.exitCode).toBe(exitCode);
    expect(ended.stderr).toContain(text);
    expect(ended.stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('never says what is secret', async () => {
    const { url, requests } = await serving({ always: answer(403) });
    const headerFile = join(folder, 'header');
    await writeFile(headerFile, 'X-Token: of-the-header\n');
    const secret = `${url.replace('//', '//user:of-the-address@')}?signature=of-the-query`;
    const ended = await run([secret, sha256, target], { PKG_URL_HEADER_FILE: headerFile });
    expect(ended.exitCode).toBe(65);
    expect(ended.stderr).toContain(`${url}?…: The server answered 403.`);
    expect(`${ended.stdout}${ended.stderr}`).not.toMatch(/of-the-/);
    expect(requests[0]?.headers['x-token']).toBe('of-the-header');
    expect(requests[0]?.url).toContain('of-the-query');
  });

  it('tells a header file that cannot be read', async () => {
    const { url, requests } = await serving();
    const missing = await run([url, sha256, target], { PKG_URL_HEADER_FILE: join(folder, 'missing') });
    expect(missing).toMatchObject({ exitCode: 78, stderr: expect.stringContaining('missing cannot be read') });
    const pasted = await run([url, sha256, target], { PKG_URL_HEADER_FILE: 'Authorization: Bearer of-this-test' });
    expect(pasted.exitCode).toBe(78);
    expect(`${pasted.stdout}${pasted.stderr}`).not.toContain('of-this-test');
    expect(requests).toEqual([]);
  });

  it('ends at once when it is asked to, and goes on the next time', async () => {
    const server = await serving({ turns: [stallAfter(5000)] });
    const stopped = await run([server.url, sha256, target], {}, (text, stop) => {
      if (text.includes('The server sends it')) stop();
    });
    expect(stopped).toMatchObject({ exitCode: 75, stderr: expect.stringContaining('asked to stop by SIGTERM') });
    const next = await run([server.url, sha256, target]);
    expect(next.exitCode).toBe(0);
    expect(await readFile(target)).toEqual(content);
  });

  it('ends at once while it waits for another try', async () => {
    const server = await serving({ always: answer(503, { 'retry-after': '200' }) });
    const stopped = await run([server.url, sha256, target], {}, (text, stop) => {
      if (text.includes('the next try comes in 3 min 20 s')) stop();
    });
    expect(stopped.exitCode).toBe(75);
  });

  it('trusts the certificates that it is given, and no others', async () => {
    const { tls, file } = await certificate();
    const { url } = await serving({ tls });
    const refused = await run([url, sha256, target]);
    expect(refused).toMatchObject({ exitCode: 69, stderr: expect.stringContaining('NODE_EXTRA_CA_CERTS') });
    const trusted = await run([url, sha256, target], { NODE_EXTRA_CA_CERTS: file });
    expect(trusted.exitCode, trusted.stderr).toBe(0);
  });

  it('does not go from https to http', async () => {
    const plain = await serving();
    const { tls, file } = await certificate();
    const { url } = await serving({ tls, always: answer(302, { location: plain.url }) });
    const ended = await run([url, sha256, target], { NODE_EXTRA_CA_CERTS: file });
    expect(ended).toMatchObject({ exitCode: 65, stderr: expect.stringContaining('without encryption') });
    expect(plain.requests).toEqual([]);
  });

  it('goes through the proxies of the environment, but not to the hosts that NO_PROXY names', async () => {
    const { tls, file } = await certificate();
    const [plain, secure] = [await serving(), await serving({ tls })];
    const { address, asked } = await proxy('user:of-the-proxy');
    const hidden = secure.url.replace('127.0.0.1', 'packages.test');
    const env = {
      HTTP_PROXY: `http://${address}`,
      HTTPS_PROXY: `http://user:of-the-proxy@${address}`,
      NODE_EXTRA_CA_CERTS: file,
    };
    // A name that only the proxy can make something of.
    const tunnelled = await run([hidden, sha256, join(folder, 'tunnelled')], env);
    expect(tunnelled.exitCode, tunnelled.stderr).toBe(0);
    const passedOn = await run([plain.url, sha256, join(folder, 'passed-on')], env);
    expect(passedOn.exitCode, passedOn.stderr).toBe(0);
    expect(asked).toEqual([new URL(hidden).host, plain.url]);
    const direct = await run([plain.url, sha256, join(folder, 'direct')], { ...env, NO_PROXY: '127.0.0.1' });
    expect(direct.exitCode, direct.stderr).toBe(0);
    expect(asked).toHaveLength(2);
  });

  it('tells a proxy that refuses it, and one that is none, without their passwords', async () => {
    const { address } = await proxy('user:of-the-proxy');
    const words = ['https://packages.test/eggroll.tgz', sha256, target];
    const refused = await run(words, { HTTPS_PROXY: `http://user:of-nobody@${address}` });
    expect(refused).toMatchObject({ exitCode: 69, stderr: expect.stringContaining('(407)') });
    const wrong = await run(words, { HTTPS_PROXY: 'http://user:of-nobody@host:port' });
    expect(wrong).toMatchObject({ exitCode: 78, stderr: expect.stringContaining('HTTPS_PROXY') });
    expect(`${refused.stdout}${refused.stderr}${wrong.stdout}${wrong.stderr}`).not.toContain('of-nobody');
  });
});
