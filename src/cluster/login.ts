// How a connection to a node comes about: through the jump hosts, host key checked at every hop, each step with a time limit.

import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Algorithms,
  type AuthenticationType,
  type BaseAgent,
  type CipherAlgorithm,
  Client,
  type ConnectConfig,
  type NegotiatedAlgorithms,
  type ServerHostKeyAlgorithm,
} from 'ssh2';
import type { SshConfig } from '../config/config.ts';
import { UpgradeError } from '../engine/errors.ts';
import { type HostKeys, hostKeyError } from './host-keys.ts';
import { keepNativeCiphers } from './native-ciphers.ts';

/** A dead peer is noticed after keepAliveMs × (keepAliveCount + 1) at the latest: when one question more than the count is due. */
export interface ConnectionLimits {
  readonly readyMs: number;
  readonly keepAliveMs: number;
  readonly keepAliveCount: number;
  /** For one command, unless it brings its own. */
  readonly commandMs: number;
}

export const connectionLimits: ConnectionLimits = {
  readyMs: 20_000,
  keepAliveMs: 10_000,
  keepAliveCount: 2,
  commandMs: 120_000,
};

export interface Target {
  readonly name: string;
  readonly port: number;
  readonly user: string;
}

/** A client that is logged in, and those that carry it. */
export interface Login {
  readonly client: Client;
  readonly jumps: readonly Client[];
  /** Names of what was agreed with the server that is known to be weak. */
  readonly weakAlgorithms: readonly string[];
  /** The server's public key, as it showed it. */
  readonly hostKey: Buffer;
}

/** A client that is logged in, with what was agreed. */
type LoggedIn = Omit<Login, 'jumps'>;

// A bastion that many nodes are reached through, or a server with a small MaxStartups, closes what comes all at once.
const busyWaitsMs = [300, 1_000, 2_000, 4_000];

/**
 * Logs in through the jump hosts; a server that closes connections before it says a word gets more tries.
 * Throws NODE_UNREACHABLE, HOST_KEY_REFUSED or LOGIN_REFUSED, naming the host.
 */
export async function logIn(
  target: Target,
  ssh: SshConfig,
  hostKeys: HostKeys,
  limits: ConnectionLimits,
  agent?: BaseAgent,
): Promise<Login> {
  for (const waitMs of busyWaitsMs) {
    try {
      return await logInOnce(target, ssh, hostKeys, limits, agent);
    } catch (error) {
      if (!isBusy(error)) throw error;
      // Not all of those who were turned away come back at the same moment.
      await sleep(waitMs * (0.5 + Math.random()));
    }
  }
  return logInOnce(target, ssh, hostKeys, limits, agent);
}

function isBusy(error: unknown): boolean {
  const { cause } = error instanceof UpgradeError ? error : {};
  return cause instanceof Error && /lost before handshake|ECONNRESET/i.test(cause.message);
}

async function logInOnce(
  target: Target,
  ssh: SshConfig,
  hostKeys: HostKeys,
  limits: ConnectionLimits,
  agent?: BaseAgent,
): Promise<Login> {
  const jumps: Client[] = [];
  let tunnel: Duplex | undefined;
  try {
    for (const [index, jump] of ssh.jumps.entries()) {
      const { client } = await logInTo(jump, ssh, hostKeys, limits, tunnel);
      jumps.push(client);
      tunnel = await forward(client, ssh.jumps[index + 1] ?? target, limits);
    }
    return { ...(await logInTo(target, ssh, hostKeys, limits, tunnel, agent)), jumps };
  } catch (error) {
    for (const jump of jumps) jump.end();
    throw error;
  }
}

