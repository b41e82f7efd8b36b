import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip, gzipSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';
import { afterEach, assert, beforeEach, describe, expect, it } from 'vitest';
import { openPackage, type Package } from '../../../src/config/package.ts';
import { UpgradeError } from '../../../src/engine/errors.ts';
import { gzipped, octal, type TarPiece, tarOf, withLongName, withPax } from '../../fuzz/tar.ts';

type Piece = Partial<Header> & { name: string; text?: string };

const chinese = 'deploy/EggRoll 部署指南 (new).md';
const long = `python/eggroll/${'a-rather-long-folder-name/'.repeat(8)}${'file'.repeat(30)}.py`;
const time = new Date('2021-03-04T05:06:07Z');

const files: Piece[] = [
  { name: 'bin/eggroll.sh', text: 'echo eggroll\n' },
  { name: 'bin/tool', text: 'echo tool\n', mode: 0o750 },
  { name: 'conf/eggroll.properties', text: '[eggroll]\n', mode: 0o600 },
  { name: chinese, text: 'guide\n' },
  { name: 'lib/eggroll-core-2.2.1.jar', text: 'core' },
  { name: 'lib/other-1.0.jar', text: 'other' },
  { name: 'python/eggroll/__init__.py', text: '#\n\n__version__ = "2.2.1"' },
  { name: long, text: '' },
];

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'package-test-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function archive(pieces: readonly Piece[], name = 'eggroll.tar.gz'): Promise<string> {
  const tar = pack();
  for (const { text, ...header } of pieces) tar.entry({ mtime: time, mode: 0o644, ...header }, text ?? '');
  tar.finalize();
  const path = join(folder, name);
  await pipeline(tar as unknown as NodeJS.ReadableStream, createGzip(), createWriteStream(path));
  return path;
}

const below = (top: string, pieces: readonly Piece[] = files) =>
  pieces.map((piece) => ({ ...piece, name: top + piece.name }));

async function unpacked(top: string, pieces: readonly Piece[] = files): Promise<string> {
  for (const { name, text, mode } of pieces) {
    const path = join(folder, top, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text ?? '', { mode: mode ?? 0o644 });
  }
  return join(folder, top);
}

/** Pieces as they are, before a good package. */
async function rawArchive(pieces: readonly TarPiece[]): Promise<string> {
  const good = files.filter(({ name }) => name !== long && name !== chinese);
  const path = join(folder, 'raw.tar.gz');
  const rest = [...good, { name: 'deploy/x' }].map(({ name, text }) => ({ name, content: Buffer.from(text ?? '') }));
  await writeFile(path, gzipped(tarOf([...pieces, ...rest])));
  return path;
}

const open = (path: string, sha256?: string) => openPackage(path, { tmpDir: join(folder, 'tmp/unpack'), sha256 });

async function problemsOf(path: string, sha256?: string): Promise<string[]> {
  const outcome = await open(path, sha256).catch((error: unknown) => error);
  assert(outcome instanceof UpgradeError, `expected an UpgradeError, got ${String(outcome)}`);
  expect(outcome.findings.every((finding) => finding.code === 'PACKAGE_INVALID')).toBe(true);
  expect(outcome.exitCode).toBe(65);
  return outcome.findings.map((finding) => finding.found);
}

const without = (name: string) => files.filter((piece) => !piece.name.startsWith(name));

async function expectTreeOnDisk({ tree, root }: Package): Promise<void> {
  for (const entry of tree.values()) {
    const facts = await lstat(join(root, entry.path));
    if (entry.type === 'symlink') expect(await readlink(join(root, entry.path))).toBe(entry.target);
    if (entry.type !== 'file') continue;
    const content = await readFile(join(root, entry.path));
    expect(createHash('sha256').update(content).digest('hex')).toBe(entry.sha256);
    expect(facts.size).toBe(entry.sizeBytes);
  }
}

