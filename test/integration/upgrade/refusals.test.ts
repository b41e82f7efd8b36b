// What stops a run before anything is changed: each with its exit code, a message that names the place, and a cluster untouched.

import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeSshKey } from '../../../src/rehearsal/ssh-keys.ts';
import {
  type JobOptions,
  type JobOutcome,
  type Snapshot,
  startCluster,
  type TestCluster,
} from '../../support/cluster.ts';
import { docker } from '../../support/docker.ts';
import { expectOld } from '../../support/oracle.ts';
import { untilListens } from '../../support/patience.ts';

describe('refusals', () => {
  let cluster: TestCluster;
  let before: Snapshot;

  beforeAll(async () => {
    cluster = await startCluster();
    before = await cluster.snapshot();
  });
  afterAll(() => cluster.stop());

  async function expectRefusal(options: JobOptions, exitCode: number, codes: readonly string[]): Promise<JobOutcome> {
    const outcome = await cluster.job('upgrade', options);
    expect(outcome.result.findings.map(({ code }) => code)).toEqual(codes);
    expect(outcome.exitCode).toBe(exitCode);
    expect(outcome.result).toMatchObject({ exitCode, outcome: 'failed', downtimeMs: 0 });
    await expectOld(cluster, before);
    return outcome;
  }

  async function file(name: string, text: string): Promise<string> {
    const path = join(cluster.dir, 'variants', name);
    await mkdir(join(cluster.dir, 'variants'), { recursive: true });
    await writeFile(path, text);
    return path;
  }

  async function lists(name: string, nm: string, rs: string): Promise<JobOptions> {
    const folder = join(cluster.dir, 'variants', name);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'nm_ip_list'), nm);
    await writeFile(join(folder, 'rs_ip_list'), rs);
    await writeFile(join(folder, 'mysql_file.sql'), await readFile(join(cluster.dir, 'config', 'mysql_file.sql')));
    return { mounts: { '/config': `${folder}:ro` } };
  }

  it('names every node that cannot be reached', async () => {
    const known = await readFile(join(cluster.dir, 'secrets', 'ssh', 'known_hosts'), 'utf8');
    const options = await lists('unreachable', 'nm1\nnm2:2222\nnowhere.invalid\n', 'rs1\n');
    const knownHosts = await file('known_hosts_more', known);
    const { result } = await expectRefusal(
      {
        mounts: { ...options.mounts, '/known_hosts': `${knownHosts}:ro` },
        env: { SSH_KNOWN_HOSTS_FILE: '/known_hosts' },
      },
      69,
      ['NODE_UNREACHABLE', 'NODE_UNREACHABLE'],
    );
    expect(result.findings.map(({ where }) => where)).toEqual(['nm2', 'nowhere.invalid']);
    expect(result.message).toContain('Nothing was changed');
  });

  it('refuses two names of the lists that lead to the same machine', async () => {
    const address = cluster.container('nm1').getIpAddress(cluster.network);
    const options = await lists('twice', `nm1\n${address}\nnm2\nnm3\n`, 'rs1\n');
    const env = { SSH_HOST_KEY_CHECKING: 'accept-new' };
    const { result } = await expectRefusal({ ...options, env }, 65, ['LIST_INVALID']);
    expect(result.findings[0]).toMatchObject({ where: address, found: expect.stringContaining('that of nm1') });
    expect((await cluster.job('plan', { ...options, env })).result.findings).toEqual(result.findings);
  });

  it('refuses a machine that is reached by another port and user too, through a jump host', async () => {
    const prepared = await cluster.exec(
      'nm1',
      `set -e; useradd --non-unique --uid 1001 --gid apps --home-dir /home/app ops; usermod --password '*' ops
       /usr/sbin/sshd -p 2222 -o PidFile=/run/second-sshd.pid; ${untilListens(2222)}`,
    );
    expect(prepared).toMatchObject({ exitCode: 0, stderr: '' });
    try {
      const options = await lists('jumped', 'nm1\nops@nm1:2222\nnm2\n', 'rs1\n');
      const env = { SSH_HOST_KEY_CHECKING: 'accept-new', SSH_JUMP: 'app@nm3' };
      const { result } = await expectRefusal({ ...options, env }, 65, ['LIST_INVALID']);
      expect(result.findings[0]).toMatchObject({
        where: 'nm1:2222',
        found: expect.stringContaining('the same folder of the same machine as that of nm1'),
      });
    } finally {
      await cluster.exec('nm1', 'kill $(cat /run/second-sshd.pid); userdel -f ops');
    }
  });

  it('refuses a host key that is not the known one', async () => {
    const other = makeSshKey('other').publicLine;
    const knownHosts = await file(
      'known_hosts_changed',
      ['nm1', 'nm2', 'nm3', 'rs1'].map((host) => `${host} ${other}\n`).join(''),
    );
    const { result } = await expectRefusal(
      { mounts: { '/known_hosts': `${knownHosts}:ro` }, env: { SSH_KNOWN_HOSTS_FILE: '/known_hosts' } },
      77,
      Array.from({ length: 4 }, () => 'HOST_KEY_REFUSED'),
    );
    expect(result.findings[0]?.found).toContain('SHA256:');
  });

  it('refuses a host key that nobody knows', async () => {
    const knownHosts = await file('known_hosts_empty', '');
    await expectRefusal(
      { mounts: { '/known_hosts': `${knownHosts}:ro` }, env: { SSH_KNOWN_HOSTS_FILE: '/known_hosts' } },
      77,
      Array.from({ length: 4 }, () => 'HOST_KEY_REFUSED'),
    );
  });

  it('says which login a node refused', async () => {
    const key = await file('other_key', makeSshKey('other').privateKey);
    const { result } = await expectRefusal(
      { mounts: { '/other_key': `${key}:ro` }, env: { SSH_PRIVATE_KEY_FILE: '/other_key' } },
      77,
      Array.from({ length: 4 }, () => 'LOGIN_REFUSED'),
    );
    expect(result.findings[0]?.found).toContain('app');
  });

  it('says that the database refused the password, and from where it saw the login', async () => {
    const secret = 'not-the-password-of-the-database';
    const password = await file('wrong_password', secret);
    const { result, stdout } = await expectRefusal(
      { mounts: { '/wrong_password': `${password}:ro` }, env: { MYSQL_PWD_FILE: '/wrong_password' } },
      77,
      ['DATABASE_LOGIN_REFUSED'],
    );
    expect(result.findings[0]?.found).toMatch(/fate/);
    expect(stdout).not.toContain(secret);
  });

  it('refuses SQL that fails on a copy of the data, with its place in the file', async () => {
    const sql = await file(
      'failing.sql',
      '-- fine\nALTER TABLE session_main ADD COLUMN extra INT;\n\nALTER TABLE session_main ADD COLUMN extra INT;\n',
    );
    const { result } = await expectRefusal(
      { mounts: { '/failing.sql': `${sql}:ro` }, env: { MYSQL_FILE: '/failing.sql' } },
      65,
      ['SQL_FAILED_IN_REHEARSAL'],
    );
    expect(`${result.findings[0]?.where} ${result.findings[0]?.found}`).toMatch(/failing\.sql:4/);
    expect(result.findings[0]?.found).toMatch(/2 of 2/);
  });

  it('refuses SQL that it cannot read as statements, before any connection', async () => {
    const sql = await file('client.sql', 'source /etc/passwd;\nLOCK TABLES store_option WRITE;\n');
    await expectRefusal(
      { mounts: { '/client.sql': `${sql}:ro` }, env: { MYSQL_FILE: '/client.sql', MYSQL_HOST: 'nowhere.invalid' } },
      65,
      ['SQL_INVALID', 'SQL_INVALID'],
    );
  });

  it('refuses nodes on different versions, and minds none that has the new one already', async () => {
    const calledOn = async (version: string) => {
      const jars = `${cluster.home}/lib/eggroll-core-`;
      const { exitCode } = await cluster.exec('nm2', `mv ${jars}*.jar ${jars}${version}.jar`);
      expect(exitCode).toBe(0);
    };
    try {
      await calledOn('2.1.0');
      const { result, exitCode } = await cluster.job('plan');
      expect(exitCode).toBe(65);
      expect(result.findings).toMatchObject([{ code: 'VERSIONS_DIFFER', where: 'the cluster' }]);
      expect(result.findings[0]?.found).toBe('There is 2.0.2 on nm1, nm3, rs1; 2.1.0 on nm2.');
      await calledOn('9.0.0');
      expect((await cluster.job('plan')).result.findings).toMatchObject([{ code: 'DOWNGRADE', where: 'nm2' }]);
      await calledOn('2.2.1');
      expect((await cluster.job('plan')).result).toMatchObject({ outcome: 'succeeded', findings: [] });
    } finally {
      await calledOn('2.0.2');
    }
    await expectOld(cluster, before);
  });

  it('refuses a jump between versions that the table does not have', async () => {
    const folder = join(cluster.dir, 'variants', 'future');
    await mkdir(folder, { recursive: true });
    const old = cluster.prepared.to;
    execFileSync('sh', [
      '-c',
      `cp -r '${join(cluster.dir, 'package', 'eggroll')}' '${folder}/' && cd '${folder}/eggroll' &&
       for jar in lib/eggroll-*-${old}.jar; do mv "$jar" "\${jar%-*}-4.0.0.jar"; done &&
       sed -i 's/${old}/4.0.0/' python/eggroll/__init__.py`,
    ]);
    const codes = Array.from({ length: 4 }, () => 'VERSION_UNSUPPORTED');
    const { result } = await expectRefusal({ mounts: { '/package': `${folder}:ro` } }, 65, codes);
    expect(result.findings[0]?.found).toBe('An upgrade from 2.0.2 to 4.0.0 is not known here.');
  });

  it('refuses a package without one of the five folders', async () => {
    const source = join(cluster.dir, 'package', 'eggroll');
    const lacking = join(cluster.dir, 'variants', 'lacking');
    await mkdir(lacking, { recursive: true });
    execFileSync('sh', ['-c', `cp -r '${source}' '${lacking}/' && rm -r '${lacking}/eggroll/deploy'`]);
    const { result } = await expectRefusal({ mounts: { '/package': `${lacking}:ro` } }, 65, ['PACKAGE_INVALID']);
    expect(result.findings[0]?.found).toContain('deploy');
  });

  it('refuses an archive with entries that leave it', async () => {
    const folder = join(cluster.dir, 'variants', 'evil');
    await mkdir(folder, { recursive: true });
    execFileSync('sh', [
      '-c',
      `cd '${folder}' && mkdir -p eggroll/bin && ln -sf /etc/passwd eggroll/bin/link && echo x >eggroll/bin/up &&
       tar --transform 's,eggroll/bin/up,eggroll/../../up,' -P -czf evil.tar.gz eggroll /etc/hostname`,
    ]);
    const { result } = await cluster.job('upgrade', {
      mounts: { '/evil.tar.gz': `${folder}/evil.tar.gz:ro` },
      env: { PKG_BASE_PATH: '/evil.tar.gz' },
    });
    expect(result.exitCode).toBe(65);
    const found = result.findings.map((finding) => `${finding.where} ${finding.found}`).join('\n');
    expect(found).toMatch(/\.\./);
    expect(found).toMatch(/etc\/hostname/);
    expect(found).toMatch(/link/);
    await expectOld(cluster, before);
  });

  it('refuses a host in both lists, naming both lines, with everything else that is wrong in the lists', async () => {
    const options = await lists('both', '# nodes\r\nnm1\r\nnm2\r\n', 'rs1\nnm1\nno good line\n');
    const { result } = await expectRefusal(options, 65, ['LIST_INVALID', 'LIST_INVALID']);
    const found = result.findings.map((finding) => `${finding.where} ${finding.found}`).join('\n');
    expect(found).toMatch(/rs_ip_list:2/);
    expect(found).toMatch(/nm_ip_list:2/);
    expect(found).toMatch(/rs_ip_list:3/);
  });

  it('names every wrong variable at once', async () => {
    const env = {
      EGGROLL_HOME: 'relative/path',
      MYSQL_PORT: 'many',
      CONF_POLICY: 'perhaps',
      MYSQL_HOTS: 'typing-error',
      MYSQL_USER: '',
    };
    const { result } = await cluster.job('upgrade', { env });
    expect(result.exitCode).toBe(78);
    expect(result.findings.map(({ where }) => where).sort()).toEqual([
      'CONF_POLICY',
      'EGGROLL_HOME',
      'MYSQL_HOTS',
      'MYSQL_PORT',
      'MYSQL_USER',
    ]);
    expect(result.findings.find(({ where }) => where === 'MYSQL_HOTS')?.remedy).toContain('MYSQL_HOST');
  });

  it('answers a wrong command line with exit code 64, and --help and --version with 0', async () => {
    const run = (...args: string[]) => docker(['run', '--rm', 'eggroll-upgrade:local', ...args]);
    expect((await run('upgrad')).exitCode).toBe(64);
    expect((await run('upgrade', '--force')).exitCode).toBe(64);
    expect((await run()).exitCode).toBe(64);
    const help = await run('--help');
    expect(help.exitCode).toBe(0);
    expect(help.stdout).toMatch(/upgrade[\s\S]*recover/);
    expect((await run('upgrade', '--help')).exitCode).toBe(0);
    expect((await run('--version')).stdout.trim()).toMatch(/^\d+\.\d+\.\d+$/);
  });
});
