import { execFileSync } from 'node:child_process';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { mkdtemp, readdir, readFile, readlink, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, assert, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openArchiveFile } from '../../../src/config/archive-file.ts';
import { archiveProof } from '../../../src/config/archive-proof.ts';
import { openPackage } from '../../../src/config/package.ts';
import type { DetachedSignature } from '../../../src/config/signature.ts';
import { type Finding, UpgradeError } from '../../../src/engine/errors.ts';
import { type MinisignKey, minisign, minisignKey, minisignKeyFile, rawPublicKey } from '../../support/minisign.ts';
import { packageArchive } from '../../support/package-archive.ts';
import { pemLine } from '../../support/pem.ts';

const archive = packageArchive();
const otherArchive = packageArchive([{ name: 'lib/evil.jar', content: Buffer.from('evil') }]);
const key = minisignKey();
const otherKey = minisignKey();
const pair = generateKeyPairSync('ed25519');
const pemOf = (publicKey = pair.publicKey) => publicKey.export({ type: 'spki', format: 'pem' }).toString();
const opensslSignature = sign(null, archive, pair.privateKey);

let folder: string;
let path: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signature-test-'));
  path = join(folder, 'eggroll.tar.gz');
});
beforeEach(() => writeFile(path, archive));
afterAll(() => rm(folder, { recursive: true, force: true }));

const files = () => ({ signatureFile: join(folder, 'package.sig'), publicKeyFile: join(folder, 'key.pub') });

async function open(publicKey: string | Buffer, signature: string | Buffer, more: { sha256?: string } = {}) {
  await writeFile(files().publicKeyFile, publicKey);
  await writeFile(files().signatureFile, signature);
  return await openPackage(path, { tmpDir: join(folder, 'tmp'), signature: files(), ...more });
}

/** The words of what was proven. */
async function proven(publicKey: string | Buffer, signature: string | Buffer): Promise<string> {
  const opened = await open(publicKey, signature);
  await opened.dispose();
  return opened.proofs.join('\n');
}

async function refused(opening: Promise<unknown>): Promise<UpgradeError> {
  const outcome = await opening.catch((error: unknown) => error);
  assert(outcome instanceof UpgradeError, `expected an UpgradeError, got ${JSON.stringify(outcome)}`);
  // Nothing was unpacked.
  expect(await readdir(join(folder, 'tmp')).catch(() => [])).toEqual([]);
  return outcome;
}

async function expectWrongSignature(publicKey: string | Buffer, signature: string | Buffer): Promise<Finding> {
  const { exitCode, findings } = await refused(open(publicKey, signature));
  expect([exitCode, ...findings.map(({ code }) => code)]).toEqual([65, 'SIGNATURE_INVALID']);
  return findings[0];
}

async function expectWrongKey(publicKey: string | Buffer, signature: string | Buffer, words: string): Promise<void> {
  const { exitCode, findings } = await refused(open(publicKey, signature));
  expect(exitCode).toBe(78);
  expect(findings).toEqual([
    { code: 'CONFIG_INVALID', where: 'PKG_PUBLIC_KEY_FILE', found: expect.stringContaining(words) },
  ]);
}

const flipped = (bytes: Buffer, at: number) => {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
};

