// Whether an archive is the one that PKG_SHA256 and the signature tell of, found while it is read.

import { createHash, type Hash } from 'node:crypto';
import type { Finding } from '../engine/errors.ts';
import type { Fixed } from '../messages/phrases.ts';
import type { ArchiveFile } from './archive-file.ts';
import { isSignedBy } from './ed25519.ts';
import { type DetachedSignature, notSigned, signatureWords } from './signature.ts';

export interface ArchiveProof {
  /** To be fed with every byte of the archive before findings are asked for. */
  readonly hashes: readonly Hash[];
  /** What is wrong; nothing for the right archive. */
  findings(): Promise<readonly Finding[]>;
  /** What is proven when nothing is wrong, for people. */
  readonly words: readonly string[];
}

/** Node.js verifies Ed25519 over a text that is in memory as a whole. */
const largestInMemoryBytes = 512 * 1024 * 1024;

/** What is asked for: a digest, a signature, both or nothing. `path` names the archive in findings. */
export function archiveProof(
  path: string,
  file: ArchiveFile,
  expected: string | undefined,
  signed: DetachedSignature | undefined,
): ArchiveProof {
  const isReadWhole = signed && !isPrehashed(signed) && file.sizeBytes <= largestInMemoryBytes;
  const digests = {
    sha256: expected !== undefined || isReadWhole ? createHash('sha256') : undefined,
    blake2b: signed && isPrehashed(signed) ? createHash('blake2b512') : undefined,
  };
  return {
    hashes: Object.values(digests).filter((hash) => hash !== undefined),
    async findings() {
      const actual = digests.sha256?.digest('hex') ?? '';
      const wrongDigest =
        expected === undefined || actual === expected.toLowerCase() ? [] : [otherDigest(path, actual, expected)];
      if (!signed) return wrongDigest;
      const problem = digests.blake2b
        ? signatureProblem(signed, digests.blake2b.digest())
        : await problemInMemory(file, signed, actual);
      return problem === undefined ? wrongDigest : [...wrongDigest, { ...notSigned(path, problem.found), ...problem }];
    },
    words: [
      ...(expected === undefined ? [] : [`The package has the sha256 of PKG_SHA256, ${expected.toLowerCase()}.`]),
      ...(signed ? [signatureWords(signed)] : []),
    ],
  };
}

function isPrehashed({ signature }: DetachedSignature): boolean {
  return signature.kind === 'minisign' && signature.isPrehashed;
}

interface Problem {
  readonly found: string;
  readonly remedy?: Fixed;
}

function signatureProblem({ key, signature, file }: DetachedSignature, message: Buffer): Problem | undefined {
  if (isSignedBy(key.bytes, message, signature.bytes)) return undefined;
  return { found: `It is not the file that the signature ${file} was made for, or the key is another one.` };
}

/** A file that was signed as it is has to be read once more; its sha256 proves that it is still what was scanned. */
async function problemInMemory(
  file: ArchiveFile,
  signed: DetachedSignature,
  scannedSha256: string,
): Promise<Problem | undefined> {
  if (file.sizeBytes > largestInMemoryBytes) return tooLarge(file.sizeBytes);
  const whole = await file.readWhole();
  const sha256 = createHash('sha256').update(whole).digest('hex');
  return sha256 === scannedSha256 ? signatureProblem(signed, whole) : { found: 'It was changed while it was read.' };
}

function tooLarge(sizeBytes: number): Problem {
  const found = `It has ${sizeBytes} bytes, and a signature of this kind is verified in memory, up to ${largestInMemoryBytes} bytes.`;
  return {
    found,
    remedy: 'Sign it with minisign, which signs a hash of the file (-H in old versions), or set PKG_SHA256.',
  };
}

function otherDigest(where: string, actual: string, expected: string): Finding {
  return { code: 'PACKAGE_INVALID', where, found: `Its sha256 is ${actual}, but PKG_SHA256 is ${expected}.` };
}
