import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hostKeyError, keyFingerprint, loadHostKeys } from '../../../src/cluster/host-keys.ts';
import { makeSshKey } from '../../../src/rehearsal/ssh-keys.ts';

// Made by ssh-keygen, as are its fingerprint and the hashed lines below.
const keyText = 'AAAAC3NzaC1lZDI1NTE5AAAAIH2IRyAh2xx1SotrGIfkwVkkWtOZZtt6aIaRpkt0Id6U';
const key = Buffer.from(keyText, 'base64');
const typed = `ssh-ed25519 ${keyText}`;
const otherText = makeSshKey('other').publicLine.split(' ')[1] ?? '';
const other = Buffer.from(otherText, 'base64');

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'host-keys-test-'));
});
afterEach(() => rm(dir, { recursive: true }));

async function hostKeys(text: string) {
  const file = join(dir, 'known_hosts');
  await writeFile(file, text);
  return loadHostKeys([file], join(dir, 'accepted'));
}

async function verdict(text: string, host = 'nm1', port = 22, presented = key) {
  return (await hostKeys(text)).check(host, port, presented);
}

describe('check', () => {
  it.each<[string, string, string, number]>([
    ['a plain name', `nm1 ${typed}`, 'nm1', 22],
    ['a comment behind the key', `nm1 ${typed} root@nm1`, 'nm1', 22],
    ['one name of several', `nm0,nm1,192.0.2.1 ${typed}`, '192.0.2.1', 22],
    ['a name in other letters', `NM1.example ${typed}`, 'nm1.EXAMPLE', 22],
    ['a port', `[nm1]:2222 ${typed}`, 'nm1', 2222],
    ['an IPv6 address', `2001:db8::1 ${typed}`, '2001:db8::1', 22],
    ['an IPv6 address with a port', `[2001:db8::1]:2222 ${typed}`, '2001:db8::1', 2222],
    ['the name without its port', `nm1 ${typed}`, 'nm1', 2222],
    ['*', `*.example ${typed}`, 'nm1.example', 22],
    ['?', `nm? ${typed}`, 'nm1', 22],
    ['* in brackets', `[*.example]:2222 ${typed}`, 'nm1.example', 2222],
    ['a negation for another host', `*,!nm2 ${typed}`, 'nm1', 22],
    ['tabs and blanks', `\t nm1\t${typed}`, 'nm1', 22],
    ['Windows line ends', `# mine\r\n\r\nnm1 ${typed}\r\n`, 'nm1', 22],
    ['no line end', `nm0 ssh-ed25519 ${otherText}\nnm1 ${typed}`, 'nm1', 22],
    ['two keys on record', `nm1 ssh-ed25519 ${otherText}\nnm1 ${typed}`, 'nm1', 22],
    ['a hashed name', `|1|py8N+gjqUAN6QnL8FV/I3tdx808=|44qvCI7Ga2hVNDhMrFnkOkXziBw= ${typed}`, 'node.example', 22],
    ['a hashed port', `|1|KI3Wwj0AFmRxBy3H2ZyucqVjtPQ=|tEnpses1GFU+buwL45LmWLcesfM= ${typed}`, 'Node.example', 2222],
  ])('knows a key by %s', async (_name, text, host, port) => {
    expect(await verdict(text, host, port)).toBe('known');
    expect(await verdict(text, host, port, other)).not.toBe(text.includes(otherText) ? 'unknown' : 'known');
  });

  it.each<[string, string]>([
    ['an empty file', ''],
    ['another host', `nm2 ${typed}`],
    ['a longer name', `nm10,xnm1 ${typed}`],
    ['a dot that is meant as one', `n.1 ${typed}`],
    ['a negation', `nm*,!nm1 ${typed}`],
    ['a comment', `#nm1 ${typed}`],
    ['a certificate authority, which we do not heed', `@cert-authority nm1 ${typed}`],
    ['another port', `[nm1]:2222 ${typed}`],
    ['a hash of another name', `|1|py8N+gjqUAN6QnL8FV/I3tdx808=|44qvCI7Ga2hVNDhMrFnkOkXziBw= ${typed}`],
    ['a broken hash', `|1|py8N+gjqUAN6QnL8FV|x ${typed}\n|1| ${typed}\n|1||| ${typed}`],
    ['lines that are cut short', 'nm1\nnm1 ssh-ed25519'],
  ])('does not know a key by %s', async (_name, text) => {
    expect(await verdict(text)).toBe('unknown');
  });

  it('sees a changed key, of the same type or another', async () => {
    expect(await verdict(`nm1 ${typed}`, 'nm1', 22, other)).toBe('changed');
    expect(await verdict('nm1 ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB')).toBe('changed');
  });

  it('takes another key on record for the host without its port for nothing', async () => {
    expect(await verdict(`nm1 ssh-ed25519 ${otherText}`, 'nm1', 2222)).toBe('unknown');
  });

  it('heeds @revoked before all else', async () => {
    expect(await verdict(`nm1 ${typed}\n@revoked * ${typed}`)).toBe('revoked');
    expect(await verdict(`@revoked\tnm1\t${typed}`)).toBe('revoked');
    expect(await verdict(`@revoked nm1 ${typed}`, 'nm1', 2222)).toBe('revoked');
    expect(await verdict(`@revoked * ${typed}`, 'nm1', 22, other)).toBe('unknown');
  });
});

