// Everything that the containers of the benchmark read, in one folder.

import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { knownHostsLine, makeSshKey } from '../../src/rehearsal/ssh-keys.ts';
import { writeTree } from '../../src/rehearsal/tree.ts';
import { mustRun } from './containers.ts';
import { type BenchTrees, benchTrees, lackingBytes, type PackageName } from './trees.ts';

/** A node as the lists name it; `container` is the host name. */
export interface BenchHost {
  readonly container: string;
  readonly port: number;
}

export interface Fixture {
  readonly dir: string;
  /** Content that a node with the one tree lacks of the other. */
  lackingBytes(home: 'old' | PackageName, name: PackageName): number;
  readonly packageBytes: number;
}

export interface FixturePlan {
  readonly dir: string;
  readonly image: string;
  readonly hosts: readonly BenchHost[];
  /** Size of a package; about, as Python files come whole. */
  readonly packageBytes: number;
  readonly isBare?: boolean;
}

/**
 * Writes into `dir`: `packages/<name>/eggroll`; `nodes/` with the homes, the host key and who may log in, the same for every node;
 * `secrets/ssh`; `config/` with a list of the first n hosts for every n.
 */
export async function writeFixture(plan: FixturePlan): Promise<Fixture> {
  const { dir, image, hosts, packageBytes, isBare = false } = plan;
  await rm(dir, { recursive: true, force: true });
  for (const folder of ['nodes/homes', 'secrets/ssh', 'config']) await mkdir(join(dir, folder), { recursive: true });
  // Of a small package half is left for jars.
  const python = firstOf(await pythonFiles(image, dir), packageBytes / 2);
  const pythonBytes = [...python.values()].reduce((sum, { length }) => sum + length, 0);
  const trees = benchTrees({ libBytes: packageBytes - pythonBytes, python, isBare });
  await writeTrees(dir, trees);
  await writeKeys(dir, hosts);
  await writeFile(join(dir, 'config/none'), '');
  for (const count of hosts.keys())
    await writeFile(join(dir, `config/hosts-${count + 1}`), listOf(hosts.slice(0, count + 1)));
  const homes = { old: trees.oldHome, full: trees.packages.full.home, small: trees.packages.small.home };
  return {
    dir,
    lackingBytes: (home, name) => lackingBytes(homes[name], homes[home]),
    packageBytes: lackingBytes(trees.packages.full.files, new Map()),
  };
}

async function writeTrees(dir: string, { oldHome, packages }: BenchTrees): Promise<void> {
  await writeTree(oldHome, join(dir, 'nodes/homes/old'));
  for (const [name, { files, home }] of Object.entries(packages)) {
    await writeTree(files, join(dir, 'packages', name, 'eggroll'));
    await writeTree(home, join(dir, 'nodes/homes', name));
  }
}

async function writeKeys(dir: string, hosts: readonly BenchHost[]): Promise<void> {
  const login = makeSshKey('bench');
  const hostKey = makeSshKey('bench-node');
  const known = hosts.map(({ container, port }) => knownHostsLine(container, port, hostKey));
  await writeFile(join(dir, 'nodes/authorized_keys'), `${login.publicLine}\n`);
  await writeFile(join(dir, 'nodes/host_key'), hostKey.privateKey, { mode: 0o600 });
  await writeFile(join(dir, 'secrets/ssh/id'), login.privateKey, { mode: 0o600 });
  await writeFile(join(dir, 'secrets/ssh/known_hosts'), known.join(''));
}

function listOf(hosts: readonly BenchHost[]): string {
  return hosts.map(({ container, port }) => `${port === 22 ? container : `${container}:${port}`}\n`).join('');
}

/** Modules of Python's own library, as Debian has them. */
async function pythonFiles(image: string, dir: string): Promise<Map<string, Buffer>> {
  const place = join(dir, 'python');
  const id = (await mustRun(['create', image])).trim();
  await mustRun(['cp', `${id}:/usr/share/bench/python`, place]);
  await mustRun(['rm', '--force', '--volumes', id]);
  const entries = await readdir(place, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return new Map(
    await Promise.all(files.map(async (file) => [file.slice(place.length + 1), await readFile(file)] as const)),
  );
}

/** The first files by path that come to no more than so many bytes. */
function firstOf(files: ReadonlyMap<string, Buffer>, mostBytes: number): Map<string, Buffer> {
  let bytes = 0;
  const sorted = [...files].toSorted(([left], [right]) => (left < right ? -1 : 1));
  return new Map(
    sorted.filter(([, { length }]) => {
      bytes += length;
      return bytes <= mostBytes;
    }),
  );
}
