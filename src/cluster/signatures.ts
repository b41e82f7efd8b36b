// Signatures as SSH writes them (RFC 4253 section 6.6, RFC 5656, RFC 8332, RFC 8709), made and checked by Node's own crypto.

import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import ssh2, { type ParsedKey } from 'ssh2';
import { mpint, string, wireReader } from './wire.ts';

/** The name that a signature carries, and the digest that it is made of (null where the algorithm brings its own). */
const digests: Readonly<Record<string, string | null>> = {
  'ssh-ed25519': null,
  'ecdsa-sha2-nistp256': 'sha256',
  'ecdsa-sha2-nistp384': 'sha384',
  'ecdsa-sha2-nistp521': 'sha512',
  'rsa-sha2-256': 'sha256',
  'rsa-sha2-512': 'sha512',
  'ssh-rsa': 'sha1',
};

/** Signs `data` under the name of an algorithm that fits the key. Throws for any other. */
export function signatureOf(key: ParsedKey, algorithm: string, data: Buffer): Buffer {
  const digest = digestOf(algorithm);
  const made = sign(digest, data, { key: createPrivateKey(key.getPrivatePEM()), dsaEncoding: 'ieee-p1363' });
  return Buffer.concat([string(algorithm), string(algorithm.startsWith('ecdsa-') ? asPair(made) : made)]);
}

/** Did the owner of a public key (as SSH writes it) sign this? False for what cannot be read. */
export function isSignedBy(publicKey: Buffer, data: Buffer, signature: Buffer): boolean {
  try {
    const key = publicKeyOf(publicKey);
    const reader = wireReader(signature);
    const algorithm = reader.string().toString('latin1');
    const blob = reader.string();
    const raw = algorithm.startsWith('ecdsa-') ? asHalves(blob, halfLength(algorithm)) : blob;
    return verify(digestOf(algorithm), data, { key, dsaEncoding: 'ieee-p1363' }, raw);
  } catch {
    return false;
  }
}

function digestOf(algorithm: string): string | null {
  const digest = digests[algorithm];
  if (digest === undefined) throw new RangeError(`${algorithm} is not a signature algorithm.`);
  return digest;
}

function publicKeyOf(publicKey: Buffer) {
  const parsed = ssh2.utils.parseKey(publicKey);
  if (parsed instanceof Error) throw parsed;
  return createPublicKey(parsed.getPublicPEM());
}

// ECDSA signatures are two numbers; Node has them as two halves of the same length.
function asPair(halves: Buffer): Buffer {
  const middle = halves.length / 2;
  return Buffer.concat([mpint(halves.subarray(0, middle)), mpint(halves.subarray(middle))]);
}

function asHalves(pair: Buffer, length: number): Buffer {
  const reader = wireReader(pair);
  const halves = [reader.string(), reader.string()].map((number) => {
    const digits = number.length > length ? number.subarray(number.length - length) : number;
    return Buffer.concat([Buffer.alloc(length - digits.length), digits]);
  });
  return Buffer.concat(halves);
}

function halfLength(algorithm: string): number {
  return { 'ecdsa-sha2-nistp256': 32, 'ecdsa-sha2-nistp384': 48, 'ecdsa-sha2-nistp521': 66 }[algorithm] ?? 0;
}
