import { describe, expect, it } from 'vitest';
import type { CommandResult } from '../../../src/cluster/command.ts';
import { knownHashes } from '../../../src/cluster/known-hashes.ts';
import { compareTrees, type ReadOptions, readTree } from '../../../src/cluster/manifest.ts';
import type { ClusterNode } from '../../../src/cluster/node.ts';
import type { Tree, TreeEntry } from '../../../src/eggroll/tree.ts';
import { hashOutput, listingOutput, type ManifestLine } from '../../support/manifest.ts';

const hash = (letter: string) => letter.repeat(64);

describe('readTree', () => {
  const lines: readonly ManifestLine[] = [
    { facts: 'd 755 1 1.0', path: 'bin' },
    { facts: 'f 644 1 1.0', path: 'bin/a', sha256: hash('a') },
    { facts: 'f 644 2 1.0', path: 'bin/b', sha256: hash('b') },
  ];

  /** A node with these files, and the paths that it was told to hash, by command. */
  function nodeWith(files: readonly ManifestLine[], recorded = '', trustsRecords = true) {
    const hashed: string[][] = [];
    const asked: string[] = [];
    const listing = listingOutput(files).toString('latin1').replace('\0', `${recorded}\0`);
    const node = {
      name: 'nm1',
      home: '/home',
      hashes: knownHashes(trustsRecords),
      async ask(script: string, args: readonly string[], options?: { readonly input?: Buffer }) {
        if (script === 'manifest') {
          asked.push(args.join(' '));
          return { stdout: Buffer.from(listing, 'latin1') } as CommandResult;
        }
        const paths = options?.input?.toString('utf8').split('\0').slice(0, -1) ?? [];
        hashed.push(paths);
        return { stdout: hashOutput(files.filter(({ path }) => paths.includes(path))) } as CommandResult;
      },
    } as unknown as ClusterNode;
    return { node, hashed, asked, read: (options?: ReadOptions) => readTree(node, '/home', ['bin'], options) };
  }

  it('hashes each file once', async () => {
    const { read, hashed } = nodeWith(lines);
    for (let time = 0; time < 2; time += 1) {
      const tree = await read();
      expect([...tree.values()].map(({ sha256 }) => sha256)).toEqual([undefined, hash('a'), hash('b')]);
    }
    expect(hashed).toEqual([['bin/a', 'bin/b']]);
    await read({ anew: true });
    expect(hashed).toHaveLength(2);
  });

  it('holds once what two nodes have alike', async () => {
    const [one, other] = [await nodeWith(lines).read(), await nodeWith(lines).read()];
    expect(other.size).toBe(3);
    for (const [path, entry] of other) expect(one.get(path)).toBe(entry);
  });

  it('records what was read anew, whatever an earlier run has recorded', async () => {
    const { read, node } = nodeWith(lines, `1 1 1.0 1.5 ${hash('c')}\n`);
    await read({ anew: true });
    expect(node.hashes.lines()).toBe(`1 1 1.0 1.5 ${hash('a')}\n2 2 1.0 1.5 ${hash('b')}\n`);
    expect((await read()).get('bin/a')?.sha256).toBe(hash('a'));
  });

  it('hashes what is wanted, and leaves the rest without a hash', async () => {
    const { read, hashed } = nodeWith(lines);
    const tree = await read({ wants: ({ sizeBytes }) => sizeBytes === 2 });
    expect([tree.get('bin/a')?.sha256, tree.get('bin/b')?.sha256]).toEqual([undefined, hash('b')]);
    expect(hashed).toEqual([['bin/b']]);
  });

  it('takes what an earlier run has recorded, for files that nobody has written to, unless told not to', async () => {
    const recorded = `1 1 1.0 1.5 ${hash('c')}\n2 2 1.0 1.4 ${hash('d')}\n`;
    const { read, hashed, node } = nodeWith(lines, recorded);
    expect((await read()).get('bin/a')?.sha256).toBe(hash('c'));
    expect(hashed).toEqual([['bin/b']]);
    // Of what is gone, nothing is recorded again.
    expect(node.hashes.lines()).toBe(`1 1 1.0 1.5 ${hash('c')}\n2 2 1.0 1.5 ${hash('b')}\n`);
    const strict = nodeWith(lines, recorded, false);
    expect((await strict.read()).get('bin/a')?.sha256).toBe(hash('a'));
  });

  it('asks once for what was recorded, and not at all when it does not count', async () => {
    const { read, asked } = nodeWith(lines);
    await read();
    await read();
    expect(asked).toEqual(['/home/.eggroll-upgrade/hashes /home bin', ' /home bin']);
    const strict = nodeWith(lines, '', false);
    await strict.read();
    expect(strict.asked).toEqual([' /home bin']);
  });

  it('does not rely on what was written a moment ago', async () => {
    const { node } = nodeWith(lines);
    const entry = { path: 'x', type: 'file', mode: 0o644, sizeBytes: 1, modifiedSeconds: 1 } as const;
    const at = (changedSeconds: number) => ({ entry, identity: `1 1 1 ${changedSeconds}`, changedSeconds });
    for (const changed of [99.95, 99, 98.5, 97]) node.hashes.add(at(changed), hash('a'), 100);
    expect([99.95, 99, 98.5, 97].map((changed) => node.hashes.get(at(changed)) !== undefined)).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });

  it('refuses a file that goes away while it is read', async () => {
    const { read } = nodeWith([{ facts: 'f 644 1 1.0', path: 'bin/gone' }]);
    await expect(read()).rejects.toThrow('bin/gone has no hash');
  });
});

