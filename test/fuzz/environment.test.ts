import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/config.ts';
import { isHostName } from '../../src/config/validators.ts';
import { privateKey } from '../unit/config/fixture.ts';
import { input, right } from './environment-inputs.ts';
import { secret } from './environment-words.ts';
import { fuzz } from './law.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fuzz-environment-'));
  await mkdir(join(folder, 'fixed/folder'), { recursive: true });
  await mkdir(join(folder, 'fixed/client/bin'), { recursive: true });
  for (const name of ['mysql', 'mysqldump'])
    await writeFile(join(folder, 'fixed/client/bin', name), '', { mode: 0o755 });
  await writeFile(join(folder, 'fixed/empty'), '');
  await symlink('loop', join(folder, 'fixed/loop'));
  await symlink('nowhere', join(folder, 'fixed/dangling'));
  execFileSync('mkfifo', [join(folder, 'fixed/pipe')]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const keyLine = privateKey.split('\n')[2] ?? privateKey;

describe('the environment', () => {
  it('becomes a configuration, or findings; nothing is made outside STATE_DIR', async () => {
    await fuzz(
      'environment',
      input,
      async ({ changes, removed, withCa, files: texts }) => {
        await rm(join(folder, 'state'), { recursive: true, force: true });
        await mkdir(join(folder, 'files'), { recursive: true });
        for (const [name, text] of Object.entries(texts)) await writeFile(join(folder, 'files', name), text, 'latin1');
        const values = { ...right, ...(withCa && { MYSQL_TLS_CA_FILE: '@/files/ca' }), ...Object.fromEntries(changes) };
        const env = Object.fromEntries(
          Object.entries(values)
            .filter(([name]) => name !== removed)
            .map(([name, value]) => [name, value.replace(/^@/, folder)]),
        );
        try {
          const config = await loadConfig(env);
          for (const host of config.hosts) expect(isHostName(host.name)).toBe(true);
          expect(config.eggrollHome).toMatch(/^\/[^/]/);
          expect(config.concurrency > 0 && config.backupKeep > 0).toBe(true);
          if (config.database) expect(config.database.port >= 1 && config.database.port <= 65535).toBe(true);
          return 'accepted';
        } finally {
          expect(await everything()).toEqual(expected);
        }
      },
      { secretsOf: () => [secret, keyLine] },
    );
  });
});

const expected = [
  ...['ca', 'key', 'knownHosts', 'nm', 'password', 'rs'].map((name) => `files/${name}`),
  ...['client/bin/mysql', 'client/bin/mysqldump', 'dangling', 'empty', 'folder', 'loop', 'pipe'].map(
    (name) => `fixed/${name}`,
  ),
];

async function everything(): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter(
      (path) => !path.startsWith('state') && !['files', 'fixed', 'fixed/client', 'fixed/client/bin'].includes(path),
    )
    .toSorted();
}
