// The program itself with packages that minisign and openssl have signed: what it says, how it ends, and that it connects to nothing before.

import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { packageArchive } from '../support/package-archive.ts';
import { type ConfigFixture, configFixture } from '../unit/config/fixture.ts';

let fixture: ConfigFixture;
let folder: string;
let node: Server;
let connections = 0;
const at = (name: string) => join(folder, name);
const called = (program: string, ...words: string[]) => execFileSync(program, words, { stdio: 'pipe', cwd: folder });

beforeAll(async () => {
  fixture = await configFixture();
  folder = await mkdtemp(join(tmpdir(), 'package-signature-test-'));
  // In the place of the nodes' sshd: it hangs up at once, so that a run that gets so far ends there.
  node = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => node.listen(0, '127.0.0.1', resolve));
  await writeFile(at('eggroll.tar.gz'), packageArchive());
  await writeFile(at('other.tar.gz'), packageArchive([{ name: 'lib/other.jar' }]));
  for (const name of ['key', 'stranger']) called('minisign', '-GWf', '-p', `${name}.pub`, '-s', `${name}.sec`);
  called('openssl', 'genpkey', '-algorithm', 'ed25519', '-out', 'key.pem');
  called('openssl', 'pkey', '-in', 'key.pem', '-pubout', '-out', 'key.pub.pem');
  called('openssl', 'pkeyutl', '-sign', '-rawin', '-inkey', 'key.pem', '-in', 'eggroll.tar.gz', '-out', 'openssl.sig');
  const comment = ['-t', 'EggRoll 2.2.1 as released', '-m', 'eggroll.tar.gz'];
  called('minisign', '-SH', '-s', 'key.sec', '-x', 'hashed.minisig', ...comment);
  called('minisign', '-Sl', '-s', 'key.sec', '-x', 'legacy.minisig', ...comment);
});
afterAll(async () => {
  node.close();
  await rm(folder, { recursive: true, force: true });
  await fixture.dispose();
});
beforeEach(() => {
  connections = 0;
});

async function plan(env: Record<string, string>): Promise<{ exitCode: number; output: string }> {
  const address = node.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  const main = join(import.meta.dirname, '../../src/cli/main.ts');
  const lists = { NM_FILE: at('nm'), RS_FILE: at('rs') };
  await writeFile(lists.NM_FILE, `127.0.0.1:${address.port}\n`);
  await writeFile(lists.RS_FILE, '');
  const all = {
    PATH: process.env['PATH'] ?? '',
    ...fixture.env,
    ...lists,
    MYSQL_FILE: 'none',
    OUTPUT: 'plain',
    ...env,
  };
  return await new Promise((resolve) => {
    const child = execFile(process.execPath, [main, 'plan'], { env: all }, (_, stdout, stderr) =>
      resolve({ exitCode: child.exitCode ?? -1, output: stdout + stderr }),
    );
  });
}

const signedBy = (key: string, signature: string, archive = 'eggroll.tar.gz') => ({
  PKG_BASE_PATH: at(archive),
  PKG_PUBLIC_KEY_FILE: at(key),
  PKG_SIGNATURE_FILE: at(signature),
});

describe('a signed package', () => {
  it.each([
    ['hashed.minisig', 'key.pub', 'minisign, key'],
    ['legacy.minisig', 'key.pub', 'trusted comment: EggRoll 2.2.1 as released'],
    ['openssl.sig', 'key.pub.pem', '(Ed25519)'],
  ])('is taken with %s, which is told, and then the nodes are connected to', async (signature, key, words) => {
    const { exitCode, output } = await plan(signedBy(key, signature));
    expect(output).toContain(`The signature ${at(signature)} of the package holds`);
    expect(output).toContain(words);
    expect(exitCode).toBe(69);
    expect(connections).toBeGreaterThan(0);
  });

  it('tells the number of the key as minisign does', async () => {
    const [, number] = /public key (\w+)/.exec(await readFile(at('key.pub'), 'utf8')) ?? [];
    expect((await plan(signedBy('key.pub', 'hashed.minisig'))).output).toContain(`(minisign, key ${number})`);
  });

  it.each([
    ['another archive, hashed', signed('key.pub', 'hashed.minisig', 'other.tar.gz'), 65],
    ['another archive, as it is', signed('key.pub', 'legacy.minisig', 'other.tar.gz'), 65],
    ['another archive, by openssl', signed('key.pub.pem', 'openssl.sig', 'other.tar.gz'), 65],
    ['the key of somebody else', signed('stranger.pub', 'hashed.minisig'), 65],
    ['a key that is none', signed('eggroll.tar.gz', 'hashed.minisig'), 78],
    ['the secret key', signed('key.sec', 'hashed.minisig'), 78],
    ['no key file', signed('none', 'hashed.minisig'), 78],
    ['no signature file', signed('key.pub', 'none'), 78],
  ])('is refused with %s, and nothing is connected to', async (_, files, expected) => {
    const { exitCode, output } = await plan(files());
    expect(output).toMatch(expected === 65 ? /ERROR SIGNATURE_INVALID/ : /ERROR CONFIG_INVALID PKG_/);
    expect(output).not.toContain('of the package holds');
    expect([exitCode, connections]).toEqual([expected, 0]);
  });
});

function signed(...words: Parameters<typeof signedBy>) {
  return () => signedBy(...words);
}
