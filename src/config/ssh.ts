// The SSH part of the configuration: key, password, known hosts, jump hosts. A key that cannot be used is found here, not at the first node.

import ssh2 from 'ssh2';
import type { Finding } from '../engine/errors.ts';
import { readTextFile } from './files.ts';
import { isUserName, parseJumps } from './hosts.ts';
import { invalid } from './invalid.ts';
import { type Environment, given } from './read-variables.ts';
import type { Secrets } from './secrets.ts';
import { shown } from './shown.ts';
import type { SshConfig } from './types.ts';
import type { Values } from './variables.ts';

/** Reads and checks the SSH part. Findings are all CONFIG_INVALID. */
export async function readSshConfig(
  env: Environment,
  values: Values,
  secrets: Secrets,
): Promise<{ ssh: SshConfig; findings: readonly Finding[] }> {
  const key = await readPrivateKey(env, values, secrets);
  const hostKeys = await checkKnownHosts(values);
  const user = values.SSH_USER ?? 'app';
  const { jumps, findings: badJumps } = values.SSH_JUMP ? parseJumps(values.SSH_JUMP, { user, port: 22 }) : noJumps;
  const ssh: SshConfig = {
    ...(key.text !== undefined && { privateKey: key.text }),
    ...(secrets.SSH_PASSPHRASE !== undefined && { passphrase: secrets.SSH_PASSPHRASE }),
    ...(secrets.SSH_PASSWORD !== undefined && { password: secrets.SSH_PASSWORD }),
    knownHostsFile: values.SSH_KNOWN_HOSTS_FILE ?? '',
    hostKeyChecking: values.SSH_HOST_KEY_CHECKING ?? 'strict',
    jumps,
  };
  const badUser = isUserName(user) ? [] : [invalid('SSH_USER', `${shown(user)} is not an account name.`)];
  return { ssh, findings: [...badUser, ...key.findings, ...hostKeys, ...badJumps] };
}

const noJumps = { jumps: [], findings: [] };

async function readPrivateKey(env: Environment, values: Values, secrets: Secrets) {
  const path = values.SSH_PRIVATE_KEY_FILE;
  const isPasswordOnly = secrets.SSH_PASSWORD !== undefined && given(env, 'SSH_PRIVATE_KEY_FILE') === undefined;
  if (path === undefined || isPasswordOnly) return { findings: [] };
  const file = await readTextFile(path);
  if ('problem' in file) {
    const remedy = 'Mount the private key there, or set SSH_PASSWORD_FILE to log in by password.';
    return { findings: [invalid('SSH_PRIVATE_KEY_FILE', file.problem, remedy)] };
  }
  const problem = keyProblem(file.text, secrets.SSH_PASSPHRASE);
  return {
    text: file.text,
    findings: problem ? [invalid(problem.where, `${path} ${problem.found}`, problem.remedy)] : [],
  };
}

function keyProblem(text: string, passphrase: string | undefined): Omit<Finding, 'code'> | undefined {
  const where = 'SSH_PRIVATE_KEY_FILE';
  const rounds = bcryptRounds(text);
  if (rounds > mostRounds) {
    const found = `wants ${rounds} rounds of bcrypt, which would take too long.`;
    return { where, found, remedy: 'Encrypt it anew with ssh-keygen -p -a 100, or mount an undamaged copy.' };
  }
  const parsed = ssh2.utils.parseKey(text, passphrase);
  if (!(parsed instanceof Error)) {
    const key = Array.isArray(parsed) ? parsed[0] : parsed;
    if (key?.isPrivateKey()) return undefined;
    return { where, found: 'holds a public key.', remedy: 'Mount the private key, the file without .pub.' };
  }
  if (/no passphrase given/i.test(parsed.message)) {
    return { where, found: 'is encrypted, and there is no passphrase.', remedy: 'Set SSH_PASSPHRASE_FILE.' };
  }
  if (passphrase !== undefined && /ENCRYPTED|bcrypt|aes\d+-c/.test(`${text}${decodedHead(text)}`)) {
    return {
      where: 'SSH_PASSPHRASE',
      found: 'cannot be decrypted with this passphrase.',
      remedy: 'Correct SSH_PASSPHRASE.',
    };
  }
  return { where, found: 'is not a private key that can be used.', remedy: 'Mount a key as ssh-keygen writes it.' };
}

// In the OpenSSH format the cipher's name stands in clear at the start of the encoded key.
function decodedHead(text: string): string {
  const body = text.replace(/-----[^-]+-----/g, '').replace(/\s/g, '');
  return Buffer.from(body.slice(0, 200), 'base64').toString('latin1');
}

// A round takes some ten milliseconds. ssh-keygen makes 16 or 24 unless told otherwise.
const mostRounds = 1000;

/** 0 for a key that is not encrypted with bcrypt. After the word `bcrypt` stand a length, the salt with its length, and the number. */
function bcryptRounds(text: string): number {
  const head = Buffer.from(decodedHead(text), 'latin1');
  const at = head.indexOf('bcrypt');
  const saltAt = at + 'bcrypt'.length + 4;
  if (at < 0 || head.length < saltAt + 4) return 0;
  const roundsAt = saltAt + 4 + head.readUInt32BE(saltAt);
  return head.length < roundsAt + 4 ? 0 : head.readUInt32BE(roundsAt);
}

async function checkKnownHosts(values: Values): Promise<Finding[]> {
  const path = values.SSH_KNOWN_HOSTS_FILE;
  if (path === undefined || values.SSH_HOST_KEY_CHECKING !== 'strict') return [];
  const file = await readTextFile(path);
  if (!('problem' in file)) return [];
  const remedy = "Mount a known_hosts file with the nodes' keys, or set SSH_HOST_KEY_CHECKING=accept-new.";
  return [invalid('SSH_KNOWN_HOSTS_FILE', file.problem, remedy)];
}