describe('compareTrees', () => {
  const file: TreeEntry = {
    path: 'a',
    type: 'file',
    mode: 0o644,
    sizeBytes: 1,
    modifiedSeconds: 10,
    sha256: hash('a'),
  };
  const folder: TreeEntry = { path: 'a', type: 'directory', mode: 0o755, sizeBytes: 1, modifiedSeconds: 10 };
  const link: TreeEntry = { path: 'a', type: 'symlink', mode: 0o777, sizeBytes: 1, modifiedSeconds: 10, target: 'x' };
  const tree = (...entries: TreeEntry[]): Tree => new Map(entries.map((entry) => [entry.path, entry]));

  it.each<[string, TreeEntry, TreeEntry, string]>([
    ['content', file, { ...file, sha256: hash('b') }, 'a: has other content'],
    ['mode', file, { ...file, mode: 0o755 }, 'a: has mode 755, expected 644'],
    ['the mode of a folder', folder, { ...folder, mode: 0o700 }, 'a: has mode 700, expected 755'],
    ['time', file, { ...file, modifiedSeconds: 11 }, 'a: has another time'],
    ['target', link, { ...link, target: 'y' }, 'a: links to another place'],
    ['type', file, folder, 'a: is a directory, expected a file'],
    ['a link in the place of a folder', folder, link, 'a: is a symlink, expected a directory'],
  ])('tells a difference of %s', (_name, want, have, line) => {
    expect(compareTrees(tree(want), tree(have), { times: true })).toEqual([line]);
  });

  it.each<[string, TreeEntry, TreeEntry]>([
    ['the time of a folder', folder, { ...folder, modifiedSeconds: 11 }],
    ['the size of a folder', folder, { ...folder, sizeBytes: 4096 }],
    ['the time of a link', link, { ...link, modifiedSeconds: 11 }],
    ['the mode of a link', link, { ...link, mode: 0o755 }],
  ])('does not mind %s', (_name, want, have) => {
    expect(compareTrees(tree(want), tree(have), { times: true })).toEqual([]);
  });

  it('minds times only when asked', () => {
    expect(compareTrees(tree(file), tree({ ...file, modifiedSeconds: 11 }), { times: false })).toEqual([]);
  });

  it('tells what is missing and what is too much, sorted', () => {
    const want = tree({ ...file, path: 'lib/b' }, { ...file, path: 'bin/a' });
    const have = tree({ ...file, path: 'lib/c' }, { ...file, path: 'bin/a' });
    expect(compareTrees(want, have, { times: true })).toEqual(['lib/b: missing', 'lib/c: not expected']);
  });
});
