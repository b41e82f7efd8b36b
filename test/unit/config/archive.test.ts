import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { extractArchive, packageTops, programEntries, scanArchive } from '../../../src/config/archive.ts';
import type { Tree, TreeEntry } from '../../../src/eggroll/tree.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'archive-test-'));
  path = join(folder, 'a.tgz');
  const tar = pack();
  tar.entry({ name: './eggroll/bin/eggroll.sh', mode: 0o755, mtime: new Date(1_600_000_000_000) }, 'echo\n');
  tar.entry({ name: './eggroll/data/x' }, 'x');
  tar.finalize();
  await pipeline(tar as unknown as NodeJS.ReadableStream, createGzip(), createWriteStream(path));
  await mkdir(join(folder, 'out'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function treeOf(sha256?: string): Promise<Tree> {
  const [script] = programEntries(await scanArchive(createReadStream(path)), 'eggroll').entries;
  if (script?.type !== 'file') throw new Error('no file in the archive');
  const folderEntry = { ...script, path: 'bin', type: 'directory', mode: 0o755 } as const;
  const file = { ...script, type: 'file', ...(sha256 && { sha256 }) } as const;
  return new Map<string, TreeEntry>([
    ['bin', folderEntry],
    [file.path, file],
  ]);
}

describe('an archive', () => {
  it('is scanned whole, and gives the entries of the five folders', async () => {
    const scan = await scanArchive(createReadStream(path));
    expect(scan).toMatchObject({ isWhole: true, problems: [] });
    expect(packageTops(scan.entries)).toEqual(['eggroll']);
    expect(programEntries(scan, 'eggroll').entries.map((entry) => entry.path)).toEqual(['bin/eggroll.sh']);
  });

  it('is unpacked with content, mode and time', async () => {
    expect(
      await extractArchive(createReadStream(path), 'eggroll', await treeOf(), join(folder, 'out')),
    ).toBeUndefined();
    expect(await readFile(join(folder, 'out/bin/eggroll.sh'), 'utf8')).toBe('echo\n');
    const facts = await stat(join(folder, 'out/bin/eggroll.sh'));
    expect([facts.mode & 0o777, facts.mtimeMs]).toEqual([0o755, 1_600_000_000_000]);
  });

  it('is refused when its content is no longer what was scanned', async () => {
    expect(
      await extractArchive(createReadStream(path), 'eggroll', await treeOf('0'.repeat(64)), join(folder, 'out')),
    ).toBe('"bin/eggroll.sh": changed while the archive was read.');
  });
});
