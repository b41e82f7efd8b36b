// Session and dump over an encrypted connection, or a plain one, as MYSQL_TLS says: the two must not differ.

import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectDatabase } from '../../../src/database/database.ts';
import { dumpDatabase, proveBackup } from '../../../src/database/dump.ts';
import type { Flavour } from '../../support/containers.ts';
import { withSiblings } from '../../support/extent.ts';
import { schema20, startServer, type TestServer, withDatabase } from '../../support/mysql.ts';

describe.each(withSiblings<Flavour>(['mysql'], ['mariadb']))('encryption with %s', (flavour) => {
  let folder: string;
  let server: TestServer;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'eggroll-upgrade-tls-'));
    await chmod(folder, 0o755);
    await makeCertificate('server');
    await makeCertificate('other');
    const files = { ca: 'server.pem', cert: 'server.pem', key: 'server.key' };
    const options = Object.entries(files).map(([name, file]) => `--ssl-${name}=${join(folder, file)}`);
    server = await startServer(flavour, options, [folder]);
  });
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  /** A certificate that vouches for itself, for every name by which a test reaches its server. */
  async function makeCertificate(name: string): Promise<void> {
    const [key, certificate] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)];
    const names = 'subjectAltName=DNS:localhost,IP:127.0.0.1,IP:172.17.0.1';
    const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', `/CN=${name}`];
    execFileSync('openssl', [...request, '-addext', names, '-keyout', key, '-out', certificate], { stdio: 'pipe' });
    await chmod(key, 0o644);
  }

  const authority = async (name: string) => {
    const tlsCaFile = join(folder, `${name}.pem`);
    return { tls: 'verify' as const, tlsCaFile, tlsCa: await readFile(tlsCaFile, 'utf8') };
  };

  it.each([
    ['off', false],
    ['preferred', true],
    ['required', true],
    ['verify', true],
  ] as const)('MYSQL_TLS=%s holds for the session and for the dump', async (tls, encrypted) => {
    const config = { ...(await server.createDatabase()), ...(tls === 'verify' ? await authority('server') : { tls }) };
    await server.asRoot(schema20, config.name);
    const dir = await mkdtemp(join(server.tools.tempDir, 'backup-'));
    await withDatabase(config, async (db) => {
      expect(db.encrypted).toBe(encrypted);
      const backup = await proveBackup(db, config, await dumpDatabase(db, config, dir, server.tools));
      expect(backup.proven).toBe(true);
    });
  });

  it('refuses a server that the given certificate does not vouch for', async () => {
    const config = { ...(await server.createDatabase()), ...(await authority('other')) };
    await expect(connectDatabase(config)).rejects.toMatchObject({ code: 'DATABASE_LOGIN_REFUSED', exitCode: 77 });
  });

  it('does not dump from a server that the given certificate does not vouch for', async () => {
    const config = await server.createDatabase();
    const dir = await mkdtemp(join(server.tools.tempDir, 'backup-'));
    const wrong = { ...config, ...(await authority('other')) };
    await withDatabase(config, async (db) => {
      await expect(dumpDatabase(db, wrong, dir, server.tools)).rejects.toMatchObject({ code: 'BACKUP_FAILED' });
    });
  });
});
