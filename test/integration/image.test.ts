// The job's image: what it says of itself, the list of its parts, and the program beside the job.

import { execFileSync, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import lock from '../../package-lock.json' with { type: 'json' };
import { schemaProblems } from '../support/cyclonedx.ts';
import { docker } from '../support/docker.ts';
import { fileServer } from '../support/file-server.ts';
import { jobImage } from '../support/job.ts';

const root = join(import.meta.dirname, '../..');
const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();

interface Found {
  readonly metadata: { readonly timestamp: string; readonly component: { readonly version: string } };
  readonly components: readonly { readonly name: string; readonly version: string; readonly purl?: string }[];
}

const inImage = async (...command: readonly [string, ...string[]]) => {
  const [program, ...args] = command;
  const ended = await docker(['run', '--rm', '--network=none', `--entrypoint=${program}`, jobImage, ...args]);
  expect(ended.exitCode, ended.stderr).toBe(0);
  return ended.stdout;
};

describe('the image', () => {
  it('says what it is, and from which commit', async () => {
    const { stdout } = await docker(['image', 'inspect', '--format', '{{json .Config.Labels}}', jobImage]);
    const all = JSON.parse(stdout) as Record<string, string>;
    const label = (name: string) => all[`org.opencontainers.image.${name}`];
    expect(label('title')).toBe('eggroll-upgrade');
    expect(label('description')).toBe(manifest.description);
    expect(label('licenses')).toBe(manifest.license);
    expect(label('version')).toBe(manifest.version);
    expect(label('revision')).toMatch(/^[0-9a-f]{40}(?:-dirty)?$/);
    expect(label('base.name')).toMatch(/debian/);
    const revision = label('revision')?.slice(0, 40) ?? '';
    expect(new Date(label('created') ?? '').getTime()).toBe(1000 * Number(git('log', '-1', '--format=%ct', revision)));
  });
});

describe('the list of parts', () => {
  let text: string;
  let found: Found;
  beforeAll(async () => {
    text = await inImage('cat', '/app/sbom.cdx.json');
    found = JSON.parse(text) as Found;
  });

  it('is a CycloneDX document', async () => {
    expect(await schemaProblems(text)).toBeUndefined();
    expect(found.metadata.component.version).toBe(manifest.version);
  });

  it('is the file that is put out beside the image', async () => {
    const file = join(root, '.cache/image', `eggroll-upgrade-${manifest.version}.cdx.json`);
    expect(await readFile(file, 'utf8')).toBe(text);
  });

  it('has every package of the system, and every one of npm that lies in the image', async () => {
    const installed = (await inImage('dpkg-query', '--show')).replaceAll(/(?::\w+)?\t/g, ' ');
    const packages = await inImage('node', '--print', listedPackages);
    const named = new Set(found.components.map(({ name, version }) => `${name} ${version}`));
    const missing = `${installed}${packages}`.split('\n').filter((line) => line !== '' && !named.has(line));
    expect(missing).toEqual([]);
    expect(installed.split('\n').length).toBeGreaterThan(50);
    expect(packages.split('\n').length).toBeGreaterThan(20);
  });

  it('has what was copied in, in the version that runs', async () => {
    const version = (name: string | RegExp) =>
      found.components.find((each) => (typeof name === 'string' ? each.name === name : name.test(each.name)))?.version;
    expect(version('nodejs')).toBe((await inImage('node', '--print', 'process.versions.node')).trim());
    const mysql = /Ver ([\d.]+)/.exec(await inImage('/opt/mysql/bin/mysqldump', '--version'))?.[1];
    expect(version(/^mysql-.*client/)).toContain(mysql);
    const mariadb = /from ([\d.]+)/.exec(await inImage('mariadb-dump', '--version'))?.[1];
    expect(version('mariadb-client')).toContain(mariadb);
    expect(version('libc6')).toBeDefined();
    expect(version('ssh2')).toBe(manifest.dependencies.ssh2);
  });

  it('has nothing that the image is only built with', () => {
    const names = new Set(found.components.map(({ name }) => name));
    const locked = Object.entries(lock.packages).filter(([, facts]) => 'dev' in facts && facts.dev);
    const buildOnly = locked.map(([path]) => path.replace('node_modules/', ''));
    expect(buildOnly).toEqual(expect.arrayContaining(['vitest', 'typescript', 'rolldown']));
    const direct = Object.keys(manifest.devDependencies).filter((name) => buildOnly.includes(name));
    expect([...direct, 'g++', 'make', 'python3'].filter((name) => names.has(name))).toEqual([]);
  });
});

describe('ciphers of connections that have ended', () => {
  it('can be collected without an end to the program', async () => {
    const mounts = ['src', 'test'].map((name) => `--volume=${join(root, name)}:/repository/${name}:ro`);
    const script = '/repository/test/integration/image/collect-ciphers.mts';
    const ended = await docker(['run', '--rm', '--network=none', ...mounts, '--entrypoint=node', jobImage, script]);
    expect(ended).toMatchObject({ exitCode: 0, stdout: 'all are gone or kept\n' });
  });
});

// Name and version of every package in node_modules, also below another one.
const listedPackages = `require('node:fs').readdirSync('/app/node_modules', { recursive: true })
  .filter((path) => /(?:^|node_modules\\/)(?:@[^/]+\\/)?[^/@]+\\/package\\.json$/.test(path))
  .map((path) => require('/app/node_modules/' + path)).map(({ name, version }) => name + ' ' + version).join('\\n') + '\\n'`;

describe('fetch-package in the image', () => {
  const content = randomBytes(3_000_000);
  const sha256 = createHash('sha256').update(content).digest('hex');
  let folder: string;
  let server: Awaited<ReturnType<typeof fileServer>>;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fetch-image-test-'));
    server = await fileServer(content);
  });
  afterAll(async () => {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** As an init container runs it: another program of the image, as its user, with a volume of so many bytes. */
  const fetchInto = async (place: string, digest: string, then: string, bytes = 8_000_000) => {
    const message = join(folder, 'termination-log');
    await writeFile(message, '');
    await chmod(message, 0o666);
    const volume = [
      '--read-only',
      `--tmpfs=/package:size=${bytes},uid=65532`,
      `--volume=${message}:/dev/termination-log`,
    ];
    const program = `node /app/dist/fetch-package.js ${server.url} ${digest} ${place} && ${then}`;
    const ended = await docker([
      'run',
      '--rm',
      '--network=host',
      ...volume,
      '--entrypoint=sh',
      jobImage,
      '-c',
      program,
    ]);
    return { ...ended, message: JSON.parse(await readFile(message, 'utf8')) as Record<string, unknown> };
  };

  it('puts the package there for the job', async () => {
    const ended = await fetchInto('/package/eggroll.tgz', sha256, 'sha256sum /package/eggroll.tgz && ls /package');
    expect(ended.exitCode, ended.stderr).toBe(0);
    expect(ended.stdout).toContain(`${sha256}  /package/eggroll.tgz\neggroll.tgz\n`);
    expect(ended.message).toMatchObject({
      type: 'result',
      command: 'fetch-package',
      outcome: 'succeeded',
      exitCode: 0,
    });
  });

  it.each([
    ['another digest', '/package/eggroll.tgz', '0'.repeat(64), 8_000_000, 65, sha256],
    ['a volume that is too small', '/package/eggroll.tgz', sha256, 1_000_000, 10, 'no space is left'],
    ['a place that cannot be written', '/app/eggroll.tgz', sha256, 8_000_000, 78, 'read-only'],
  ])('tells %s, also as the termination message', async (_, place, digest, bytes, exitCode, words) => {
    const ended = await fetchInto(place, digest, 'true', bytes);
    expect(ended.exitCode).toBe(exitCode);
    expect(ended.stderr).toContain(words);
    expect(ended.message).toMatchObject({
      type: 'result',
      command: 'fetch-package',
      outcome: 'failed',
      exitCode,
      message: expect.stringContaining(words),
      next: expect.stringMatching(/\.$/),
    });
  });
});

describe('make image for several platforms', () => {
  it('refuses a platform that nothing here can run, and says what would help', async () => {
    const { stdout: own } = await docker(['version', '--format', '{{.Server.Os}}/{{.Server.Arch}}']);
    const platforms = `${own.trim()},linux/no-such-processor`;
    const env = { ...process.env, BUILDX_BUILDER: 'default' };
    const { status, stderr } = spawnSync('bash', ['scripts/check-builder.sh', platforms], {
      cwd: root,
      env,
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    expect(stderr).toContain('nothing here runs programs of linux/no-such-processor; install QEMU');
    expect(stderr).not.toContain(`programs of ${own.trim()}`);
  });
});