describe('typesFor', () => {
  it('gives the types on record, each once, without revoked ones', async () => {
    const text = `nm1 ${typed}\nnm* ${typed}\nnm1 ssh-rsa AAAA\n@revoked nm1 ecdsa-sha2-nistp256 AAAA\n`;
    expect((await hostKeys(text)).typesFor('nm1', 22)).toEqual(['ssh-ed25519', 'ssh-rsa']);
    expect((await hostKeys(text)).typesFor('other', 22)).toEqual([]);
  });
});

describe('accept', () => {
  it('records a key for this run and the next, for the owner alone', async () => {
    const keys = await hostKeys('');
    await keys.accept('NM1', 2222, key);
    await keys.accept('nm2', 22, key);
    expect(keys.check('nm1', 2222, key)).toBe('known');
    expect(keys.check('nm1', 22, key)).toBe('unknown');
    const accepted = join(dir, 'accepted');
    expect(await readFile(accepted, 'utf8')).toBe(`[nm1]:2222 ${typed}\nnm2 ${typed}\n`);
    expect((await stat(accepted)).mode & 0o777).toBe(0o600);
    const next = await hostKeys('');
    expect(next.check('nm1', 2222, key)).toBe('known');
    expect(next.check('nm1', 2222, other)).toBe('changed');
  });

  it('records many at once, each line whole', async () => {
    const keys = await hostKeys('');
    const names = Array.from({ length: 20 }, (_, index) => `nm${index}`);
    await Promise.all(names.map((name) => keys.accept(name, 22, key)));
    expect(await readFile(join(dir, 'accepted'), 'utf8')).toBe(names.map((name) => `${name} ${typed}\n`).join(''));
  });

  it('trusts nothing that could not be recorded', async () => {
    const keys = await loadHostKeys([join(dir, 'none')], join(dir, 'gone', 'accepted'));
    await expect(keys.accept('nm1', 22, key)).rejects.toMatchObject({ code: 'DISK_FAILED', exitCode: 10 });
    expect(keys.check('nm1', 22, key)).toBe('unknown');
  });
});

describe('loadHostKeys', () => {
  it('takes a missing file for an empty one, and no other fault', async () => {
    expect((await loadHostKeys([join(dir, 'none')], join(dir, 'none'))).check('nm1', 22, key)).toBe('unknown');
    await expect(loadHostKeys([dir], join(dir, 'none'))).rejects.toThrow('EISDIR');
  });
});

describe('keyFingerprint', () => {
  it('is the one of ssh-keygen', () => {
    expect(keyFingerprint(key)).toBe('SHA256:yctbGa0hGYUcoPfCqIl0eUSXCNfSl6X/5zdgIeLADcU');
  });
});

describe('hostKeyError', () => {
  it.each(['unknown', 'changed', 'revoked'] as const)('shows the key that was refused as %s', (why) => {
    const error = hostKeyError('nm1', 2222, key, why);
    expect(error.exitCode).toBe(77);
    expect(error.message).toContain('ssh-ed25519 SHA256:yctbGa0hGYUcoPfCqIl0eUSXCNfSl6X/5zdgIeLADcU');
  });

  it('says how to get the line of an unknown key, and not of a changed one', () => {
    expect(hostKeyError('nm1', 2222, key, 'unknown').message).toContain('ssh-keyscan -p 2222 nm1');
    expect(hostKeyError('nm1', 2222, key, 'changed').message).not.toContain('ssh-keyscan');
  });
});
