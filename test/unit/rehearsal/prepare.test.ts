import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { default as ssh2 } from 'ssh2';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { prepareCluster } from '../../../src/rehearsal/prepare.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'prepare-'));
});
afterEach(async () => await rm(dir, { recursive: true }));

const read = async (path: string) => await readFile(join(dir, path), 'utf8');

test('writes lists, SQL, package, keys and fixtures for four hosts', async () => {
  const cluster = await prepareCluster(dir);
  expect(cluster).toMatchObject({ from: '2.0.2', to: '2.2.1', mysqlFile: '/config/mysql_file.sql' });
  expect(await read('config/nm_ip_list')).toBe('nm1\nnm2\nnm3\n');
  expect(await read('config/rs_ip_list')).toBe('rs1\n');
  expect((await read('config/mysql_file.sql')).match(/^ALTER/gm)).toHaveLength(5);
  expect((await readdir(join(dir, 'package/eggroll'))).sort()).toEqual(['bin', 'conf', 'deploy', 'lib', 'python']);
  expect(await read('package/eggroll/python/eggroll/__init__.py')).toContain('"2.2.1"');
  expect(await readdir(join(dir, 'nodes'))).toEqual(['nm1', 'nm2', 'nm3', 'rs1']);
  expect(await readdir(join(dir, 'nodes/rs1'))).toEqual(['authorized_keys', 'home.tar', 'ssh_host_ed25519_key']);
  expect(JSON.parse(await read('cluster.json'))).toEqual(cluster);
});

test('keys fit together', async () => {
  await prepareCluster(dir);
  const publicOf = async (path: string) => {
    const key = ssh2.utils.parseKey(await read(path));
    if (key instanceof Error) throw key;
    return key.getPublicSSH().toString('base64');
  };
  expect(await read('nodes/nm2/authorized_keys')).toContain(await publicOf('secrets/ssh/id'));
  const known = await read('secrets/ssh/known_hosts');
  for (const host of ['nm1', 'nm2', 'nm3', 'rs1']) {
    expect(known).toContain(`${host} ssh-ed25519 ${await publicOf(`nodes/${host}/ssh_host_ed25519_key`)}\n`);
  }
});

test('the password is the same for the account, the job and EggRoll', async () => {
  await prepareCluster(dir);
  const password = (await read('secrets/mysql')).trim();
  expect(password).toMatch(/^[0-9a-f]{24}$/);
  expect(await read('mysql/10-account.sql')).toContain(`IDENTIFIED BY '${password}'`);
  expect(await readFile(join(dir, 'nodes/nm1/home.tar'), 'latin1')).toContain(`jdbc.password=${password}`);
  expect(await read('job.env')).not.toContain(password);
});

test('what the job reads can be given to a user, and is for that user alone', async () => {
  const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  await prepareCluster(dir, { owner });
  const id = await stat(join(dir, 'secrets/ssh/id'));
  expect([id.uid, id.gid, id.mode & 0o777]).toEqual([owner.uid, owner.gid, 0o600]);
});

test('3.x has no RollSite host, and the built-in migration is used', async () => {
  const cluster = await prepareCluster(dir, { from: '3.0.0', to: '3.1.0' });
  expect(cluster.mysqlFile).toBe('auto');
  expect(await read('config/rs_ip_list')).toBe('');
  expect(await read('job.env')).toContain('MYSQL_FILE=auto\n');
});

test('a second run replaces the first; another folder is left alone', async () => {
  await prepareCluster(dir);
  const first = await read('secrets/ssh/id');
  await prepareCluster(dir);
  expect(await read('secrets/ssh/id')).not.toBe(first);
  await rm(join(dir, 'cluster.json'));
  await writeFile(join(dir, 'thesis.txt'), 'precious');
  await expect(prepareCluster(dir)).rejects.toMatchObject({ code: 'USAGE' });
  expect(await read('thesis.txt')).toBe('precious');
});
