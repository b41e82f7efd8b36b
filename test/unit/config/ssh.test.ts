import { chmod } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/config.ts';
import { pemLine } from '../../support/pem.ts';
import { type ConfigFixture, configFixture, findingsOf, makeKey, privateKey, publicKey } from './fixture.ts';

const encrypted = makeKey({
  passphrase: 'open sesame',
  cipher: 'aes256-ctr',
  rounds: 4,
});

let fixture: ConfigFixture;
beforeEach(async () => {
  fixture = await configFixture();
});
afterEach(() => fixture.dispose());

const withKey = async (text: string) => ({ ...fixture.env, SSH_PRIVATE_KEY_FILE: await fixture.write('key', text) });

describe('the SSH part', () => {
  it('takes a key that its group may read', async () => {
    await chmod(fixture.env['SSH_PRIVATE_KEY_FILE'] ?? '', 0o640);
    expect((await loadConfig(fixture.env)).ssh.privateKey).toBe(privateKey);
  });

  it('takes an encrypted key with its passphrase', async () => {
    const env = await withKey(encrypted.private);
    expect((await loadConfig({ ...env, SSH_PASSPHRASE: 'open sesame' })).ssh.passphrase).toBe('open sesame');
  });

  it('says whether the passphrase is missing or wrong', async () => {
    const env = await withKey(encrypted.private);
    expect(await findingsOf(env)).toMatchObject([
      { where: 'SSH_PRIVATE_KEY_FILE', found: expect.stringContaining('is encrypted, and there is no passphrase') },
    ]);
    expect(await findingsOf({ ...env, SSH_PASSPHRASE: 'wrong' })).toMatchObject([{ where: 'SSH_PASSPHRASE' }]);
  });

  it('refuses an encrypted key whose number of rounds nobody could wait for', async () => {
    const bytes = Buffer.from(encrypted.private.replace(/-----[^-]+-----|\s/g, ''), 'base64');
    // The number stands before the count of keys, after the salt of 16 bytes.
    bytes.writeUInt32BE(2 ** 31, bytes.indexOf('bcrypt') + 'bcrypt'.length + 4 + 4 + 16);
    const [begin, end] = [pemLine('BEGIN', 'OPENSSH PRIVATE'), pemLine('END', 'OPENSSH PRIVATE')];
    const text = `${begin}\n${bytes.toString('base64')}\n${end}\n`;
    expect(await findingsOf({ ...(await withKey(text)), SSH_PASSPHRASE: 'open sesame' })).toMatchObject([
      { where: 'SSH_PRIVATE_KEY_FILE', found: expect.stringContaining('wants 2147483648 rounds of bcrypt') },
    ]);
  });

  it('shows an account that is none short, and without a password', async () => {
    expect(await findingsOf({ ...fixture.env, SSH_USER: 'root:secret@nm1' })).toMatchObject([
      { where: 'SSH_USER', found: '"root:***@nm1" is not an account name.' },
    ]);
    expect((await findingsOf({ ...fixture.env, SSH_USER: 'a'.repeat(9999) }))[0]?.found.length).toBeLessThan(200);
  });

  it('refuses a public key, and what is no key', async () => {
    expect(await findingsOf(await withKey(publicKey))).toMatchObject([
      { found: expect.stringContaining('holds a public key') },
    ]);
    expect(await findingsOf({ ...(await withKey('hello')), SSH_PASSPHRASE: 'x' })).toMatchObject([
      { where: 'SSH_PRIVATE_KEY_FILE', found: expect.stringContaining('is not a private key') },
    ]);
  });

  it('needs no key beside a password, but refuses a named one that is missing', async () => {
    const { SSH_PRIVATE_KEY_FILE: _, ...env } = fixture.env;
    const { ssh } = await loadConfig({ ...env, SSH_PASSWORD: 'secret' });
    expect(ssh).toMatchObject({ password: 'secret' });
    expect(ssh).not.toHaveProperty('privateKey');
    expect(await findingsOf({ ...env, SSH_PASSWORD: 'secret', SSH_PRIVATE_KEY_FILE: '/nowhere/id' })).toMatchObject([
      { where: 'SSH_PRIVATE_KEY_FILE' },
    ]);
  });

  it('needs known_hosts only for strict checking', async () => {
    const env = { ...fixture.env, SSH_KNOWN_HOSTS_FILE: '/nowhere/known_hosts' };
    expect(await findingsOf(env)).toMatchObject([{ where: 'SSH_KNOWN_HOSTS_FILE' }]);
    expect((await loadConfig({ ...env, SSH_HOST_KEY_CHECKING: 'accept-new' })).ssh.knownHostsFile).toBe(
      '/nowhere/known_hosts',
    );
  });
});
