// What files with public keys and detached signatures hold, in the forms of OpenSSL and of minisign. Pure: text and bytes in, values out.

import { createPublicKey } from 'node:crypto';
import { keyBytes, signatureBytes, weaknessOf } from './ed25519.ts';

export interface PublicKey {
  /** The 32 bytes of the key. */
  readonly bytes: Buffer;
  /** Of a key of minisign: its number, as minisign shows it. */
  readonly keyId?: string;
}

export type Signature =
  | { readonly kind: 'openssl'; readonly bytes: Buffer }
  | {
      readonly kind: 'minisign';
      /** Made over the BLAKE2b-512 of the file, as minisign does since 0.8; without it over the file itself. */
      readonly isPrehashed: boolean;
      readonly keyId: string;
      readonly bytes: Buffer;
      /** Without the words before it; its bytes count, as they are signed. */
      readonly trustedComment: Buffer;
      /** By the same key over `bytes` and the trusted comment. */
      readonly globalBytes: Buffer;
    };

/** What is wrong follows on the path of the file: `… holds a private key.` */
export interface Unusable {
  readonly problem: string;
}

const algorithmBytes = 2;
const keyIdBytes = 8;
const headBytes = algorithmBytes + keyIdBytes;

const untrusted = 'untrusted comment:';
const trusted = 'trusted comment: ';

/** PEM (`BEGIN PUBLIC KEY`), or a key file of minisign, with its comment or without. */
export function parsePublicKey(content: Buffer): PublicKey | Unusable {
  const text = content.toString('latin1');
  const key = text.includes('-----BEGIN') ? pemKey(text) : minisignKey(text);
  if ('problem' in key) return key;
  const weakness = weaknessOf(key.bytes);
  return weakness === undefined ? key : { problem: `holds a key that ${weakness}.` };
}

function pemKey(text: string): PublicKey | Unusable {
  if (/-----BEGIN (?:\w+ )*PRIVATE KEY-----/.test(text)) {
    return { problem: 'holds a private key. Keep that one to yourself; the public one belongs here.' };
  }
  const blocks = text.match(/-----BEGIN [^-]*-----/g) ?? [];
  if (blocks.length !== 1 || blocks[0] !== '-----BEGIN PUBLIC KEY-----') {
    return { problem: 'does not hold one public key in PEM (`openssl pkey -pubout` writes it).' };
  }
  try {
    const key = createPublicKey(text);
    if (key.asymmetricKeyType !== 'ed25519') {
      return { problem: `holds a key of another kind (${key.asymmetricKeyType}); Ed25519 is needed.` };
    }
    const bytes = Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url');
    return bytes.length === keyBytes ? { bytes } : { problem: `holds a key of ${bytes.length} bytes.` };
  } catch {
    return { problem: 'holds a damaged public key.' };
  }
}

function minisignKey(text: string): PublicKey | Unusable {
  if (/^untrusted comment:.*secret key/.test(text)) {
    return { problem: 'holds a secret key. Keep that one to yourself; the public one belongs here.' };
  }
  const lines = linesOf(text);
  if (lines[0]?.startsWith(untrusted)) lines.shift();
  const packed = lines.length === 1 ? fromBase64(lines[0] ?? '') : undefined;
  if (packed?.length !== headBytes + keyBytes || !packed.toString('latin1').startsWith('Ed')) {
    return { problem: 'holds neither a public key in PEM nor one of minisign.' };
  }
  return { bytes: packed.subarray(headBytes), keyId: keyIdOf(packed) };
}

/** 64 bytes as OpenSSL writes them, or the same in base64; or a signature file of minisign. */
export function parseSignature(content: Buffer): Signature | Unusable {
  if (content.toString('latin1', 0, untrusted.length) === untrusted) return minisignSignature(content);
  if (content.length === signatureBytes) return { kind: 'openssl', bytes: content };
  const bytes = fromBase64(content.toString('latin1').replace(/\s/g, ''));
  if (bytes?.length === signatureBytes) return { kind: 'openssl', bytes };
  return {
    problem: `holds no signature: it is neither 64 bytes (nor these in base64) nor a file of minisign.`,
  };
}

function minisignSignature(content: Buffer): Signature | Unusable {
  // As Latin-1 each byte stays what it is: the comment is signed, whatever it is written in.
  const [, packedLine = '', commentLine = '', globalLine = '', ...rest] = linesOf(content.toString('latin1'));
  const [packed, globalBytes] = [fromBase64(packedLine), fromBase64(globalLine)];
  const algorithm = packed?.toString('latin1', 0, algorithmBytes) ?? '';
  if (packed?.length !== headBytes + signatureBytes || !/^E[dD]$/.test(algorithm)) {
    return { problem: 'holds a damaged signature of minisign, or one of a kind that is not known.' };
  }
  if (!commentLine.startsWith(trusted) || globalBytes?.length !== signatureBytes || rest.length > 0) {
    return { problem: 'lacks the trusted comment of minisign and its signature, or has more than that.' };
  }
  return {
    kind: 'minisign',
    isPrehashed: algorithm === 'ED',
    keyId: keyIdOf(packed),
    bytes: packed.subarray(headBytes),
    trustedComment: Buffer.from(commentLine.slice(trusted.length), 'latin1'),
    globalBytes,
  };
}

/** Without line ends, those of Windows too, and without empty lines at the end. */
function linesOf(text: string): string[] {
  return text.replace(/(?:\r?\n)+$/, '').split(/\r?\n/);
}

// Node.js skips what is no base64; here nothing may be skipped.
function fromBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

/** minisign shows the number as one of 64 bits, without zeros before it; the lowest byte is the first in the file. */
function keyIdOf(packed: Buffer): string {
  return packed.readBigUInt64LE(algorithmBytes).toString(16).toUpperCase();
}
