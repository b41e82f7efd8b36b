import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { TestCluster } from '../../support/cluster.ts';
import { keepEvidence, noteRun, withEvidence } from '../../support/evidence.ts';
import type { JobRun } from '../../support/job.ts';

let dir: string;
let folder: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'evidence-'));
  folder = join(dir, 'kept');
});
afterEach(() => rm(dir, { recursive: true }));

const run = (command: string, stdout: string): JobRun => {
  return { command, exitCode: 10, stdout, stderr: 'oh', events: [], result: undefined };
};

async function cluster(): Promise<TestCluster> {
  const stateDir = join(dir, 'state');
  await mkdir(stateDir);
  for (const name of ['result.json', 'dump.sql']) await writeFile(join(stateDir, name), name);
  const exec = async (host: string) => {
    if (host === 'nm2') throw new Error('it is gone');
    return { exitCode: 0, stdout: 'all is well', stderr: '' };
  };
  const known = { dir, stateDir, home: '/home', hosts: ['nm1', 'nm2'], exec, sql: async () => 'one session' };
  const database = { getId: () => 'no-such-container' };
  return withEvidence({ ...known, database, stop: async () => undefined } as unknown as TestCluster);
}

it('is what the jobs of the case said, and whatever can be had of its clusters, until they are stopped', async () => {
  const { stop } = await cluster();
  noteRun(run('upgrade', 'of the case before'));
  await new Promise((resolve) => setTimeout(resolve, 5));
  const since = Date.now();
  noteRun(run('recover', 'of this case'));
  expect(await keepEvidence(folder, since)).toBe(true);
  expect((await readdir(folder)).sort()).toEqual(
    ['1-recover-10.txt', 'database.txt', 'node-nm1.txt', 'node-nm2.txt', 'sessions.txt', 'state'].sort(),
  );
  const text = (name: string) => readFile(join(folder, name), 'utf8');
  expect(await text('1-recover-10.txt')).toBe('of this case\n--- stderr\noh\n');
  expect([await text('node-nm1.txt'), await text('node-nm2.txt')]).toEqual(['all is well', 'Error: it is gone']);
  expect(await readdir(join(folder, 'state'))).toEqual(['result.json']);
  await stop();
  expect(await keepEvidence(join(dir, 'later'), Date.now() + 1)).toBe(false);
});