describe('a signature by OpenSSL', () => {
  it('holds as openssl itself makes it, with the key that it writes', async () => {
    const [secret, publicFile, signature] = ['secret.pem', 'public.pem', 'made.sig'].map((name) => join(folder, name));
    const openssl = (...words: (string | undefined)[]) => execFileSync('openssl', words.map(String), { stdio: 'pipe' });
    openssl('genpkey', '-algorithm', 'ed25519', '-out', secret);
    openssl('pkey', '-in', secret, '-pubout', '-out', publicFile);
    openssl('pkeyutl', '-sign', '-rawin', '-inkey', secret, '-in', path, '-out', signature);
    const made = await readFile(String(signature));
    const words = await proven(await readFile(String(publicFile)), made);
    expect(words).toBe(`The signature ${files().signatureFile} of the package holds (Ed25519).`);
    const encoded = openssl('base64', '-in', signature);
    expect(await proven(await readFile(String(publicFile)), encoded)).toBe(words);
  });

  it('holds in base64 on one line and on several, with line ends of Windows in both files', async () => {
    const base64 = opensslSignature.toString('base64');
    for (const text of [base64, `${base64}\r\n`, `${base64.slice(0, 64)}\n${base64.slice(64)}\n`]) {
      await proven(pemOf().replaceAll('\n', '\r\n'), text);
    }
  });

  it('is refused with any of its bytes changed', async () => {
    for (let at = 0; at < opensslSignature.length; at += 1) {
      await expectWrongSignature(pemOf(), flipped(opensslSignature, at));
    }
  }, 120_000);

  it('is refused with any letter of its base64 changed, the unused bits at its end too', async () => {
    const text = Buffer.from(opensslSignature.toString('base64'));
    for (let at = 0; at < text.length; at += 1) await expectWrongSignature(pemOf(), flipped(text, at));
  }, 120_000);

  it('is refused in its second form, which verifies where S is not bounded', async () => {
    const order = 2n ** 252n + 27742317777372353535851937790883648493n;
    const s = BigInt(`0x${Buffer.from(opensslSignature.subarray(32)).reverse().toString('hex')}`) + order;
    const second = Buffer.from(s.toString(16).padStart(64, '0'), 'hex').reverse();
    await expectWrongSignature(pemOf(), Buffer.concat([opensslSignature.subarray(0, 32), second]));
  });

  it.each([0, 1, 32, 63, 65, 128])('is refused with %i bytes', async (length) => {
    const { where, found } = await expectWrongSignature(pemOf(), Buffer.alloc(length, opensslSignature));
    expect([where, found]).toEqual(['PKG_SIGNATURE_FILE', expect.stringContaining('holds no signature')]);
  });

  it('is refused for another key and for another file', async () => {
    await expectWrongSignature(pemOf(generateKeyPairSync('ed25519').publicKey), opensslSignature);
    await writeFile(path, otherArchive);
    expect(await expectWrongSignature(pemOf(), opensslSignature)).toEqual({
      code: 'SIGNATURE_INVALID',
      where: path,
      found: `It is not the file that the signature ${files().signatureFile} was made for, or the key is another one.`,
    });
  });

  it('is refused for the archive with a byte more', async () => {
    // What follows the compressed part is no concern of gzip, but it was not signed.
    await writeFile(path, Buffer.concat([archive, Buffer.alloc(1)]));
    const { findings } = await refused(open(pemOf(), opensslSignature));
    expect(findings.map(({ code }) => code)).toContain('SIGNATURE_INVALID');
  });

  it('is not read into memory for an archive above the limit', async () => {
    await truncate(path, 512 * 1024 * 1024 + 1);
    const { findings } = await refused(open(pemOf(), opensslSignature));
    expect(findings[0]).toMatchObject({
      code: 'SIGNATURE_INVALID',
      found: 'It has 536870913 bytes, and a signature of this kind is verified in memory, up to 536870912 bytes.',
      remedy: expect.stringContaining('minisign'),
    });
  }, 60_000);
});

describe.each(['ED', 'Ed'] as const)('a signature by minisign of the kind %s', (algorithm) => {
  const signed = (by: MinisignKey = key, trustedComment?: string) =>
    minisign(by, archive, { algorithm, ...(trustedComment !== undefined && { trustedComment }) });

  it('holds, and its trusted comment is told', async () => {
    const id = Buffer.from(key.id).reverse().toString('hex').toUpperCase();
    expect(await proven(key.file(), signed(key, 'EggRoll 2.2.1, пакет\u001b[31m'))).toBe(
      `The signature ${files().signatureFile} of the package holds (minisign, key ${id}), trusted comment: EggRoll 2.2.1, пакет\\u001b[31m`,
    );
  });

  it('holds with line ends of Windows, a key without its comment, and an empty comment', async () => {
    await proven(key.file('\r\n'), minisign(key, archive, { algorithm, lineEnd: '\r\n' }));
    await proven(key.file().split('\n')[1] ?? '', signed());
    await proven(key.file(), signed(key, ''));
  });

  it('is refused with any byte of its file changed but those of the untrusted comment', async () => {
    const file = Buffer.from(signed());
    const [first = 0, end = file.length] = [file.indexOf('\n') + 1, file.length - 1];
    for (let at = first; at < end; at += 1) await expectWrongSignature(key.file(), flipped(file, at));
    await proven(key.file(), Buffer.concat([Buffer.from('untrusted comment: another'), file.subarray(first - 1)]));
  }, 120_000);

  it('is refused when it is cut off anywhere', async () => {
    const file = Buffer.from(signed());
    for (let length = 0; length < file.length - 1; length += 1) {
      await expectWrongSignature(key.file(), file.subarray(0, length));
    }
  }, 120_000);

  it('is refused for another key, with the same number too', async () => {
    expect((await expectWrongSignature(otherKey.file(), signed())).found).toContain('was made with the key');
    const sameNumber: MinisignKey = { ...otherKey, id: key.id };
    await expectWrongSignature(key.file(), signed(sameNumber));
  });

  it('is refused for another file, and as a signature of the other kind', async () => {
    const swapped = signed().split('\n');
    const packed = Buffer.from(swapped[1] ?? '', 'base64');
    packed.write(algorithm === 'ED' ? 'Ed' : 'ED');
    swapped[1] = packed.toString('base64');
    await expectWrongSignature(key.file(), swapped.join('\n'));
    await writeFile(path, otherArchive);
    await expectWrongSignature(key.file(), signed());
  });

  it('is refused with the comment of another signature of the same owner', async () => {
    const [lines, others] = [signed(), minisign(key, otherArchive, { trustedComment: 'another' })].map((file) =>
      file.split('\n'),
    );
    const mixed = [...(lines ?? []).slice(0, 2), ...(others ?? []).slice(2)].join('\n');
    expect((await expectWrongSignature(key.file(), mixed)).found).toContain('has not signed');
  });
});

