// Other ways to be given the same job: another server, an archive, lists as Windows writes them, commands of the site, no database, and
// what a site has put into its EggRoll.

import { execFileSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { chmod, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Snapshot, startCluster, type TestCluster } from '../../support/cluster.ts';
import { minisign, minisignKey } from '../../support/minisign.ts';
import { expectNew, expectOld } from '../../support/oracle.ts';

describe('variants', () => {
  let cluster: TestCluster;
  let before: Snapshot;
  const socketVolume = `eggroll-upgrade-test-${randomUUID()}`;

  beforeAll(async () => {
    cluster = await startCluster({ flavour: 'mariadb', socketVolume });
  });
  afterAll(() => cluster.stop());
  beforeEach(async () => {
    await cluster.reset();
    before = await cluster.snapshot();
  });

  async function archive(): Promise<{ path: string; sha256: string }> {
    const path = join(cluster.dir, 'eggroll.tar.gz');
    execFileSync('tar', ['-czf', path, '-C', join(cluster.dir, 'package'), 'eggroll']);
    return {
      path,
      sha256: createHash('sha256')
        .update(await readFile(path))
        .digest('hex'),
    };
  }

  it('upgrades on MariaDB from a signed archive, with CRLF lists and the built-in migration, and recovers', async () => {
    const { path, sha256 } = await archive();
    const config = join(cluster.dir, 'crlf');
    await mkdir(config, { recursive: true });
    await writeFile(join(config, 'nm_ip_list'), '\uFEFF# managers\r\nnm1 \r\napp@nm2\r\n\r\nnm3:22\t\r\n');
    await writeFile(join(config, 'rs_ip_list'), 'rs1 # RollSite alone');
    const key = minisignKey();
    await writeFile(join(config, 'eggroll.pub'), key.file());
    await writeFile(join(config, 'eggroll.minisig'), minisign(key, await readFile(path)));
    const mounts = { '/config': `${config}:ro`, '/package': '', '/eggroll.tar.gz': `${path}:ro` };
    const signature = { PKG_SIGNATURE_FILE: '/config/eggroll.minisig', PKG_PUBLIC_KEY_FILE: '/config/eggroll.pub' };
    const env = { PKG_BASE_PATH: '/eggroll.tar.gz', PKG_SHA256: sha256, MYSQL_FILE: 'auto', ...signature };

    const { result, events } = await cluster.job('upgrade', { mounts, env });
    const checked = events.filter(({ type }) => type === 'package-checked').map(({ message }) => message);
    expect(checked).toEqual([expect.stringContaining(sha256), expect.stringContaining('(minisign, key ')]);
    expect(result).toMatchObject({ outcome: 'succeeded', exitCode: 0, database: { before: '2.0', after: '2.2.1' } });
    await expectNew(cluster, before);

    // A recovery looks at no package, and so at no signature: both may be gone by then.
    await rm(join(config, 'eggroll.minisig'));
    expect((await cluster.job('recover', { mounts, env })).result).toMatchObject({ outcome: 'succeeded', exitCode: 0 });
    await expectOld(cluster, before);
  });

  it('warns once when the native part of ssh2 cannot be loaded, and works all the same', async () => {
    const part = '/app/node_modules/ssh2/lib/protocol/crypto/build/Release/sshcrypto.node';
    const { exitCode, events } = await cluster.job('status', { mounts: { [part]: '/dev/null:ro' } });
    expect(exitCode).toBe(0);
    const told = events.filter(
      ({ type, message }) => type === 'warning' && /native part of ssh2/.test(String(message)),
    );
    expect(told.map(({ message }) => message)).toEqual([
      expect.stringMatching(/: .*sshcrypto\.node: .*\. Use the image/),
    ]);
    const usual = await cluster.job('status');
    expect(usual.stdout).not.toContain('native part');
  });

  it('keeps what the site has put there and takes away what the old version left', async () => {
    // nm2 has its logs outside, as AnsibleFATE makes it.
    const link = 'readlink logs; stat -c "%i %Y" logs; ls -d logs/eggroll';
    const linkOf = async () => (await cluster.exec('nm2', `cd ${cluster.home}; ${link}`)).stdout;
    const linkBefore = await linkOf();
    expect(linkBefore).toMatch(/^\/data\/logs\//);
    expect((await cluster.job('upgrade')).exitCode).toBe(0);
    expect(await linkOf()).toBe(linkBefore);
    const after = await cluster.snapshot();
    for (const host of cluster.hosts) {
      const linesOf = (snapshot: Snapshot, pattern: RegExp) =>
        (snapshot.files[host] ?? '').split('\n').filter((line) => pattern.test(line));
      for (const kept of [
        /^\.\/bin\/fate-eggroll\.sh /,
        /^\.\/conf\/route_table\.json /,
        /^\.\/data\//,
        /^\.\/venv/,
        /^\.\/init_env\.sh /,
      ]) {
        expect(linesOf(before, kept).length, `${host} ${kept}`).toBeGreaterThan(0);
        expect(linesOf(after, kept), host).toEqual(linesOf(before, kept));
      }
      expect(linesOf(after, /roll_pair_master_bootstrap/), host).toEqual([]);
      expect(linesOf(after, /[\u4e00-\u9fff]/).length, host).toBeGreaterThan(0);
      expect(linesOf(after, /^\.\/bin\/debug\/.* .* f /).length, host).toBeGreaterThan(0);
    }
    const { stdout: properties } = await cluster.exec('nm1', `cat ${cluster.home}/conf/eggroll.properties`);
    expect(properties).toContain('[eggroll]');
    expect(properties).toMatch(/^eggroll\.core\.grpc\.channel\.keepalive\.timeout\.sec=20$/m);
    expect(properties.match(/^# ?eggroll\.resourcemanager\.bootstrap\.roll_pair_master\./gm)).toHaveLength(5);
    expect(properties).toMatch(/^eggroll\.resourcemanager\.process\.tag ?= ?eggroll-host$/m);
  });

  it('stops, starts and asks by commands of the site', async () => {
    const calls = '/tmp/calls';
    const call = (action: string) => `echo "${action} $1" >>${calls}; bash bin/eggroll.sh "$1" ${action}`;
    const env = {
      START_COMMAND: call('start'),
      STOP_COMMAND: call('stop'),
      STATUS_COMMAND: `echo "status $1" >>${calls}; [ ! -e /tmp/unwell ] || { echo it is unwell; exit 3; }`,
    };
    const made = async (host: string) =>
      (await cluster.exec(host, `cat ${calls}; rm ${calls}`)).stdout.trim().split('\n');
    const planned = await cluster.job('plan', { env });
    expect(planned.result.plan?.nodes[0]?.stop[0]).toContain(`-c 'echo "stop $1" >>${calls}; bash bin/eggroll.sh`);
    expect((await cluster.job('upgrade', { env })).result).toMatchObject({ outcome: 'succeeded', exitCode: 0 });
    expect(await made('nm1')).toEqual([
      ...['stop clustermanager', 'stop nodemanager', 'start clustermanager', 'start nodemanager'],
      ...['status clustermanager', 'status nodemanager'],
    ]);
    await expectNew(cluster, before);
    expect((await cluster.job('recover', { env })).exitCode).toBe(0);

    await cluster.exec('nm2', 'touch /tmp/unwell');
    const { result } = await cluster.job('upgrade', { env });
    expect(result).toMatchObject({
      exitCode: 11,
      findings: [{ code: 'SERVICE_NOT_STARTED' }, { code: 'SERVICE_NOT_STARTED' }],
    });
    expect(result.findings[0]?.found).toContain('STATUS_COMMAND said "it is unwell" (exit code 3).');
    await cluster.exec('nm2', 'rm /tmp/unwell');
    expect((await cluster.job('recover', { env })).exitCode).toBe(0);
    await expectOld(cluster, before);
  });

  it("works by the server's socket", { tags: ['sibling'] }, async () => {
    const env = { MYSQL_HOST: '', MYSQL_SOCK: '/run/mysqld/mysqld.sock' };
    const dockerArgs = [`--volume=${socketVolume}:/run/mysqld`];
    expect((await cluster.job('upgrade', { env, dockerArgs })).result).toMatchObject({
      outcome: 'succeeded',
      exitCode: 0,
    });
    await expectNew(cluster, before);
    expect((await cluster.job('recover', { env, dockerArgs })).result).toMatchObject({
      outcome: 'succeeded',
      exitCode: 0,
    });
    await expectOld(cluster, before);
  });

  it('runs the same statements again for another package, and not for the same', { tags: ['slow'] }, async () => {
    const folder = join(cluster.dir, 'again');
    await mkdir(folder, { recursive: true });
    await cp(join(cluster.dir, 'package'), join(folder, 'package'), { recursive: true });
    await writeFile(join(folder, 'package', 'eggroll', 'python', 'more.py'), '');
    await writeFile(join(folder, 'again.sql'), "UPDATE server_node SET status = 'INIT';");
    const options = { env: { MYSQL_FILE: '/again.sql' }, mounts: { '/again.sql': `${folder}/again.sql:ro` } };
    const healthy = () =>
      cluster.sql(`SELECT COUNT(*) FROM ${cluster.prepared.database.name}.server_node WHERE status = 'HEALTHY'`);
    expect((await cluster.job('upgrade', options)).exitCode).toBe(0);
    await cluster.sql(`UPDATE ${cluster.prepared.database.name}.server_node SET status = 'HEALTHY'`);
    const count = await healthy();
    expect((await cluster.job('upgrade', options)).result).toMatchObject({ outcome: 'unchanged', exitCode: 0 });
    expect(await healthy()).toBe(count);
    const other = { ...options, mounts: { ...options.mounts, '/package': `${folder}/package:ro` } };
    expect((await cluster.job('upgrade', other)).result).toMatchObject({ outcome: 'succeeded', exitCode: 0 });
    expect((await healthy()).trim()).toBe('0');
  });

  it('leaves the database alone with MYSQL_FILE=none', { tags: ['sibling'] }, async () => {
    const env = { MYSQL_FILE: 'none', MYSQL_HOST: '', MYSQL_USER: '', MYSQL_PWD_FILE: '', MYSQL_DB: '' };
    const { result } = await cluster.job('upgrade', { env });
    expect(result).toMatchObject({ outcome: 'succeeded', exitCode: 0 });
    expect(result.database).toBeUndefined();
    expect((await cluster.snapshot()).database).toBe(before.database);
    expect((await cluster.job('recover', { env })).exitCode).toBe(0);
    await expectOld(cluster, before);
  });

  it('runs as any user, with a key that only its group may read', async () => {
    const key = join(cluster.dir, 'secrets', 'ssh', 'id');
    await chmod(key, 0o640);
    try {
      const dockerArgs = [`--user=4711:${process.getgid?.() ?? 0}`, '--tmpfs=/state:mode=1777'];
      const { result } = await cluster.job('recover', { dockerArgs, mounts: { '/state': '' } });
      expect(result).toMatchObject({ outcome: 'unchanged', exitCode: 0 });
    } finally {
      await chmod(key, 0o644);
    }
  });

  it('warns when STATE_DIR is a part of the container and ends with it', async () => {
    const without = await cluster.job('recover', { dockerArgs: ['--read-only=false'], mounts: { '/state': '' } });
    expect(without.result).toMatchObject({ outcome: 'unchanged', exitCode: 0 });
    const warnings = (events: typeof without.events) => events.filter(({ type }) => type === 'warning');
    expect(warnings(without.events)).toEqual([
      expect.objectContaining({ message: expect.stringContaining('STATE_DIR /state is no mounted volume') }),
    ]);
    expect(warnings((await cluster.job('recover')).events)).toEqual([]);
  });

  it('records a first host key with accept-new, and refuses another one later', async () => {
    const env = { SSH_HOST_KEY_CHECKING: 'accept-new', SSH_KNOWN_HOSTS_FILE: '/nothing' };
    expect((await cluster.job('recover', { env })).result).toMatchObject({ outcome: 'unchanged', exitCode: 0 });
    const accepted = await readFile(join(cluster.dir, 'state', 'known_hosts'), 'utf8');
    expect(accepted.trim().split('\n')).toHaveLength(4);
    const other = accepted.replaceAll(/AAAA\S+/g, (key) => `${key.slice(0, -6)}AAAAAA`);
    await writeFile(join(cluster.dir, 'state', 'known_hosts'), other);
    const { result } = await cluster.job('recover', { env });
    expect(result.exitCode).toBe(77);
    expect(result.findings.map(({ code }) => code)).toEqual(Array.from({ length: 4 }, () => 'HOST_KEY_REFUSED'));
  });
});
