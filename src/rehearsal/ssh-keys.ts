// Throwaway SSH keys for simulated nodes, made at run time.

import { default as ssh2 } from 'ssh2';

export interface SshKeyPair {
  /** OpenSSH format, PEM. */
  readonly privateKey: string;
  /** One line as in authorized_keys: type, key, comment. */
  readonly publicLine: string;
}

export function makeSshKey(comment: string): SshKeyPair {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519', { comment });
    // ssh2 1.17 drops a leading zero now and then: about one key in a hundred is malformed.
    const isWhole = [pair.private, pair.public].every((text) => !(ssh2.utils.parseKey(text) instanceof Error));
    if (isWhole) return { privateKey: pair.private, publicLine: pair.public };
  }
}

/** A known_hosts line for a host key; ports other than 22 are written in brackets. */
export function knownHostsLine(host: string, port: number, hostKey: SshKeyPair): string {
  const [type, key] = hostKey.publicLine.split(' ');
  return `${port === 22 ? host : `[${host}]:${port}`} ${type ?? ''} ${key ?? ''}\n`;
}