describe('openPackage', () => {
  it.each(['', './', 'eggroll/', './eggroll/'])('opens an archive with the prefix %j', async (top) => {
    const opened = await open(await archive(below(top)));
    expect(opened.version).toBe('2.2.1');
    expect([...opened.tree.values()].filter((entry) => entry.type === 'file').map((entry) => entry.path)).toEqual(
      files.map((piece) => piece.name).toSorted((left, right) => (left < right ? -1 : 1)),
    );
    await expectTreeOnDisk(opened);
    for (const { path, mode } of opened.tree.values()) {
      expect((await lstat(join(opened.root, path))).mode & 0o777).toBe(mode);
    }
    await opened.dispose();
    expect(await readdir(join(folder, 'tmp/unpack'))).toEqual([]);
  });

  it.each(['', 'eggroll'])('opens a folder, with the package at %j', async (top) => {
    await unpacked(top === '' ? 'package' : 'package/eggroll');
    const opened = await open(join(folder, 'package'));
    await expectTreeOnDisk(opened);
    await opened.dispose();
    expect(await readdir(opened.root)).toContain('bin');
  });

  it('gives an archive and a folder of the same content the same digest, and another content another', async () => {
    const one = await open(await archive(below('eggroll/')));
    const two = await open(await unpacked('package'));
    expect(one.digest).toBe(two.digest);
    expect(two.digest).toMatch(/^[0-9a-f]{64}$/);
    await writeFile(join(two.root, 'bin/tool'), 'echo other\n');
    expect((await open(two.root)).digest).not.toBe(one.digest);
  });

  it('normalises modes to those of nodes', async () => {
    const { tree } = await open(await archive([...files, { name: 'conf/', type: 'directory', mode: 0o700 }]));
    const modes = ['bin', 'bin/eggroll.sh', 'bin/tool', 'conf', 'conf/eggroll.properties'].map(
      (path) => tree.get(path)?.mode,
    );
    expect(modes).toEqual([0o755, 0o644, 0o755, 0o755, 0o644]);
    expect(tree.get('bin/tool')?.modifiedSeconds).toBe(time.getTime() / 1000);
  });

  it('ignores what lies beside the five folders', async () => {
    const extra = [{ name: 'data/meta_h2/x.db', text: 'h2' }, { name: 'README.md' }];
    const { tree } = await open(await archive([...files, ...extra]));
    expect([...tree.keys()].filter((path) => /^(data|README)/.test(path))).toEqual([]);
  });

  it('keeps links that stay inside, symbolic and hard ones', async () => {
    const links: Piece[] = [
      { name: 'bin/link.sh', type: 'symlink', linkname: '../bin/./eggroll.sh' },
      { name: 'lib/same.jar', type: 'link', linkname: 'eggroll/lib/other-1.0.jar' },
    ];
    const opened = await open(await archive([...below('eggroll/'), ...below('eggroll/', links)]));
    expect(opened.tree.get('bin/link.sh')).toMatchObject({ type: 'symlink', target: '../bin/./eggroll.sh' });
    expect(opened.tree.get('lib/same.jar')?.sha256).toBe(opened.tree.get('lib/other-1.0.jar')?.sha256);
    await expectTreeOnDisk(opened);
  });

  it('names everything that is missing at once', async () => {
    const found = await problemsOf(await archive([{ name: 'conf/x' }, { name: 'bin/other' }]));
    expect(found).toEqual([
      'It lacks these folders: deploy, lib, python.',
      'It lacks the file bin/eggroll.sh.',
      'No single version can be told: neither a core jar in lib nor python/eggroll/__init__.py tells a version.',
    ]);
  });

  it.each(['bin', 'conf', 'deploy', 'lib', 'python'])('refuses a package without %s', async (name) => {
    expect(await problemsOf(await archive(without(`${name}/`)))).toContain(`It lacks the folder: ${name}.`);
  });

  it('refuses a package without, or with two core jars, or with one of another version', async () => {
    expect(await problemsOf(await unpacked('none', without('lib/eggroll-core')))).toEqual([
      expect.stringContaining('Its lib has no core jar'),
    ]);
    expect(await problemsOf(await unpacked('two', [...files, { name: 'lib/eggroll-core-2.0.2.jar' }]))).toEqual([
      expect.stringContaining('more than one core jar: eggroll-core-2.0.2.jar, eggroll-core-2.2.1.jar'),
    ]);
    const other = [...without('lib/eggroll-core'), { name: 'lib/eggroll-core-2.0.2.jar' }];
    expect(await problemsOf(await unpacked('other', other))).toEqual([
      'No single version can be told: python/eggroll/__init__.py says 2.2.1, but lib holds eggroll-core-2.0.2.jar.',
    ]);
  });

  it('refuses two packages in one place', async () => {
    expect(await problemsOf(await archive([...files, ...below('eggroll/')]))).toEqual([
      expect.stringContaining('There is more than one package'),
    ]);
    await unpacked('both');
    expect(await problemsOf(dirname(await unpacked('both/eggroll')))).toEqual([
      expect.stringContaining('There is more than one package'),
    ]);
  });

  it('compares the digest of an archive, and refuses one for a folder', async () => {
    const path = await archive(files);
    const sha256 = createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
    expect((await open(path, sha256)).version).toBe('2.2.1');
    expect(await problemsOf(path, 'a'.repeat(64))).toEqual([
      `Its sha256 is ${sha256}, but PKG_SHA256 is ${'a'.repeat(64)}.`,
    ]);
    expect(await problemsOf(await unpacked('package'), sha256)).toEqual([expect.stringContaining('this is a folder')]);
  });

  it('refuses entries that would land outside, all at once, and writes nothing', async () => {
    const bad: Piece[] = [
      { name: '../evil' },
      { name: 'eggroll/../../evil' },
      { name: '/etc/evil' },
      { name: 'bin/away', type: 'symlink', linkname: '../../etc' },
      { name: 'bin/absolute', type: 'symlink', linkname: '/etc/passwd' },
      { name: 'bin/data', type: 'symlink', linkname: '../data' },
      { name: 'bin/round', type: 'symlink', linkname: '../../bin/eggroll.sh' },
      { name: 'bin/hard', type: 'link', linkname: '/etc/passwd' },
      { name: 'bin/tty', type: 'character-device', devmajor: 5, devminor: 0 },
      { name: 'bin/pipe', type: 'fifo' },
      { name: 'lib/other-1.0.jar', text: 'again' },
    ];
    const found = (await problemsOf(await archive([...files, ...bad]))).join('\n');
    for (const name of ['../evil', 'eggroll/../../evil', '/etc/evil', 'bin/hard', 'bin/tty', 'bin/pipe']) {
      expect(found).toContain(JSON.stringify(name));
    }
    expect(found).toContain('"bin/absolute", "bin/data", "bin/round": is a link that leads out of the package.');
    expect(found).toContain('"lib/other-1.0.jar": is there more than once.');
    expect(await readdir(folder)).toEqual(['eggroll.tar.gz']);
  });

  it.each([
    ['a link that climbs out through another link', 'python/a/up', '../..', 'python/out', 'a/up/..'],
    ['links in a circle', 'bin/one', 'two', 'bin/two', 'one'],
  ])('refuses %s', async (_, firstName, firstTarget, secondName, secondTarget) => {
    const links: Piece[] = [
      { name: firstName, type: 'symlink', linkname: firstTarget },
      { name: secondName, type: 'symlink', linkname: secondTarget },
    ];
    expect((await problemsOf(await archive([...files, ...links]))).join()).toContain(JSON.stringify(secondName));
  });

  it('refuses a file below a link', async () => {
    const pieces: Piece[] = [
      { name: 'bin/dir', type: 'symlink', linkname: '../lib' },
      { name: 'bin/dir/evil', text: 'x' },
    ];
    expect((await problemsOf(await archive([...files, ...pieces]))).join()).toContain(
      '"bin/dir/evil": lies below something',
    );
  });

  it('refuses a folder with links that lead out', async () => {
    const path = await unpacked('package');
    await symlink('/etc/passwd', join(path, 'bin/passwd'));
    expect(await problemsOf(path)).toEqual(['"bin/passwd": is a link that leads out of the package.']);
  });

  it('refuses a name with a line break', async () => {
    const found = await problemsOf(await archive([...files, { name: 'bin/a\nb' }]));
    expect(found).toEqual([expect.stringContaining('has a line break')]);
  });

  it('refuses an archive that is cut off, at any place', async () => {
    const random = Array.from({ length: 4000 }, (_, index) =>
      createHash('sha256').update(`${index}`).digest('hex'),
    ).join('');
    const path = await archive([...files, { name: 'lib/big-1.jar', text: random }]);
    const size = (await readFile(path)).length;
    for (const part of [0.9, 0.5, 0.1]) {
      await truncate(path, Math.floor(size * part));
      expect(await problemsOf(path)).toEqual(['The archive is cut off before its end.']);
    }
  });

  it('refuses what is no archive', async () => {
    const path = join(folder, 'x.tar.gz');
    await writeFile(path, 'hello, this is not an archive');
    expect(await problemsOf(path)).toEqual(['It is not a gzip-compressed archive.']);
    await writeFile(path, gzipSync('hello, this is not a tar archive. '.repeat(40)));
    expect(await problemsOf(path)).toEqual(['It is not a tar archive, or it is damaged.']);
    await writeFile(path, '');
    expect(await problemsOf(path)).toHaveLength(1);
    const damaged = await readFile(await archive([...files, { name: 'lib/b.jar', text: 'x'.repeat(99_999) }]));
    damaged.fill(0x55, 200, 260);
    await writeFile(path, damaged);
    expect(await problemsOf(path)).toHaveLength(1);
  });

  it.each<[string, TarPiece, string]>([
    ['a symbolic link that names nothing', { name: 'bin/a', type: '2' }, 'is a link that names nothing'],
    ['a hard link that names nothing', { name: 'bin/a', type: '1' }, 'is a hard link to something that is not'],
    ['a size that is no number', { name: 'bin/a', size: Buffer.from('zzz') }, 'The archive is damaged'],
    ['a size below zero', { name: 'bin/a', size: Buffer.from('-1') }, 'The archive is damaged'],
  ])('refuses %s', async (_, piece, words) => {
    expect((await problemsOf(await rawArchive([piece]))).join()).toContain(words);
  });

  it.each<[string, TarPiece[], string]>([
    ['a header without end', [{ name: 'x', type: 'x', size: octal(2 ** 30) }], 'The archive is damaged'],
    ['a path of very many parts', withLongName('L', 'a/'.repeat(200_000), { name: 'x' }), 'a path of more than 2048'],
    [
      'a link text of very many parts',
      withLongName('K', 'a/'.repeat(200_000), { name: 'bin/a', type: '2' }),
      'a path of',
    ],
    ['a long name', withPax([`path=bin/${'é'.repeat(128)}`], { name: 'x' }), 'a name of more than 255 bytes'],
    ['a sparse file', withPax(['GNU.sparse.major=1', 'GNU.sparse.name=bin/a'], { name: 'bin/b' }), 'or a sparse file'],
    ['a hard link before its file', [{ name: 'bin/a', type: '1', linkName: 'bin/eggroll.sh' }], 'or only after it'],
  ])('refuses %s', async (_, pieces, words) => {
    expect((await problemsOf(await rawArchive(pieces))).join()).toContain(words);
  });

  it('refuses an archive of very many entries', async () => {
    const header = tarOf([{ name: 'data/x' }]).subarray(0, 512);
    const path = join(folder, 'many.tar.gz');
    await writeFile(path, gzipped(Buffer.concat(Array.from({ length: 100_001 }, () => header))));
    expect((await problemsOf(path)).join()).toContain('more than 100000 entries');
  }, 60_000);

  it('follows links as far as Linux does, however they multiply', async () => {
    const links = Array.from({ length: 60 }, (_, index) => ({
      name: `bin/l${index}`,
      type: '2',
      linkName: `l${index + 1}/l${index + 1}`,
    }));
    expect((await problemsOf(await rawArchive(links))).join()).toContain('"bin/l0"');
  });

  it('takes a size of minus zero for zero', async () => {
    const size = Buffer.alloc(12, 0xff);
    const opened = await open(await rawArchive([{ name: 'bin/a', size }]));
    expect(Object.is(opened.tree.get('bin/a')?.sizeBytes, 0)).toBe(true);
    await opened.dispose();
  });

  it('takes a time that is no number for none', async () => {
    const opened = await open(await rawArchive([{ name: 'bin/a', time: Buffer.from('zzzzzzzzzzz') }]));
    expect(opened.tree.get('bin/a')?.modifiedSeconds).toBe(0);
    await opened.dispose();
  });

  it('says so when the disk fails while it is read', async () => {
    expect(await problemsOf('/proc/self/mem')).toEqual(['It cannot be read: the disk or device reports an error.']);
  });

  it('shows names without what a terminal would act on', async () => {
    const [found = ''] = await problemsOf(await rawArchive([{ name: 'bin/\u001b[2J' }]));
    expect(found).toContain('"bin/\\u001b[2J"');
  });

  it('says that the path does not exist', async () => {
    expect(await problemsOf(join(folder, 'nowhere'))).toEqual(['It cannot be read: it does not exist.']);
  });

  it('says that there is no place to unpack, and leaves nothing behind', async () => {
    const path = await archive(files);
    const outcome = await openPackage(path, { tmpDir: '/proc/eggroll' }).catch((error: unknown) => String(error));
    expect(outcome).toContain('It cannot be unpacked below /proc/eggroll');
  });
});