describe('files of a signature', () => {
  it('have to be of one kind', async () => {
    const found = [
      (await expectWrongSignature(pemOf(), minisign(key, archive))).found,
      (await expectWrongSignature(key.file(), opensslSignature)).found,
    ];
    expect(found).toEqual([expect.stringContaining('but the key is one in PEM'), expect.stringContaining('minisign')]);
  });

  it('are named with everything else that is wrong, at once', async () => {
    await writeFile(path, packageArchive([{ name: 'bin/a', type: '1' }]));
    const { exitCode, findings } = await refused(open('no key', 'no signature', { sha256: 'a'.repeat(64) }));
    expect(exitCode).toBe(78);
    expect(findings.map(({ code, where }) => `${code} ${where}`)).toEqual([
      `PACKAGE_INVALID ${path}`,
      `PACKAGE_INVALID ${path}`,
      'CONFIG_INVALID PKG_PUBLIC_KEY_FILE',
      'SIGNATURE_INVALID PKG_SIGNATURE_FILE',
    ]);
  });

  it('that are not there are named, both', async () => {
    const signature = { signatureFile: join(folder, 'none.sig'), publicKeyFile: join(folder, 'none.pub') };
    const { exitCode, findings } = await refused(openPackage(path, { tmpDir: join(folder, 'tmp'), signature }));
    expect(exitCode).toBe(78);
    expect(findings).toEqual([
      {
        code: 'CONFIG_INVALID',
        where: 'PKG_PUBLIC_KEY_FILE',
        found: `${signature.publicKeyFile} cannot be read: it does not exist.`,
      },
      {
        code: 'CONFIG_INVALID',
        where: 'PKG_SIGNATURE_FILE',
        found: `${signature.signatureFile} cannot be read: it does not exist.`,
      },
    ]);
  });

  it('that are not there are named beside a package that is not there', async () => {
    const signature = { signatureFile: join(folder, 'none.sig'), publicKeyFile: join(folder, 'none.pub') };
    const { findings } = await refused(
      openPackage(join(folder, 'none'), { tmpDir: folder, signature }).catch((error) => error),
    );
    expect(findings).toHaveLength(3);
  });

  it('have no use for a folder', async () => {
    await writeFile(files().publicKeyFile, pemOf());
    await writeFile(files().signatureFile, opensslSignature);
    const { exitCode, findings } = await refused(
      openPackage(folder, { tmpDir: join(folder, 'tmp'), signature: files() }),
    );
    expect(exitCode).toBe(65);
    expect(findings.map(({ found }) => found)).toContain(
      'PKG_SIGNATURE_FILE is set, but this is a folder: only an archive can be signed.',
    );
  });
});

