import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readlink, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { extract } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { transferStream } from '../../../src/cluster/transfer.ts';
import type { TransferItem } from '../../../src/cluster/transfer-item.ts';
import { UpgradeError } from '../../../src/engine/errors.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'transfer-test-'));
});
afterEach(() => rm(root, { recursive: true }));

const facts = { mode: 0o644, modifiedSeconds: 1_700_000_000 };

async function file(path: string, bytes: Buffer): Promise<TransferItem> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), bytes);
  return { entry: { ...facts, path, type: 'file', sizeBytes: bytes.length, sha256: 'unused' } };
}

interface Unpacked {
  readonly name: string;
  readonly type: string;
  readonly mode: number;
  readonly seconds: number;
  readonly target: string | undefined;
  readonly digest: string;
}

async function unpack(items: readonly TransferItem[], onBytes: (count: number) => void = () => undefined) {
  const unpacked: Unpacked[] = [];
  const reader = extract();
  reader.on('entry', (header, stream, next) => {
    const hash = createHash('sha256');
    stream.on('data', (chunk) => hash.update(chunk as Buffer));
    stream.on('end', () => {
      unpacked.push({
        name: header.name,
        type: header.type ?? '',
        mode: header.mode ?? 0,
        seconds: (header.mtime?.getTime() ?? 0) / 1000,
        target: header.linkname ?? undefined,
        digest: hash.digest('hex'),
      });
      next();
    });
  });
  const tar = await buffer(transferStream(root, items, onBytes));
  const finished = once(reader, 'finish');
  reader.end(tar);
  await finished;
  return unpacked;
}

const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** Those of this process below the package. */
async function openFiles(): Promise<string[]> {
  const numbers = await readdir('/proc/self/fd');
  const links = await Promise.all(numbers.map((number) => readlink(`/proc/self/fd/${number}`).catch(() => '')));
  return links.filter((link) => link.startsWith(root));
}

describe('transferStream', () => {
  it.each([
    'bin/a',
    'deploy/with blanks and 中文.md',
    `lib/${'long-'.repeat(30)}name.jar`,
    `lib/${'中'.repeat(80)}`,
    'conf/-dash',
    'conf/new\nline',
    'conf/back\\slash',
  ])('carries %j with content, mode and time', async (path) => {
    const bytes = randomBytes(3000);
    const item = await file(path, bytes);
    const executable = { ...item, entry: { ...item.entry, mode: 0o755 } };
    expect(await unpack([executable])).toEqual([
      { name: path, type: 'file', mode: 0o755, seconds: 1_700_000_000, target: undefined, digest: digest(bytes) },
    ]);
  });

  it('carries folders, links, empty files and given content, in order', async () => {
    const merged = Buffer.from('merged');
    const unpacked = await unpack([
      { entry: { ...facts, path: 'conf', type: 'directory', mode: 0o755, sizeBytes: 0 } },
      await file('conf/empty', Buffer.alloc(0)),
      { entry: { ...facts, path: 'conf/merged', type: 'file', sizeBytes: merged.length }, content: merged },
      { entry: { ...facts, path: 'conf/none', type: 'file', sizeBytes: 0 }, content: Buffer.alloc(0) },
      { entry: { ...facts, path: 'conf/link', type: 'symlink', sizeBytes: 0, target: `../${'x'.repeat(150)}` } },
      await file('lib/last', Buffer.from('last')),
    ]);
    expect(unpacked.map(({ name, type }) => `${type} ${name}`)).toEqual([
      'directory conf',
      'file conf/empty',
      'file conf/merged',
      'file conf/none',
      'symlink conf/link',
      'file lib/last',
    ]);
    expect(unpacked[2]?.digest).toBe(digest(merged));
    expect(unpacked[4]?.target).toBe(`../${'x'.repeat(150)}`);
    expect(unpacked[5]?.digest).toBe(digest(Buffer.from('last')));
  });

  it('counts content bytes', async () => {
    const sizes = [0, 1, 200_000];
    const items = await Promise.all(sizes.map((size) => file(`lib/${size}`, Buffer.alloc(size))));
    let sum = 0;
    await unpack([...items, { ...(items[1] as TransferItem), content: Buffer.from('x') }], (count) => {
      sum += count;
    });
    expect(sum).toBe(200_002);
  });

  it.each<[string, number]>([
    ['shrunk', 999],
    ['become empty', 0],
    ['grown', 1_000_001],
    ['grown by a byte', 1001],
  ])('fails when a file has %s since', async (_name, size) => {
    const before = await file('lib/before', Buffer.from('x'));
    const item = await file('lib/changed.jar', Buffer.alloc(1000));
    await truncate(join(root, 'lib/changed.jar'), size);
    const sending = unpack([before, item]);
    await expect(sending).rejects.toBeInstanceOf(UpgradeError);
    await expect(sending).rejects.toMatchObject({
      code: 'PACKAGE_INVALID',
      message: expect.stringContaining('changed.jar'),
    });
  });

  it('ends quietly when its reader goes away', async () => {
    const items = await Promise.all([1, 2, 3].map((name) => file(`lib/${name}.jar`, Buffer.alloc(1_000_000))));
    const folder: TransferItem = { entry: { ...facts, path: 'conf', type: 'directory', sizeBytes: 0 } };
    for (const read of [0, 1, 40]) {
      const stream = transferStream(root, [folder, ...items, folder], () => undefined);
      for (let chunk = 0; chunk < read; chunk += 1) await once(stream, 'data');
      stream.destroy();
      await once(stream, 'close');
    }
    await vi.waitFor(async () => expect(await openFiles()).toEqual([]));
  });

  it('fails when a file has gone', async () => {
    const item = await file('lib/gone.jar', Buffer.from('x'));
    await rm(join(root, 'lib/gone.jar'));
    await expect(unpack([item])).rejects.toMatchObject({ code: 'PACKAGE_INVALID' });
  });
});
