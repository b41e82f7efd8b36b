// Laws of the manifest: what find and sha256sum print of any names comes back as it was.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseHashes, parseListing } from '../../../src/cluster/listing.ts';
import { compareTrees } from '../../../src/cluster/manifest.ts';
import type { TreeEntry } from '../../../src/eggroll/tree.ts';
import { hashOutput, listingOutput, type ManifestLine } from '../../support/manifest.ts';

const name = fc
  .oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: fc.constantFrom('\\', '\n', 'n', ' ', '-', '证') }))
  .map((text) => `lib/${text.replaceAll(/[\0/]/g, '_')}`);
const hash = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 64, maxLength: 64 });
const facts = { mode: fc.integer({ min: 0, max: 0o7777 }), sizeBytes: fc.nat(), modifiedSeconds: fc.nat() };

const entry: fc.Arbitrary<TreeEntry> = fc.oneof(
  fc.record({ path: name, type: fc.constant('file' as const), sha256: hash, ...facts }),
  fc.record({ path: name, type: fc.constant('directory' as const), ...facts }),
  fc.record({ path: name, type: fc.constant('symlink' as const), target: name, ...facts }),
);
const entries = fc.uniqueArray(entry, { selector: ({ path }) => path, maxLength: 12 });

const letters = { file: 'f', directory: 'd', symlink: 'l' } as const;

function linesOf(tree: readonly TreeEntry[]): ManifestLine[] {
  return tree.map(({ path, type, mode, sizeBytes, modifiedSeconds, sha256, target }) => ({
    facts: `${letters[type]} ${mode.toString(8)} ${sizeBytes} ${modifiedSeconds}.5000000000`,
    path,
    ...(target === undefined ? {} : { target }),
    ...(sha256 === undefined ? {} : { sha256 }),
  }));
}

function withHashes(listed: readonly Omit<TreeEntry, 'sha256'>[], hashes: ReadonlyMap<string, string>): TreeEntry[] {
  return listed.map((entry) => {
    const sha256 = entry.type === 'file' ? hashes.get(entry.path) : undefined;
    return sha256 === undefined ? entry : { ...entry, sha256 };
  });
}

describe('parseListing and parseHashes', () => {
  it('read back what was printed', () => {
    fc.assert(
      fc.property(entries, (tree) => {
        const listed = parseListing(listingOutput(linesOf(tree))).entries.map(({ entry: known }) => known);
        expect(withHashes(listed, parseHashes(hashOutput(linesOf(tree))))).toEqual(tree);
      }),
      { numRuns: 1000 },
    );
  });

  it('give no smaller tree when the output was cut', () => {
    fc.assert(
      fc.property(entries, fc.double({ min: 0, max: 1, noNaN: true }), (tree, share) => {
        const whole = listingOutput(linesOf(tree));
        expect(() => parseListing(whole.subarray(0, Math.floor(share * (whole.length - 1))))).toThrow();
      }),
      { numRuns: 1000 },
    );
  });
});

describe('compareTrees', () => {
  const asTree = (tree: readonly TreeEntry[]) => new Map(tree.map((each) => [each.path, each]));

  it('finds a tree equal to itself, in whatever order', () => {
    fc.assert(
      fc.property(entries, (tree) => {
        expect(compareTrees(asTree(tree), asTree([...tree].reverse()), { times: true })).toEqual([]);
      }),
    );
  });

  it('names exactly the entries that were taken away', () => {
    fc.assert(
      fc.property(entries, fc.nat(12), (tree, count) => {
        const gone = tree.slice(0, count).map(({ path }) => `${path}: missing`);
        expect(compareTrees(asTree(tree), asTree(tree.slice(count)), { times: true }).sort()).toEqual(gone.sort());
      }),
    );
  });
});
