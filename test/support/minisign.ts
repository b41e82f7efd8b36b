// Keys and signatures in minisign's formats, written from their description and not by the code under test.

import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

export interface MinisignKey {
  readonly id: Buffer;
  readonly privateKey: KeyObject;
  /** The key file; `lineEnd` as Windows or anybody else has it. */
  file(lineEnd?: string): string;
}

export interface SigningOptions {
  /** `Ed`: over the file itself, as before minisign 0.8. */
  readonly algorithm?: 'ED' | 'Ed';
  readonly trustedComment?: string;
  readonly lineEnd?: string;
}

export function rawPublicKey(key: KeyObject): Buffer {
  return Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url');
}

export function minisignKey(): MinisignKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const id = randomBytes(8);
  return { id, privateKey, file: (lineEnd) => minisignKeyFile(id, rawPublicKey(publicKey), lineEnd) };
}

export function minisignKeyFile(id: Buffer, key: Buffer, lineEnd = '\n'): string {
  const packed = Buffer.concat([Buffer.from('Ed'), id, key]).toString('base64');
  return [`untrusted comment: minisign public key`, packed, ''].join(lineEnd);
}

export function minisign(key: MinisignKey, content: Buffer, options: SigningOptions = {}): string {
  const { algorithm = 'ED', trustedComment = 'timestamp:1700000000\tfile:eggroll.tar.gz', lineEnd = '\n' } = options;
  const message = algorithm === 'ED' ? createHash('blake2b512').update(content).digest() : content;
  const signature = sign(null, message, key.privateKey);
  const global = sign(null, Buffer.concat([signature, Buffer.from(trustedComment)]), key.privateKey);
  return [
    'untrusted comment: signature from a test',
    Buffer.concat([Buffer.from(algorithm), key.id, signature]).toString('base64'),
    `trusted comment: ${trustedComment}`,
    global.toString('base64'),
    '',
  ].join(lineEnd);
}
