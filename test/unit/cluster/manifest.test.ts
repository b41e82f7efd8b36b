import { describe, expect, it } from 'vitest';
import { compareTrees, parseManifest } from '../../../src/cluster/manifest.ts';
import type { Tree, TreeEntry } from '../../../src/eggroll/tree.ts';
import { manifestOutput } from '../../support/manifest.ts';

const hash = (letter: string) => letter.repeat(64);

describe('parseManifest', () => {
  it('reads files, folders and links', () => {
    const output = manifestOutput([
      { facts: 'd 755 4096 1700000000.1234567890', path: 'bin' },
      { facts: 'f 644 12 1700000001.9999999990', path: 'bin/eggroll.sh', sha256: hash('a') },
      { facts: 'l 777 6 1700000002.0000000000', path: 'bin/link', target: '../lib' },
    ]);
    expect([...parseManifest(output).values()]).toEqual([
      { path: 'bin', type: 'directory', mode: 0o755, sizeBytes: 4096, modifiedSeconds: 1_700_000_000 },
      {
        path: 'bin/eggroll.sh',
        type: 'file',
        mode: 0o644,
        sizeBytes: 12,
        modifiedSeconds: 1_700_000_001,
        sha256: hash('a'),
      },
      {
        path: 'bin/link',
        type: 'symlink',
        mode: 0o777,
        sizeBytes: 6,
        modifiedSeconds: 1_700_000_002,
        target: '../lib',
      },
    ]);
  });

  it('names a file whose name is not UTF-8', () => {
    const gbk = Buffer.from('f 644 1 1700000000.0\0conf/\xd6\xd0.pem\0\0\0', 'latin1');
    expect(() => parseManifest(gbk)).toThrow(/conf\/.*\.pem is not UTF-8/);
  });

  it('reads nothing', () => {
    expect(parseManifest(Buffer.from('\0')).size).toBe(0);
  });

  it.each(['conf/a b', 'conf/证书.pem', 'conf/-rf', 'conf/new\nline', 'conf/back\\slash', 'conf/\\n', 'conf/ends\n'])(
    'finds the hash of %j',
    (path) => {
      const output = manifestOutput([
        { facts: 'f 600 1 1.0', path: 'conf/other', sha256: hash('a') },
        { facts: 'f 600 1 1.0', path, sha256: hash('b') },
      ]);
      expect(parseManifest(output).get(path)?.sha256).toBe(hash('b'));
    },
  );

  it('keeps a link target as it is', () => {
    const output = manifestOutput([{ facts: 'l 777 1 1.0', path: 'lib/x', target: '证 书\n' }]);
    expect(parseManifest(output).get('lib/x')?.target).toBe('证 书\n');
  });

  it('keeps the set-group bit of a folder', () => {
    expect(parseManifest(manifestOutput([{ facts: 'd 2775 1 1.0', path: 'lib' }])).get('lib')?.mode).toBe(0o2775);
  });

  it('refuses output that was cut at any byte before the hash of the last file', () => {
    const whole = manifestOutput([
      { facts: 'd 755 1 1.0', path: 'bin' },
      { facts: 'f 644 1 1.0', path: 'bin/a', sha256: hash('a') },
      { facts: 'f 644 1 1.0', path: 'bin/b', sha256: hash('b') },
    ]);
    for (let length = 0; length < whole.length - 'bin/b\n'.length; length += 1) {
      expect(() => parseManifest(whole.subarray(0, length)), `cut at ${length}`).toThrow();
    }
  });

  it('refuses a file without a hash', () => {
    expect(() => parseManifest(manifestOutput([{ facts: 'f 644 1 1.0', path: 'bin/gone' }]))).toThrow('bin/gone');
  });

  it.each(['p', 's', 'b', 'c', 'D', '?'])('refuses an entry of type %s', (letter) => {
    expect(() => parseManifest(manifestOutput([{ facts: `${letter} 644 0 1.0`, path: 'bin/x' }]))).toThrow(
      'neither a file, a folder nor a link',
    );
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