function logInTo(
  target: Target,
  ssh: SshConfig,
  hostKeys: HostKeys,
  limits: ConnectionLimits,
  tunnel: Duplex | undefined,
  agent?: BaseAgent,
): Promise<LoggedIn> {
  keepNativeCiphers();
  return new Promise((resolve, reject) => {
    const client = new Client();
    let weakAlgorithms: readonly string[] = [];
    let hostKey: Buffer = Buffer.alloc(0);
    let refusal: unknown;
    const config: ConnectConfig = {
      host: target.name,
      port: target.port,
      username: target.user,
      readyTimeout: limits.readyMs,
      keepaliveInterval: limits.keepAliveMs,
      keepaliveCountMax: limits.keepAliveCount,
      ...(ssh.privateKey === undefined ? {} : { privateKey: ssh.privateKey }),
      ...(ssh.passphrase === undefined ? {} : { passphrase: ssh.passphrase }),
      ...(ssh.password === undefined ? {} : { password: ssh.password }),
      ...(tunnel === undefined ? {} : { sock: tunnel }),
      ...(agent === undefined ? {} : { agent, authHandler: withoutAgent(ssh) }),
      algorithms: {
        serverHostKey: keyAlgorithms(hostKeys.typesFor(target.name, target.port)),
        ...algorithms,
      },
      hostVerifier: (key: Buffer, verify: (valid: boolean) => void) => {
        hostKey = key;
        checkKey(target, key, ssh, hostKeys).then(
          () => verify(true),
          (error: unknown) => {
            refusal = error;
            verify(false);
          },
        );
      },
    };
    client.once('handshake', (agreed) => {
      weakAlgorithms = weakIn(agreed);
    });
    client.once('ready', () => resolve({ client, weakAlgorithms, hostKey }));
    // Stays for good: a connection may report more than one error, and an unheard one would end the process.
    client.on('error', (error) => reject(refusal ?? loginError(target, error)));
    client.once('close', () => reject(refusal ?? loginError(target, new Error('The connection was closed'))));
    // A command is several small messages to and fro: each would wait for the acknowledgement of the one before, 40 ms at a time.
    client.once('connect', () => client.setNoDelay(true));
    client.connect(config);
  });
}

// The agent is there to be lent to nodes; the login itself is as it is without one.
function withoutAgent({ password, privateKey }: SshConfig): AuthenticationType[] {
  return [
    'none',
    ...(password === undefined ? [] : (['password'] as const)),
    ...(privateKey === undefined ? [] : (['publickey'] as const)),
  ];
}

async function checkKey(target: Target, key: Buffer, ssh: SshConfig, hostKeys: HostKeys): Promise<void> {
  const verdict = hostKeys.check(target.name, target.port, key);
  if (verdict === 'known') return;
  if (verdict === 'unknown' && ssh.hostKeyChecking === 'accept-new') {
    return hostKeys.accept(target.name, target.port, key);
  }
  throw hostKeyError(target.name, target.port, key, verdict);
}

const allKeyAlgorithms: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
  'ssh-rsa',
];

// The first one of ours that the server has is taken: the fastest first, what is old last.
const ciphers: CipherAlgorithm[] = [
  'aes128-gcm@openssh.com',
  'aes256-gcm@openssh.com',
  'chacha20-poly1305@openssh.com',
  'aes128-ctr',
  'aes192-ctr',
  'aes256-ctr',
  'aes256-cbc',
  'aes192-cbc',
  'aes128-cbc',
  '3des-cbc',
];

const algorithms: Algorithms = {
  kex: {
    append: ['diffie-hellman-group-exchange-sha1', 'diffie-hellman-group14-sha1', 'diffie-hellman-group1-sha1'],
    prepend: [],
    remove: [],
  },
  cipher: ciphers,
};

const weak = /^ssh-rsa$|sha1|^hmac-md5|-cbc$/;

/** What was agreed on only because the server has nothing better. */
function weakIn({ kex, serverHostKey, cs, sc }: NegotiatedAlgorithms): string[] {
  const agreed = [kex, serverHostKey, cs.cipher, cs.mac, sc.cipher, sc.mac];
  return [...new Set(agreed.filter((name) => weak.test(name)))];
}

/** Asks for the key types that are on record first. The others stay, so that a changed key is seen as one. */
export function keyAlgorithms(knownTypes: readonly string[]): ServerHostKeyAlgorithm[] {
  // A known RSA key serves with the newer signatures too.
  const isKnown = (algorithm: string) => knownTypes.includes(algorithm.startsWith('rsa-') ? 'ssh-rsa' : algorithm);
  return [...allKeyAlgorithms.filter(isKnown), ...allKeyAlgorithms.filter((algorithm) => !isKnown(algorithm))];
}

function forward(client: Client, to: Target, { readyMs }: ConnectionLimits): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const tooLate = () =>
      reject(loginError(to, new Error(`The jump host had no connection within ${readyMs / 1000} s`)));
    const timer = setTimeout(tooLate, readyMs);
    client.once('close', () => reject(loginError(to, new Error('The connection to the jump host was closed'))));
    client.forwardOut('127.0.0.1', 0, to.name, to.port, (error, channel) => {
      clearTimeout(timer);
      if (error) reject(loginError(to, error));
      else resolve(channel);
    });
  });
}

function loginError(target: Target, error: Error & { level?: string }): UpgradeError {
  const where = target.name;
  if (error.level === 'client-authentication') {
    const found = `The node refused the login of user ${target.user}.`;
    return new UpgradeError({ code: 'LOGIN_REFUSED', where, found }, { cause: error });
  }
  const found = `No SSH connection to port ${target.port}: ${error.message}.`;
  return new UpgradeError({ code: 'NODE_UNREACHABLE', where, found }, { cause: error });
}
