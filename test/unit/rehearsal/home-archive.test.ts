import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { extract, type Header, pack } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addHome, readHomeArchive } from '../../../src/rehearsal/home-archive.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'home-archive-'));
});
afterAll(() => rm(folder, { recursive: true }));

type Entry = Partial<Header> & { name: string; content?: string };

async function archiveOf(name: string, entries: readonly Entry[], zip = false): Promise<string> {
  const archive = pack();
  for (const { content, ...header } of entries) archive.entry(header, content ?? '');
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive as AsyncIterable<Buffer>) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  const file = join(folder, name);
  await writeFile(file, zip ? gzipSync(bytes) : bytes);
  return file;
}

async function addedFrom(file: string): Promise<Map<string, Header & { text: string }>> {
  const archive = pack();
  const filled = addHome(archive, await readHomeArchive(file, 'REHEARSE_HOME'), 'data/home').then(() =>
    archive.finalize(),
  );
  const found = new Map<string, Header & { text: string }>();
  const reader = archive.pipe(extract());
  for await (const entry of reader) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry as AsyncIterable<Buffer>) chunks.push(chunk);
    found.set(entry.header.name, { ...entry.header, text: Buffer.concat(chunks).toString() });
  }
  await filled;
  return found;
}

const home = (top: string): Entry[] => [
  { name: `${top}bin/eggroll.sh`, mode: 0o755, uid: 5, content: 'script' },
  { name: `${top}conf/eggroll.properties`, content: 'a=b\n' },
  { name: `${top}lib/eggroll-core-2.0.2.jar`, content: 'jar' },
];

describe('readHomeArchive', () => {
  it.each(['', './', 'eggroll/', 'data/projects/fate/eggroll/'])('finds the home below %j', async (top) => {
    const file = await archiveOf('home.tar.gz', [{ name: `${top}lib`, type: 'directory' }, ...home(top)], true);
    const found = await readHomeArchive(file, 'REHEARSE_HOME');
    expect(found.top).toBe(top.replace(/^\.\//, '').replace(/\/$/, ''));
    expect(found.properties).toBe('a=b\n');
    expect(found.isThree).toBe(false);
  });

  it('takes the home and not a backup inside it', async () => {
    const file = await archiveOf('nested.tar', [...home('home/backup_of_may/'), ...home('home/')]);
    expect((await readHomeArchive(file, 'REHEARSE_HOME')).top).toBe('home');
  });

  it('knows 3.x, and where logs lead to', async () => {
    const three = { name: 'lib/core-3.0.0.jar', content: '' };
    const logs = { name: 'logs', type: 'symlink' as const, linkname: '/data/logs/fate/eggroll' };
    const found = await readHomeArchive(await archiveOf('three.tar', [...home(''), three, logs]), 'REHEARSE_HOME');
    expect(found).toMatchObject({ isThree: true, hasLogs: true, logsTarget: '/data/logs/fate/eggroll' });
  });

  it.each([
    ['is no archive', 'text', /holds no EGGROLL_HOME|cannot be read/],
    ['is missing', undefined, /it does not exist/],
  ])('refuses what %s', async (_, content, message) => {
    const file = join(folder, content ?? 'missing');
    if (content) await writeFile(file, content);
    await expect(readHomeArchive(file, 'REHEARSE_HOME')).rejects.toThrow(message);
  });

  it('refuses an archive without a home, and one that leads out', async () => {
    const empty = await archiveOf('empty.tar', [{ name: 'bin/other.sh', content: '' }]);
    await expect(readHomeArchive(empty, 'REHEARSE_HOME')).rejects.toThrow(/holds no EGGROLL_HOME/);
    const evil = await archiveOf('evil.tar', [...home(''), { name: '../../etc/passwd', content: 'x' }]);
    await expect(readHomeArchive(evil, 'REHEARSE_HOME')).rejects.toThrow(/leads out/);
  });
});

describe('addHome', () => {
  it('puts the home into its place, owned by app, with modes and links, without the records of real runs', async () => {
    const file = await archiveOf('whole.tar', [
      ...home('e/'),
      { name: 'e/.eggroll-upgrade/runs/x/record.json', content: '{}' },
      { name: 'e/bin/second', type: 'link', linkname: 'e/bin/eggroll.sh' },
      { name: 'e/venv/python', type: 'symlink', linkname: '/usr/bin/python3' },
      { name: 'other/file', content: 'x' },
    ]);
    const added = await addedFrom(file);
    expect([...added.keys()]).toEqual([
      'data/home/logs/',
      'data/home/bin/eggroll.sh',
      'data/home/conf/eggroll.properties',
      'data/home/lib/eggroll-core-2.0.2.jar',
      'data/home/bin/second',
      'data/home/venv/python',
    ]);
    expect(added.get('data/home/bin/eggroll.sh')).toMatchObject({ mode: 0o755, uid: 1001, gid: 1001, text: 'script' });
    expect(added.get('data/home/bin/second')).toMatchObject({ type: 'link', linkname: 'data/home/bin/eggroll.sh' });
    expect(added.get('data/home/venv/python')).toMatchObject({ type: 'symlink', linkname: '/usr/bin/python3' });
  });
});
