import { describe, expect, it } from 'vitest';
import { parseHashes, parseListing } from '../../../src/cluster/listing.ts';
import { hashOutput, listingOutput } from '../../support/manifest.ts';

const hash = (letter: string) => letter.repeat(64);
const entriesIn = (output: Buffer) => parseListing(output).entries.map(({ entry }) => entry);

describe('parseListing', () => {
  it('reads files, folders and links', () => {
    const output = listingOutput([
      { facts: 'd 755 4096 1700000000.1234567890', path: 'bin' },
      { facts: 'f 644 12 1700000001.9999999990', path: 'bin/eggroll.sh' },
      { facts: 'l 777 6 1700000002.0000000000', path: 'bin/link', target: '../lib' },
    ]);
    expect(entriesIn(output)).toEqual([
      { path: 'bin', type: 'directory', mode: 0o755, sizeBytes: 4096, modifiedSeconds: 1_700_000_000 },
      { path: 'bin/eggroll.sh', type: 'file', mode: 0o644, sizeBytes: 12, modifiedSeconds: 1_700_000_001 },
      {
        path: 'bin/link',
        type: 'symlink',
        mode: 0o777,
        sizeBytes: 6,
        modifiedSeconds: 1_700_000_002,
        target: '../lib',
      },
    ]);
    const [, file] = parseListing(output).entries;
    expect(file).toMatchObject({ identity: '1 12 1700000001.9999999990 1.5', changedSeconds: 1.5 });
  });

  it('names a file whose name is not UTF-8', () => {
    const gbk = Buffer.from('\0f 644 1 1700000000.0 1 1.5\0conf/\xd6\xd0.pem\0\0\0', 'latin1');
    expect(() => parseListing(gbk)).toThrow(/conf\/.*\.pem is not UTF-8/);
  });

  it('reads nothing', () => {
    expect(parseListing(Buffer.from('\0\0'))).toEqual({ recorded: new Map(), entries: [] });
  });

  it('reads what was recorded, and leaves out what makes no sense', () => {
    const line = `12 3 1.0 2.5 ${hash('a')}`;
    const { recorded } = parseListing(Buffer.from(`${line}\n12 3 1.0 ${hash('b')}\n\n12 3 1.0 2.5 aa\n\0\0`));
    expect(recorded).toEqual(new Map([['12 3 1.0 2.5', hash('a')]]));
  });

  it('keeps a link target as it is', () => {
    const [entry] = entriesIn(listingOutput([{ facts: 'l 777 1 1.0', path: 'lib/x', target: '证 书\n' }]));
    expect(entry?.target).toBe('证 书\n');
  });

  it('keeps the set-group bit of a folder', () => {
    expect(entriesIn(listingOutput([{ facts: 'd 2775 1 1.0', path: 'lib' }]))[0]?.mode).toBe(0o2775);
  });

  it('refuses output that was cut at any byte', () => {
    const whole = listingOutput([
      { facts: 'd 755 1 1.0', path: 'bin' },
      { facts: 'f 644 1 1.0', path: 'bin/a' },
    ]);
    for (let length = 0; length < whole.length; length += 1) {
      expect(() => parseListing(whole.subarray(0, length)), `cut at ${length}`).toThrow();
    }
  });

  it.each(['p', 's', 'b', 'c', 'D', '?'])('refuses an entry of type %s', (letter) => {
    expect(() => parseListing(listingOutput([{ facts: `${letter} 644 0 1.0`, path: 'bin/x' }]))).toThrow(
      'neither a file, a folder nor a link',
    );
  });
});

describe('parseHashes', () => {
  it.each(['conf/a b', 'conf/证书.pem', 'conf/-rf', 'conf/new\nline', 'conf/back\\slash', 'conf/\\n', 'conf/ends\n'])(
    'finds the hash of %j',
    (path) => {
      const output = hashOutput([
        { facts: '', path: 'conf/other', sha256: hash('a') },
        { facts: '', path, sha256: hash('b') },
      ]);
      expect(parseHashes(output).get(path)).toBe(hash('b'));
    },
  );
});
