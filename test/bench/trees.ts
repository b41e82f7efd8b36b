// The file trees of the benchmark (issue: EGGROLL_HOME of 150 MB, 110 jars, real Python code): a home as it was, the package of the
// next release, and one that differs from it in one jar and three Python files.

import { createHash } from 'node:crypto';
import { simulatedHome } from '../../src/rehearsal/home.ts';
import { noise } from '../../src/rehearsal/libraries.ts';
import { simulatedSite } from '../../src/rehearsal/site.ts';
import { addFile, type SimulatedTree, simulatedPackage, sortedTree } from '../../src/rehearsal/tree.ts';

export interface BenchTrees {
  /** EGGROLL_HOME before the full upgrade; only the site's own files when `isBare`. */
  readonly oldHome: SimulatedTree;
  /** Packages by name, each with the home that it must lead to. */
  readonly packages: Readonly<Record<PackageName, { readonly files: SimulatedTree; readonly home: SimulatedTree }>>;
}

export type PackageName = 'full' | 'small';

export interface TreeOptions {
  /** Size of lib/, which is nearly all of a package. */
  readonly libBytes: number;
  /** Python files by path. */
  readonly python: ReadonlyMap<string, Buffer>;
  /** The old home shares nothing with the package: every byte has to come over the network. */
  readonly isBare?: boolean;
}

const jarCount = 110;
// Releases whose eggroll.properties is the same, so that every tool must come to the same tree.
const [oldRelease, newRelease] = ['2.2.1', '2.2.2'] as const;
const [oldSeconds, newSeconds, smallSeconds] = [1_600_000_000, 1_610_000_000, 1_620_000_000];

export function benchTrees({ libBytes, python, isBare = false }: TreeOptions): BenchTrees {
  // Three jars of EggRoll's own are there already, small ones.
  const shares = jarShares(jarCount - 3);
  const withCode = (tree: SimulatedTree, revision: 'old' | 'new') => {
    shares.forEach((share, index) => {
      addJar(tree, index, Math.floor(share * libBytes), revision);
    });
    for (const [path, content] of python) addPython(tree, path, content, revision);
    return sortedTree(tree);
  };
  const few = { libraries: 0, libBytes: 30_000 };
  const bare = simulatedHome(oldRelease, simulatedSite('n1'), few);
  // What EggRoll makes while it runs is no part of the comparison.
  bare.delete('bin/pid');
  const oldHome = isBare ? bare : withCode(bare, 'old');
  const full = withCode(simulatedPackage(newRelease, few), 'new');
  const small = smallChange(full);
  return {
    oldHome,
    packages: {
      full: { files: full, home: homeAfter(oldHome, full) },
      small: { files: small, home: homeAfter(oldHome, small) },
    },
  };
}

/** Bytes of content in a tree that another has under no name. */
export function lackingBytes(wanted: SimulatedTree, home: SimulatedTree): number {
  const digests = (tree: SimulatedTree) =>
    new Map(
      [...tree.values()].flatMap((entry) =>
        entry.type === 'file' ? [[digest(entry.content), entry.content.length]] : [],
      ),
    );
  const present = digests(home);
  return [...digests(wanted)].reduce((sum, [key, size]) => (present.has(key) ? sum : sum + size), 0);
}

function digest(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Sizes of jars as shares of the whole: a few are large, most are small. */
function jarShares(count: number): readonly number[] {
  const weights = Array.from({ length: count }, (_, index) => 1 / (1 + ((index * 37) % count)) ** 0.7);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

// Of six jars two stay as they are, one is changed, three come with another version in the name.
function addJar(tree: SimulatedTree, index: number, sizeBytes: number, revision: 'old' | 'new') {
  const kind = index % 6;
  const seconds = kind < 2 || revision === 'old' ? oldSeconds : newSeconds;
  const version = kind > 2 && revision === 'new' ? '1.1' : '1.0';
  const content = noise(`jar ${index} ${kind < 2 ? '' : revision}`, sizeBytes);
  addFile(tree, `lib/library-${index}-${version}.jar`, content, seconds);
}

// Every third file is an earlier revision in the old home: some lines short.
function addPython(tree: SimulatedTree, path: string, content: Buffer, revision: 'old' | 'new') {
  const isChanged = digest(Buffer.from(path)).charCodeAt(0) % 3 === 0;
  const earlier = () =>
    content
      .toString('latin1')
      .split('\n')
      .filter((_, line) => line % 20 !== 7)
      .join('\n');
  const bytes = isChanged && revision === 'old' ? Buffer.from(earlier(), 'latin1') : content;
  addFile(tree, `python/eggroll/${path}`, bytes, isChanged && revision === 'new' ? newSeconds : oldSeconds);
}

function smallChange(full: SimulatedTree): SimulatedTree {
  const tree = new Map(full);
  const files = [...tree].flatMap(([path, entry]) => (entry.type === 'file' ? [{ path, entry }] : []));
  const jars = files.filter(({ path }) => path.includes('/library-'));
  const median = jars.toSorted((left, right) => left.entry.content.length - right.entry.content.length)[
    jars.length >> 1
  ];
  if (!median) throw new Error('There is no jar to change.');
  addFile(tree, median.path, noise('small change', median.entry.content.length), smallSeconds);
  const modules = files.filter(
    ({ path, entry }) => path.startsWith('python/') && path.endsWith('.py') && entry.content.length > 2000,
  );
  for (const { path, entry } of modules.slice(0, 3)) {
    addFile(tree, path, Buffer.concat([entry.content, Buffer.from('# One line more.\n')]), smallSeconds);
  }
  return tree;
}

/** What a site keeps when the package comes: everything outside the five folders, and its own files in them. */
function homeAfter(home: SimulatedTree, files: SimulatedTree): SimulatedTree {
  const kept = [...home].filter(([path]) => !/^(bin|conf|deploy|lib|python)(\/|$)/.test(path) || siteFile.test(path));
  return sortedTree(new Map([...files, ...kept]));
}

/** The same as in images/bench/peers/site-files. */
const siteFile = /^(bin\/fate-eggroll\.sh|conf\/eggroll\.properties|conf\/route_table\.json|conf\/[^/]*\.pem)$/;
