import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/config.ts';
import { type ConfigFixture, configFixture, findingsOf, privateKey, refusal } from './fixture.ts';

let fixture: ConfigFixture;
beforeEach(async () => {
  fixture = await configFixture();
});
afterEach(() => fixture.dispose());

describe('loadConfig', () => {
  it('fills in every default', async () => {
    const config = await loadConfig(fixture.env);
    expect(config).toMatchObject({
      eggrollHome: '/data/projects/fate/eggroll',
      packagePath: '/package',
      services: {
        control: 'eggroll',
        supervisordHome: '/data/projects/common/supervisord',
        startAfter: true,
        leftoverWorkers: 'end',
      },
      confPolicy: 'merge',
      concurrency: 16,
      fanout: 'auto',
      backupKeep: 3,
      lockWaitMs: 0,
      autoRecover: true,
      output: 'auto',
      database: {
        host: 'db',
        port: 3306,
        user: 'fate',
        password: 'p#ss w"ord',
        name: 'eggroll_meta',
        scratchName: 'eggroll_meta_scratch',
        tls: 'preferred',
        requireProof: true,
        migration: { kind: 'file', path: '/config/mysql_file.sql' },
        purge: 'none',
      },
      ssh: { privateKey, hostKeyChecking: 'strict', jumps: [] },
    });
    expect(config).not.toHaveProperty('packageSha256');
    expect(config.services).not.toHaveProperty('initEnvFile');
    expect(config.ssh).not.toHaveProperty('password');
  });

  it('puts the NodeManager list first, in file order, with default user and port', async () => {
    const { hosts } = await loadConfig({ ...fixture.env, SSH_USER: 'eggroll', SSH_PORT: '2222' });
    expect(hosts).toEqual([
      { name: 'nm1', user: 'eggroll', port: 2222, role: 'nodemanager' },
      { name: 'nm2', user: 'eggroll', port: 2222, role: 'nodemanager' },
      { name: 'rs1', user: 'eggroll', port: 2222, role: 'rollsite' },
    ]);
  });

  it('takes every variable', async () => {
    const config = await loadConfig({
      ...fixture.env,
      EGGROLL_HOME: '/data//eggroll/',
      PKG_BASE_PATH: '/p.tgz',
      PKG_SHA256: 'A'.repeat(64),
      PKG_SIGNATURE_FILE: '/p.tgz.minisig',
      PKG_PUBLIC_KEY_FILE: '/secrets/minisign.pub',
      MYSQL_PORT: '3307',
      MYSQL_DB: 'meta',
      MYSQL_SOCK: '/run/mysql.sock',
      MYSQL_FILE: 'auto',
      MYSQL_TLS: 'verify',
      MYSQL_SCRATCH_DB: 'try_out',
      SSH_JUMP: 'ops@gate:2200, bastion',
      SSH_HOST_KEY_CHECKING: 'accept-new',
      SERVICE_CONTROL: 'supervisord',
      SUPERVISORD_HOME: '/opt/supervisord',
      INIT_ENV_FILE: '/opt/init env.sh',
      START_SERVICES: 'false',
      LEFTOVER_WORKERS: 'refuse',
      CONF_POLICY: 'keep',
      REQUIRE_PROOF: 'no',
      PURGE: 'eggroll',
      CONCURRENCY: '4',
      FANOUT: 'direct',
      BACKUP_KEEP: '7',
      LOCK_WAIT_SECONDS: '90',
      AUTO_RECOVER: '0',
      OUTPUT: 'json',
    });
    expect(config).toMatchObject({
      eggrollHome: '/data/eggroll',
      packagePath: '/p.tgz',
      packageSha256: 'a'.repeat(64),
      packageSignature: { signatureFile: '/p.tgz.minisig', publicKeyFile: '/secrets/minisign.pub' },
      database: {
        port: 3307,
        name: 'meta',
        socketPath: '/run/mysql.sock',
        migration: { kind: 'auto' },
        tls: 'verify',
        scratchName: 'try_out',
        requireProof: false,
        purge: 'eggroll',
      },
      services: {
        control: 'supervisord',
        supervisordHome: '/opt/supervisord',
        initEnvFile: '/opt/init env.sh',
        startAfter: false,
        leftoverWorkers: 'refuse',
      },
      confPolicy: 'keep',
      concurrency: 4,
      fanout: 'direct',
      backupKeep: 7,
      lockWaitMs: 90_000,
      autoRecover: false,
      output: 'json',
    });
    expect(config.ssh.jumps).toEqual([
      { name: 'gate', user: 'ops', port: 2200 },
      { name: 'bastion', user: 'app', port: 22 },
    ]);
  });

  it('names every wrong and missing variable at once, with what was expected', async () => {
    const error = await refusal({
      STATE_DIR: fixture.env['STATE_DIR'],
      NM_FILE: fixture.env['NM_FILE'],
      RS_FILE: fixture.env['RS_FILE'],
      SSH_PRIVATE_KEY_FILE: '/nowhere/id',
      SSH_KNOWN_HOSTS_FILE: '/nowhere/known_hosts',
      MYSQL_PORT: 'many',
      CONCURRENCY: '0',
      CONF_POLICY: 'mix',
      START_SERVICES: 'maybe',
      OUTPUT: 'xml',
      PKG_SHA256: 'abc',
      SSH_USER: '-oProxyCommand=x',
      MYSQL_PASSWORD: 'x',
    });
    expect(error.exitCode).toBe(78);
    expect(error.findings.map((finding) => finding.where).toSorted()).toEqual([
      'CONCURRENCY',
      'CONF_POLICY',
      'EGGROLL_HOME',
      'MYSQL_HOST',
      'MYSQL_PASSWORD',
      'MYSQL_PORT',
      'MYSQL_PWD',
      'MYSQL_USER',
      'OUTPUT',
      'PKG_SHA256',
      'SSH_KNOWN_HOSTS_FILE',
      'SSH_PRIVATE_KEY_FILE',
      'SSH_USER',
      'START_SERVICES',
    ]);
    expect(error.message).toContain('CONF_POLICY: Expected one of merge, keep, package, found "mix".');
    expect(error.message).toContain('MYSQL_PORT: Expected a port between 1 and 65535, found "many".');
    expect(error.message).toContain('MYSQL_HOST: It is required, and not set.');
    expect(error.message).toContain('MYSQL_PWD: It is required, and not set.');
  });

  it('counts an empty variable as unset', async () => {
    const blank = { MYSQL_PWD: '', SSH_PORT: '', OUTPUT: ' ', SSH_PASSWORD: '', MYSQL_TLS_CA_FILE: '', MYSQL_HOME: '' };
    expect((await loadConfig({ ...fixture.env, ...blank })).output).toBe('auto');
    expect(await findingsOf({ ...fixture.env, EGGROLL_HOME: '' })).toMatchObject([{ where: 'EGGROLL_HOME' }]);
  });

  it.each(['eggroll', '/', '/data/../etc', '/data/egg\nroll'])('refuses the home %j', async (home) => {
    expect(await findingsOf({ ...fixture.env, EGGROLL_HOME: home })).toMatchObject([
      { code: 'CONFIG_INVALID', where: 'EGGROLL_HOME' },
    ]);
  });

  it.each(['db:3306', 'mysql://db', 'a b', '10.0.0.300', '-db'])('refuses the database host %j', async (host) => {
    expect(await findingsOf({ ...fixture.env, MYSQL_HOST: host })).toMatchObject([{ where: 'MYSQL_HOST' }]);
  });

  it.each(['my_sql', '10.0.0.3', '[::1]', 'db.example.org'])('takes the database host %j', async (host) => {
    expect((await loadConfig({ ...fixture.env, MYSQL_HOST: host })).database?.host).toBe(host.replace(/[[\]]/g, ''));
  });

  it('explains a service link of Kubernetes in MYSQL_PORT', async () => {
    const [finding, ...others] = await findingsOf({
      ...fixture.env,
      MYSQL_PORT: 'tcp://10.0.0.1:3306',
      MYSQL_SERVICE_HOST: '10.0.0.1',
    });
    expect(others).toEqual([]);
    expect(finding?.found).toContain('is a service link, which Kubernetes sets');
  });

  it('needs no database variable with MYSQL_FILE=none', async () => {
    const { MYSQL_HOST: _, MYSQL_USER: __, MYSQL_PWD_FILE: ___, ...env } = fixture.env;
    const config = await loadConfig({ ...env, MYSQL_FILE: 'none', MYSQL_PORT: 'tcp://10.0.0.1:3306' });
    expect(config).not.toHaveProperty('database');
    expect(await findingsOf({ ...env, MYSQL_FILE: 'none', PURGE: 'all' })).toMatchObject([{ where: 'PURGE' }]);
  });

  it('takes commands for services in pairs, and where services are controlled', async () => {
    const commands = { START_COMMAND: 'systemctl start "eggroll-$1"', STOP_COMMAND: 'systemctl stop "eggroll-$1"' };
    const { services } = await loadConfig({ ...fixture.env, ...commands });
    expect(services.commands).toEqual({ start: commands.START_COMMAND, stop: commands.STOP_COMMAND });
    const places = async (env: Record<string, string>) =>
      (await findingsOf({ ...fixture.env, ...env })).map(({ where }) => where);
    expect(await places({ START_COMMAND: 'x' })).toEqual(['STOP_COMMAND']);
    expect(await places({ STATUS_COMMAND: 'x' })).toEqual(['START_COMMAND', 'STOP_COMMAND']);
    expect(await places({ ...commands, SERVICE_CONTROL: 'none' })).toEqual(['SERVICE_CONTROL']);
  });

  it('takes a signature and the key to it only together, and leaves both unread', async () => {
    const places = async (env: Record<string, string>) =>
      (await findingsOf({ ...fixture.env, ...env })).map(({ code, where }) => `${code} ${where}`);
    expect(await places({ PKG_SIGNATURE_FILE: '/x' })).toEqual(['CONFIG_INVALID PKG_PUBLIC_KEY_FILE']);
    expect(await places({ PKG_PUBLIC_KEY_FILE: '/x' })).toEqual(['CONFIG_INVALID PKG_SIGNATURE_FILE']);
    expect(await loadConfig(fixture.env)).not.toHaveProperty('packageSignature');
  });

  it('takes addresses to tell the result to, and a canary out of the lists', async () => {
    const config = await loadConfig({ ...fixture.env, NOTIFY_URL: 'https://example.org/token', CANARY_HOST: 'nm1' });
    expect(config).toMatchObject({ notifyUrl: 'https://example.org/token', canary: 'nm1' });
    expect(config.secrets).toContain('https://example.org/token');
    const wrong = await findingsOf({ ...fixture.env, NOTIFY_URL: 'example.org/token', CANARY_HOST: 'nm99' });
    expect(wrong.map(({ where }) => where)).toEqual(['NOTIFY_URL', 'CANARY_HOST']);
    expect(JSON.stringify(wrong)).not.toContain('token');
  });

  it('needs no host beside a socket', async () => {
    const { MYSQL_HOST: _, ...env } = fixture.env;
    expect((await loadConfig({ ...env, MYSQL_SOCK: '/run/mysql.sock' })).database?.host).toBe('localhost');
  });

  it('makes STATE_DIR, and proves by writing that it can be written', async () => {
    await loadConfig(fixture.env);
    await access(join(fixture.folder, 'state'));
    await writeFile(join(fixture.folder, 'file'), '');
    expect(await findingsOf({ ...fixture.env, STATE_DIR: join(fixture.folder, 'file') })).toMatchObject([
      { where: 'STATE_DIR', found: expect.stringContaining('cannot be written') },
    ]);
    expect(await findingsOf({ ...fixture.env, STATE_DIR: '/proc/state' })).toMatchObject([{ where: 'STATE_DIR' }]);
  });

  it('reports lists together with variables, and lets the variables decide the exit code', async () => {
    const lists = { NM_FILE: await fixture.write('bad', 'a b\n') };
    expect((await refusal({ ...fixture.env, ...lists })).exitCode).toBe(65);
    const both = await refusal({ ...fixture.env, ...lists, OUTPUT: 'xml' });
    expect(both.exitCode).toBe(78);
    expect(both.findings.map((finding) => finding.code)).toEqual(['CONFIG_INVALID', 'LIST_INVALID']);
  });

  it('collects every secret for redaction, and shows none in messages', async () => {
    const config = await loadConfig({ ...fixture.env, SSH_PASSWORD: 'pw-2', SSH_PASSPHRASE: 'pp-3' });
    expect(config.secrets).toEqual(expect.arrayContaining(['p#ss w"ord', 'pw-2', 'pp-3', privateKey]));
    const secret = 'top-secret-value';
    const error = await refusal({
      ...fixture.env,
      MYSQL_PWD: secret,
      SSH_PASSPHRASE: secret,
      SSH_PASSPHRASE_FILE: '/x',
      SSH_PASSWORD: secret,
      OUTPUT: 'xml',
      SSH_PASWORD: secret,
    });
    expect(error.message).toContain('Both MYSQL_PWD and MYSQL_PWD_FILE are set.');
    expect(error.message).toContain('Did you mean SSH_PASSWORD?');
    expect(error.message).not.toContain(secret);
  });
});