describe('a public key', () => {
  it.each([
    ['is empty', () => '', 'neither a public key in PEM nor one of minisign'],
    ['is the private one', () => pair.privateKey.export({ type: 'pkcs8', format: 'pem' }), 'holds a private key'],
    [
      'is a secret key of minisign',
      () => 'untrusted comment: minisign encrypted secret key\nRWQ=\n',
      'holds a secret key',
    ],
    [
      'is of another kind',
      () => pemOf(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey),
      'another kind (rsa)',
    ],
    ['is of a curve that is no Ed25519', () => pemOf(generateKeyPairSync('ed448').publicKey), 'another kind (ed448)'],
    ['is there twice', () => pemOf() + pemOf(), 'does not hold one public key'],
    ['is cut off', () => `${pemLine('BEGIN', 'PUBLIC')}\nMCowBQYDK2VwAyEA\n${pemLine('END', 'PUBLIC')}\n`, 'damaged'],
    ['is one of minisign with a byte less', () => minisignKeyFile(key.id, Buffer.alloc(31, 7)), 'neither a public key'],
    ['is one of minisign with a byte more', () => minisignKeyFile(key.id, Buffer.alloc(33, 7)), 'neither a public key'],
  ])('that %s is refused', async (_, make, words) => {
    await expectWrongKey(make(), opensslSignature, words);
  });

  // RFC 8032's encoding of y, the lowest byte first; the highest bit is the sign of x.
  const encoded = (y: bigint, sign = 0) => {
    const bytes = Buffer.from(y.toString(16).padStart(64, '0'), 'hex').reverse();
    bytes[31] = (bytes[31] ?? 0) | (sign << 7);
    return bytes;
  };
  const prime = 2n ** 255n - 19n;
  const eighth = Buffer.from('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05', 'hex');
  const eighthY = BigInt(`0x${Buffer.from(eighth).reverse().toString('hex')}`);

  it.each([
    ['order 1', encoded(1n)],
    ['order 2', encoded(prime - 1n)],
    ['order 4', encoded(0n)],
    ['order 4, the other', encoded(0n, 1)],
    ['order 8', encoded(eighthY)],
    ['order 8, the second', encoded(eighthY, 1)],
    ['order 8, the third', encoded(prime - eighthY)],
    ['order 8, the fourth', encoded(prime - eighthY, 1)],
  ])('of low order is refused in both formats: %s', async (_, weak) => {
    await expectWrongKey(minisignKeyFile(key.id, weak), minisign(key, archive), 'low order');
    const prefix = Buffer.from('302a300506032b6570032100', 'hex');
    const der = Buffer.concat([prefix, weak]).toString('base64');
    const pem = `${pemLine('BEGIN', 'PUBLIC')}\n${der}\n${pemLine('END', 'PUBLIC')}\n`;
    await expectWrongKey(pem, opensslSignature, 'low order');
  });

  it.each([
    ['is written in a second form', encoded(prime + 3n), 'is not written as a key'],
    ['is the number one in a second form', encoded(prime + 1n), 'is not written as a key'],
    ['is no point of the curve', encoded(2n), 'is no point of the curve'],
  ])('that %s is refused', async (_, bytes, words) => {
    await expectWrongKey(minisignKeyFile(key.id, bytes), minisign(key, archive), words);
  });

  it('that is sound is never taken for a weak one', async () => {
    for (let round = 0; round < 50; round += 1) {
      const made = generateKeyPairSync('ed25519');
      await proven(pemOf(made.publicKey), sign(null, archive, made.privateKey));
    }
  }, 120_000);
});

describe('what is verified is what is unpacked', () => {
  it('also of an archive that is no longer what was scanned once it is read into memory', async () => {
    const signed: DetachedSignature = {
      key: { bytes: rawPublicKey(pair.publicKey) },
      signature: { kind: 'openssl', bytes: opensslSignature },
      file: 'package.sig',
    };
    await writeFile(path, otherArchive);
    const file = await openArchiveFile(path);
    if (!file) throw new Error('It is a file.');
    await using open = { ...file, sizeBytes: archive.length, readWhole: async () => archive };
    const proof = archiveProof(path, open, undefined, signed);
    await open.readThrough(proof.hashes).finish();
    expect((await proof.findings()).map(({ found }) => found)).toEqual(['It was changed while it was read.']);
  });

  it('to the last byte, also where the archive is damaged, so that a signature that holds is no finding', async () => {
    const text = Buffer.alloc(3_000_000, 'no archive ');
    await writeFile(path, text);
    const { findings } = await refused(open(pemOf(), sign(null, text, pair.privateKey)));
    expect(findings.map(({ code }) => code)).toEqual(['PACKAGE_INVALID']);
  });

  it('whatever takes the place of the archive meanwhile', async () => {
    const digest = createHash('sha256').update(archive).digest('hex');
    const other = join(folder, 'other.tar.gz');
    await writeFile(other, 'no archive at all');
    const opening = open(key.file(), minisign(key, archive), { sha256: digest });
    // It takes the name for good once the archive is open, which is when its readings begin.
    const swapping = (async () => {
      while (!(await isOpen(path))) await new Promise((resolve) => setImmediate(resolve));
      await rename(other, path);
    })();
    const opened = await opening;
    await swapping;
    expect(await readFile(path, 'utf8')).toBe('no archive at all');
    expect(await readdir(join(opened.root, 'lib'))).toEqual(['eggroll-core-2.2.1.jar']);
    await opened.dispose();
  });
});

/** Whether this process has the file open. */
async function isOpen(name: string): Promise<boolean> {
  const numbers = await readdir('/proc/self/fd');
  const names = await Promise.all(numbers.map((number) => readlink(`/proc/self/fd/${number}`).catch(() => '')));
  return names.includes(name);
}
