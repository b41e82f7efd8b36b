// A job that cannot read its configuration: what it leaves for whoever has started it.

import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { knownHostsLine, makeSshKey } from '../../src/rehearsal/ssh-keys.ts';
import { docker } from '../support/docker.ts';
import { jobImage } from '../support/job.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wrong-configuration-'));
  await mkdir(join(folder, 'config'));
  await mkdir(join(folder, 'secrets'));
  const key = makeSshKey('test');
  const secrets = { 'secrets/id': key.privateKey, 'secrets/known_hosts': knownHostsLine('n1', 22, key) };
  for (const [name, text] of Object.entries({ 'config/nm_ip_list': 'n1\n', 'config/rs_ip_list': '', ...secrets })) {
    await writeFile(join(folder, name), text);
  }
});
afterAll(() => rm(folder, { recursive: true }));

beforeEach(async () => {
  await rm(join(folder, 'state'), { recursive: true, force: true });
  await mkdir(join(folder, 'state'));
  await writeFile(join(folder, 'termination-log'), '');
  for (const [name, mode] of [
    ['', 0o755],
    ['state', 0o777],
    ['termination-log', 0o666],
  ] as const) {
    await chmod(join(folder, name), mode);
  }
});

const right = {
  EGGROLL_HOME: '/data/eggroll',
  MYSQL_FILE: 'none',
  SSH_PRIVATE_KEY_FILE: '/secrets/id',
  SSH_KNOWN_HOSTS_FILE: '/secrets/known_hosts',
};

function upgrade(env: Record<string, string>) {
  const mounts = ['config', 'secrets', 'state', 'termination-log'].map((name) => {
    const target = name === 'termination-log' ? '/dev/termination-log' : `/${name}`;
    return `--volume=${join(folder, name)}:${target}`;
  });
  const variables = Object.entries(env).map(([name, value]) => `--env=${name}=${value}`);
  return docker(['run', '--rm', '--network=none', ...mounts, ...variables, jobImage, 'upgrade']);
}

const message = async () => JSON.parse(await readFile(join(folder, 'termination-log'), 'utf8')) as object;

describe('a job with a wrong configuration', () => {
  it('leaves its end as the termination message', async () => {
    expect((await upgrade({ ...right, CONCURRENCY: 'many' })).exitCode).toBe(78);
    expect(await message()).toMatchObject({ type: 'result', command: 'upgrade', outcome: 'failed', exitCode: 78 });
  });

  it('is over for good with RETRY_OF, also when the configuration is right by the next try', async () => {
    const RETRY_OF = 'nightly';
    expect((await upgrade({ ...right, RETRY_OF, CONCURRENCY: 'many' })).exitCode).toBe(78);
    const next = await upgrade({ ...right, RETRY_OF });
    expect(next.exitCode).toBe(78);
    expect(next.stdout).toContain('An earlier try of nightly ended so');
    expect(await message()).toMatchObject({ exitCode: 78 });
    const other = await upgrade({ ...right, RETRY_OF: 'another' });
    expect(other.exitCode).not.toBe(78);
  });

  it('leaves the termination message also where the end cannot be kept', async () => {
    await writeFile(join(folder, 'state/jobs'), 'no folder');
    const { exitCode, stdout } = await upgrade({ ...right, RETRY_OF: 'nightly', CONCURRENCY: 'many' });
    expect(exitCode).toBe(78);
    expect(stdout).toContain('The result could not be kept');
    expect(await message()).toMatchObject({ exitCode: 78 });
  });

  it('speaks as it was told to, in whatever case that was written', async () => {
    const { stdout } = await upgrade({ ...right, CONCURRENCY: 'many', OUTPUT: 'JSON', MESSAGES: 'ZH' });
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly type: string; readonly next?: string });
    expect(events.at(-1)).toMatchObject({ type: 'result', next: expect.stringMatching(/\p{Script=Han}/u) });
  });
});
