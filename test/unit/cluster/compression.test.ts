import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shrinksWell } from '../../../src/cluster/compression.ts';
import { transferOf } from '../../../src/cluster/transfer.ts';
import type { TransferItem } from '../../../src/cluster/transfer-item.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'compression-test-'));
});
afterEach(() => rm(root, { recursive: true }));

const text = (bytes: number) => Buffer.alloc(bytes, 'def run(self): return 1\n');

async function file(path: string, bytes: Buffer): Promise<TransferItem> {
  await writeFile(join(root, path), bytes);
  return {
    entry: { path, type: 'file', mode: 0o644, modifiedSeconds: 1, sizeBytes: bytes.length, sha256: 'unused' },
  };
}

describe('shrinksWell', () => {
  it('is true of text, from a mebibyte on', async () => {
    expect(shrinksWell(root, [await file('a', text(600_000)), await file('b', text(600_000))])).toBe(true);
    expect(shrinksWell(root, [await file('a', text(600_000))])).toBe(false);
    expect(shrinksWell(root, [])).toBe(false);
  });

  it('goes by the larger part of the content, wherever it lies', async () => {
    const [jar, source] = [randomBytes(4_000_000), text(1_000_000)];
    expect(shrinksWell(root, [await file('a', source), await file('b', jar)])).toBe(false);
    expect(shrinksWell(root, [await file('a', jar.subarray(0, 1_000_000)), await file('b', text(4_000_000))])).toBe(
      true,
    );
  });

  it('takes content that is no file of the package', async () => {
    const { entry } = await file('a', Buffer.alloc(0));
    expect(shrinksWell('/nowhere', [{ entry: { ...entry, sizeBytes: 2_000_000 }, content: text(2_000_000) }])).toBe(
      true,
    );
  });

  it('leaves it to the sending to tell of a file that is gone', async () => {
    const { entry } = await file('a', text(2_000_000));
    await rm(join(root, 'a'));
    expect(shrinksWell(root, [{ entry }])).toBe(false);
  });
});

describe('transferOf', () => {
  it('compresses what shrinks well, and nothing else', async () => {
    const small = transferOf(root, [await file('a', text(1000))], () => undefined);
    expect(small.form).toBe('plain');
    const plain = await buffer(small.stream);
    expect(plain.subarray(0, 1).toString()).toBe('a');
    const items = [await file('a', text(2_000_000))];
    const large = transferOf(root, items, () => undefined);
    expect(large.form).toBe('gzip');
    const sent = await buffer(large.stream);
    expect(sent.length).toBeLessThan(100_000);
    expect(
      gunzipSync(sent)
        .subarray(512, 512 + 2_000_000)
        .equals(text(2_000_000)),
    ).toBe(true);
  });

  it('fails like the tar in it', async () => {
    const item = await file('a', text(2_000_000));
    await writeFile(join(root, 'a'), text(1_500_000));
    await expect(buffer(transferOf(root, [item], () => undefined).stream)).rejects.toThrow('cannot be sent');
  });
});
