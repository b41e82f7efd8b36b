// Whom we trust: host keys in OpenSSH's known_hosts format, hashed names too. ssh2 accepts any key unless it is told otherwise,
// so every connection gets a verifier made here.

import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { writeWhole } from '../engine/disk.ts';
import { UpgradeError } from '../engine/errors.ts';
import { phrase } from '../messages/phrases.ts';

interface KnownHost {
  readonly patterns: string;
  readonly keyType: string;
  /** Public key as in the file, base64. */
  readonly key: string;
  readonly revoked: boolean;
}

export type KeyVerdict = 'known' | 'unknown' | 'changed' | 'revoked';

export interface HostKeys {
  /** Key types that are on record for a host, to be asked for first; empty when the host is not known. */
  typesFor(host: string, port: number): string[];
  check(host: string, port: number, key: Buffer): KeyVerdict;
  /** Records a first key (accept-new). Throws DISK_FULL, DISK_FAILED. */
  accept(host: string, port: number, key: Buffer): Promise<void>;
}

/**
 * Reads known_hosts files; files that are missing count as empty.
 * `acceptedFile` is where accept-new records keys; it is read as well.
 */
export async function loadHostKeys(files: readonly string[], acceptedFile: string): Promise<HostKeys> {
  const texts = await Promise.all([...files, acceptedFile].map(readOrEmpty));
  const known = texts.flatMap(parseKnownHosts);
  let lastWrite: Promise<unknown> = Promise.resolve();
  const matching = (name: string) => known.filter((entry) => matchesHost(entry.patterns, name));
  return {
    typesFor(host, port) {
      const entries = [...matching(lookupName(host, port)), ...matching(host.toLowerCase())];
      return [...new Set(entries.filter(({ revoked }) => !revoked).map(({ keyType }) => keyType))];
    },
    check(host, port, key) {
      const presented = key.toString('base64');
      const verdict = verdictOf(matching(lookupName(host, port)), presented);
      if (verdict !== 'unknown') return verdict;
      // As OpenSSH does: a key on record for the host without its port will do, but another one there means nothing.
      const withoutPort = verdictOf(matching(host.toLowerCase()), presented);
      return withoutPort === 'changed' ? 'unknown' : withoutPort;
    },
    async accept(host, port, key) {
      const entry = { patterns: lookupName(host, port), keyType: keyTypeOf(key), key: key.toString('base64') };
      const line = `${knownHostsLine(host, port, key)}\n`;
      // One after the other, each as a whole: half a line would be taken for another key of that host.
      const writing = lastWrite.then(async () =>
        writeWhole(acceptedFile, (await readOrEmpty(acceptedFile)) + line, 0o600),
      );
      lastWrite = writing.catch(() => undefined);
      await writing;
      known.push({ ...entry, revoked: false });
    },
  };
}

/** The line of a known_hosts file for a key. */
export function knownHostsLine(host: string, port: number, key: Buffer): string {
  return `${lookupName(host, port)} ${keyTypeOf(key)} ${key.toString('base64')}`;
}

function verdictOf(entries: readonly KnownHost[], presented: string): KeyVerdict {
  const same = entries.filter((entry) => entry.key === presented);
  if (same.some((entry) => entry.revoked)) return 'revoked';
  if (same.length > 0) return 'known';
  return entries.some((entry) => !entry.revoked) ? 'changed' : 'unknown';
}

/** `SHA256:…` as ssh-keygen prints it. */
export function keyFingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** The error of a key that is not to be trusted. */
export function hostKeyError(
  host: string,
  port: number,
  key: Buffer,
  verdict: Exclude<KeyVerdict, 'known'>,
): UpgradeError {
  const shown = `${keyTypeOf(key)} ${keyFingerprint(key)}`;
  const found = {
    unknown: `The host key ${shown} is not in the known_hosts file.`,
    changed: `The host key has changed: the node shows ${shown}, the known_hosts file has another one. Somebody may be listening in.`,
    revoked: `The host key ${shown} is marked as revoked.`,
  }[verdict];
  const remedy =
    verdict === 'unknown'
      ? phrase(
          "Compare it with the node's own (ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub) and add the line of `ssh-keyscan -p {port} {host}`.",
          { port, host },
        )
      : 'Find out why before you change the known_hosts file.';
  return new UpgradeError({ code: 'HOST_KEY_REFUSED', where: host, found, remedy });
}

function parseKnownHosts(text: string): KnownHost[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#') && !line.startsWith('@cert-authority'))
    .flatMap((line) => {
      const revoked = line.startsWith('@revoked');
      const [patterns, keyType, key] = line.split(/\s+/).slice(revoked ? 1 : 0);
      return patterns && keyType && key ? [{ patterns, keyType, key, revoked }] : [];
    });
}

function lookupName(host: string, port: number): string {
  return port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;
}

function matchesHost(patterns: string, name: string): boolean {
  if (patterns.startsWith('|1|')) return matchesHashed(patterns, name);
  const parts = patterns.toLowerCase().split(',');
  if (parts.some((part) => part.startsWith('!') && wildcard(part.slice(1)).test(name))) return false;
  return parts.some((part) => !part.startsWith('!') && wildcard(part).test(name));
}

function matchesHashed(pattern: string, name: string): boolean {
  const [, , salt, hash] = pattern.split('|');
  if (!salt || !hash) return false;
  const expected = Buffer.from(hash, 'base64');
  const actual = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest();
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

function wildcard(pattern: string): RegExp {
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${escaped}$`);
}

// An SSH public key begins with the length and the text of its type (RFC 4253, section 6.6).
function keyTypeOf(key: Buffer): string {
  return key.length < 4 ? 'unknown' : key.subarray(4, 4 + key.readUInt32BE(0)).toString('latin1');
}

async function readOrEmpty(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}
