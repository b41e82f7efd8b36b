// What a node must hold after an upgrade, worked out from the package and the node's files before, without the product's own code.

import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { byPath } from '../../src/rehearsal/snapshot.ts';
import type { Snapshot, TestCluster } from './cluster.ts';

const programFolders = ['bin', 'conf', 'deploy', 'lib', 'python'];
const properties = './conf/eggroll.properties';

/** The numbers of app and apps in the node's image. */
const owner = '1001:1001';

/** What stays as it is on a node: files that a site edits, and those that it added. */
const siteFiles = [/^\.\/conf\/(route_table|whitelist)\.json$/, /^\.\/conf\/node-extend-env\.properties$/];
const addedBySite = [/^\.\/conf\/party ca /, /^\.\/bin\/(fate-eggroll|json-replace)\.sh$/];

/** Differences of every node from what the package and its own files before ask for. */
export async function differencesFromPackage(
  cluster: TestCluster,
  before: Snapshot,
  after: Snapshot,
): Promise<string[]> {
  const fresh = await packageLines(join(cluster.dir, 'package', 'eggroll'));
  const all = await Promise.all(
    cluster.hosts.map(async (host) => {
      const old = byPath(before.files[host] ?? '');
      const found = byPath(after.files[host] ?? '');
      const trees = compare(expectedLines(fresh, old), found);
      const merged = await checkProperties(cluster, host);
      return [...trees, ...merged].map((difference) => `${host}: ${difference}`);
    }),
  );
  return all.flat();
}

function expectedLines(fresh: ReadonlyMap<string, string>, old: ReadonlyMap<string, string>): Map<string, string> {
  const expected = new Map([...old].filter(([path]) => !isProgram(path)));
  for (const [path, line] of fresh) expected.set(path, withTimeOf(line, old.get(path)));
  for (const [path, line] of old) {
    const kept = siteFiles.some((name) => name.test(path)) || addedBySite.some((name) => name.test(path));
    if (kept) expected.set(path, line);
  }
  return expected;
}

// A file that holds what it held before keeps its time.
function withTimeOf(line: string, before = ''): string {
  const [, time, hash] = fileLine.exec(line) ?? [];
  const [, oldTime, oldHash] = fileLine.exec(before) ?? [];
  return hash !== undefined && hash === oldHash ? line.replace(` ${time} `, ` ${oldTime} `) : line;
}

const fileLine = / f [0-7]+ [^ ]+:[^ ]+ ([\d.]+) ([0-9a-f]{64}) /;

// Its content is looked at by itself; what is compared here is that it is there.
function compare(expected: ReadonlyMap<string, string>, found: ReadonlyMap<string, string>): string[] {
  const paths = [...new Set([...expected.keys(), ...found.keys()])].filter((path) => path !== properties);
  return paths.flatMap((path) => {
    const [wanted, is] = [expected.get(path), found.get(path)];
    return wanted === is ? [] : [`${path} is "${is ?? 'missing'}", expected "${wanted ?? 'nothing'}"`];
  });
}

/** Every line of the site stands, in its order; dropped keys are comments, new keys are appended with the package's value. */
async function checkProperties(cluster: TestCluster, host: string): Promise<string[]> {
  const read = async (command: string) => (await cluster.exec(host, command)).stdout.split('\n');
  const old = await read(`tar -xOf /fixture/home.tar --wildcards '*conf/eggroll.properties'`);
  const now = await read(`cat ${cluster.home}/conf/eggroll.properties`);
  const fresh = (await readFile(join(cluster.dir, 'package/eggroll/conf/eggroll.properties'), 'utf8')).split('\n');
  const dropped = (line: string) => /^eggroll\..*roll_pair_master/.test(line);
  const problems: string[] = [];
  let from = 0;
  for (const line of old.filter((text) => text.trim() !== '')) {
    const at = now.findIndex(
      (text, index) => index >= from && (dropped(line) ? isCommented(text, line) : text === line),
    );
    if (at < 0) problems.push(`${properties}: the site's line "${line}" is not there, or out of order`);
    else from = at + 1;
  }
  const values = new Map(now.flatMap(keyAndValue));
  const known = new Set(old.flatMap(keyAndValue).map(([key]) => key));
  for (const [key, value] of fresh.flatMap(keyAndValue)) {
    if (!known.has(key) && values.get(key) !== value)
      problems.push(`${properties}: the new key ${key} has not the package's value`);
  }
  const keys = now.flatMap(keyAndValue).map(([key]) => key);
  const doubled = keys.filter((key, index) => keys.indexOf(key) !== index);
  return doubled.length === 0 ? problems : [...problems, `${properties}: twice: ${doubled.join(', ')}`];
}

function isCommented(text: string, line: string): boolean {
  return text.startsWith('#') && text.endsWith(line);
}

function keyAndValue(line: string): [string, string][] {
  const match = /^\s*([^#!=\s[][^=]*?)\s*=(.*)$/.exec(line);
  return match ? [[match[1] ?? '', match[2] ?? '']] : [];
}

/** The lines that a snapshot must have for the package's program folders: owner app, mode and time as in the package. */
async function packageLines(folder: string): Promise<Map<string, string>> {
  const names = await readdir(folder, { recursive: true });
  const lines = await Promise.all(
    names.filter((name) => isProgram(`./${name}`)).map(async (name) => lineOf(folder, `./${name}`)),
  );
  return byPath(lines.join('\n'));
}

async function lineOf(folder: string, path: string): Promise<string> {
  const file = join(folder, path);
  const stats = await lstat(file, { bigint: true });
  const mode = (stats.mode & 0o7777n).toString(8);
  if (stats.isDirectory()) return `${path} d ${mode} ${owner}`;
  const seconds = `${stats.mtimeNs / 1_000_000_000n}.${String(stats.mtimeNs % 1_000_000_000n).padStart(9, '0')}0`;
  if (stats.isSymbolicLink()) return `${path} l ${mode} ${owner} ${seconds} ${await readlink(file)}`;
  const hash = createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
  return `${path} f ${mode} ${owner} ${seconds} ${hash}  ${path}`;
}

function isProgram(path: string): boolean {
  return programFolders.some((name) => path === `./${name}` || path.startsWith(`./${name}/`));
}
