// A folder with everything that a right configuration names, and the environment that names it.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { assert } from 'vitest';
import { loadConfig } from '../../../src/config/config.ts';
import { type Finding, UpgradeError } from '../../../src/engine/errors.ts';

export interface ConfigFixture {
  readonly folder: string;
  readonly env: Record<string, string | undefined>;
  write(name: string, text: string): Promise<string>;
  dispose(): Promise<void>;
}

/** One in a hundred ed25519 keys that ssh2 makes is malformed, for ssh-keygen too; try until one is sound. */
export function makeKey(options: { passphrase?: string; cipher?: string; rounds?: number } = {}): {
  private: string;
  public: string;
} {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519', options as Record<string, never>);
    if (!(ssh2.utils.parseKey(pair.private, options.passphrase) instanceof Error)) return pair;
  }
}

const key = makeKey();

export const privateKey = key.private;
export const publicKey = key.public;

export async function configFixture(): Promise<ConfigFixture> {
  const folder = await mkdtemp(join(tmpdir(), 'config-test-'));
  const write = async (name: string, text: string) => {
    const path = join(folder, name);
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, text);
    return path;
  };
  const env = {
    NM_FILE: await write('nm', 'nm1\nnm2\n'),
    RS_FILE: await write('rs', 'rs1\n'),
    EGGROLL_HOME: '/data/projects/fate/eggroll',
    MYSQL_HOST: 'db',
    MYSQL_USER: 'fate',
    MYSQL_PWD_FILE: await write('mysql', 'p#ss w"ord\n'),
    SSH_PRIVATE_KEY_FILE: await write('id', privateKey),
    SSH_KNOWN_HOSTS_FILE: await write('known_hosts', ''),
    STATE_DIR: join(folder, 'state'),
  };
  return { folder, env, write, dispose: () => rm(folder, { recursive: true, force: true }) };
}

/** The error of a configuration that must be refused. */
export async function refusal(env: Record<string, string | undefined>): Promise<UpgradeError> {
  const outcome = await loadConfig(env).catch((error: unknown) => error);
  assert(outcome instanceof UpgradeError, `expected an UpgradeError, got ${JSON.stringify(outcome)}`);
  return outcome;
}

export async function findingsOf(env: Record<string, string | undefined>): Promise<readonly Finding[]> {
  return (await refusal(env)).findings;
}
