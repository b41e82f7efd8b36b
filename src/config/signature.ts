// The detached signature of a package: PKG_SIGNATURE_FILE, made by the owner of PKG_PUBLIC_KEY_FILE.

import type { Finding } from '../engine/errors.ts';
import { isSignedBy } from './ed25519.ts';
import { readFileBytes } from './files.ts';
import { invalid } from './invalid.ts';
import { onOneLine } from './shown.ts';
import { type PublicKey, parsePublicKey, parseSignature, type Signature, type Unusable } from './signature-files.ts';
import type { SignatureFiles } from './types.ts';

export interface DetachedSignature {
  readonly key: PublicKey;
  readonly signature: Signature;
  /** For messages. */
  readonly file: string;
}

export interface SignatureReading {
  /** Absent when there are findings. */
  readonly signature?: DetachedSignature;
  readonly findings: readonly Finding[];
}

/**
 * Reads and checks both files, and whether they belong together. Findings are CONFIG_INVALID for a file that cannot be read and a key
 * that is none, SIGNATURE_INVALID for what is no signature of that key.
 */
export async function readSignature(files: SignatureFiles): Promise<SignatureReading> {
  const key = await readWith('PKG_PUBLIC_KEY_FILE', files.publicKeyFile, parsePublicKey, invalid);
  const signature = await readWith('PKG_SIGNATURE_FILE', files.signatureFile, parseSignature, notSigned);
  if (key.value === undefined || signature.value === undefined) {
    return { findings: [...key.findings, ...signature.findings] };
  }
  const file = onOneLine(files.signatureFile);
  const problem = mismatchOf(key.value, signature.value);
  if (problem !== undefined) return { findings: [notSigned('PKG_SIGNATURE_FILE', `${file} ${problem}`)] };
  return { signature: { key: key.value, signature: signature.value, file }, findings: [] };
}

async function readWith<T extends object>(
  name: string,
  path: string,
  parse: (content: Buffer) => T | Unusable,
  refuse: (where: string, found: string) => Finding,
): Promise<{ value?: T; findings: readonly Finding[] }> {
  const file = await readFileBytes(path);
  if ('problem' in file) return { findings: [invalid(name, file.problem)] };
  const value = parse(file.bytes);
  return 'problem' in value
    ? { findings: [refuse(name, `${onOneLine(path)} ${value.problem}`)] }
    : { value, findings: [] };
}

/** Why a signature cannot be one of that key, whatever it was made over. */
function mismatchOf(key: PublicKey, signature: Signature): string | undefined {
  if (signature.kind === 'openssl') {
    return key.keyId === undefined ? undefined : 'is no signature of minisign, but the key is one of minisign.';
  }
  if (key.keyId === undefined) return 'is a signature of minisign, but the key is one in PEM.';
  if (key.keyId !== signature.keyId) {
    return `was made with the key ${signature.keyId}, but PKG_PUBLIC_KEY_FILE holds ${key.keyId}.`;
  }
  const signed = Buffer.concat([signature.bytes, signature.trustedComment]);
  if (isSignedBy(key.bytes, signed, signature.globalBytes)) return undefined;
  return 'has a trusted comment that the owner of the key has not signed.';
}

/** What was proven, for people. */
export function signatureWords({ key, signature, file }: DetachedSignature): string {
  if (signature.kind === 'openssl') return `The signature ${file} of the package holds (Ed25519).`;
  const comment = onOneLine(signature.trustedComment.toString('utf8'));
  return `The signature ${file} of the package holds (minisign, key ${key.keyId}), trusted comment: ${comment}`;
}

export function notSigned(where: string, found: string): Finding {
  return { code: 'SIGNATURE_INVALID', where, found };
}
