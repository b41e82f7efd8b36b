import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { extract, type Header } from 'tar-stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { appOwner, writeTar } from '../../../src/rehearsal/archive.ts';
import { simulatedHome } from '../../../src/rehearsal/home.ts';
import { simulatedSite } from '../../../src/rehearsal/site.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'archive-'));
});
afterEach(async () => await rm(dir, { recursive: true }));

test('the archive holds every entry with content, mode, time, owner and link', async () => {
  const tree = simulatedHome('2.2.1', simulatedSite('nm1', { logs: 'symlink' }));
  const file = join(dir, 'home.tar');
  await writeTar(tree, file);
  const found = new Map<string, { header: Header; content: Buffer }>();
  for await (const entry of createReadStream(file).pipe(extract())) {
    found.set(entry.header.name, { header: entry.header, content: await buffer(entry) });
  }
  expect(found.get('./')?.header).toMatchObject({ type: 'directory', ...appOwner });
  expect(found.size).toBe(tree.size + 1);
  for (const [path, entry] of tree) {
    const { header, content } = found.get(`./${path}`) ?? found.get(`./${path}/`) ?? expect.fail(path);
    expect(header).toMatchObject({ type: entry.type, mode: entry.mode, ...appOwner });
    expect(header.mtime?.getTime()).toBe(entry.modifiedSeconds * 1000);
    if (entry.type === 'file') expect(content.equals(entry.content)).toBe(true);
    if (entry.type === 'symlink') expect(header.linkname).toBe(entry.target);
  }
});
