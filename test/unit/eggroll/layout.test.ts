import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { expectedTree } from '../../../src/eggroll/home-plan.ts';
import { type ConfPolicy, planHome } from '../../../src/eggroll/layout.ts';
import type { Tree, TreeEntry } from '../../../src/eggroll/tree.ts';

/** A tree of files, with the folders that they need; a text that ends in `/` is an empty folder, `-> x` as content a link. */
function tree(files: Record<string, string>, modifiedSeconds: number): Tree {
  const entries = new Map<string, TreeEntry>();
  for (const [name, content] of Object.entries(files)) {
    const path = name.replace(/\/$/, '');
    const parts = path.split('/');
    const folders = name.endsWith('/') ? parts : parts.slice(0, -1);
    for (const index of folders.keys()) {
      const folder = folders.slice(0, index + 1).join('/');
      entries.set(folder, { path: folder, type: 'directory', mode: 0o755, sizeBytes: 0, modifiedSeconds });
    }
    if (name.endsWith('/')) continue;
    const common = { path, modifiedSeconds };
    if (content.startsWith('-> ')) {
      entries.set(path, { ...common, type: 'symlink', mode: 0o777, sizeBytes: 0, target: content.slice(3) });
      continue;
    }
    const mode = path.endsWith('.sh') && modifiedSeconds < 100 ? 0o755 : 0o644;
    entries.set(path, {
      ...common,
      type: 'file',
      mode,
      sizeBytes: content.length,
      sha256: hash('sha256', content, 'hex'),
    });
  }
  return entries;
}

const siteText = '[eggroll]\nport=1\n# 注释\n';
const packageText = '[eggroll]\nport=0\nnew=1\n';

const home = tree(
  {
    'bin/eggroll.sh': 'old',
    'bin/fate-eggroll.sh': 'site',
    'bin/json-replace.sh': 'site',
    'bin/our tools/部署.py': 'site',
    'bin/our tools/empty/': '',
    'bin/link.sh': '-> fate-eggroll.sh',
    'bin/eggroll_boot_standalone.sh': 'old',
    'bin/roll_pair/roll_pair_master_bootstrap.sh': 'old',
    'bin/debug/调试 tool.py': 'old',
    'bin/iperf3-3.1': 'old',
    'bin/clustermanager': '123',
    'bin/pid/nodemanager.pid': '124',
    'bin/nodemanager_pid': '125',
    'conf/eggroll.properties': siteText,
    'conf/route_table.json': 'site routes',
    'conf/whitelist.json': 'site list',
    'conf/log4j2.properties': 'site logging',
    'conf/old-only.xml': 'old',
    'conf/keys/site.crt': 'site',
    'lib/eggroll-core-2.0.2.jar': 'old',
    'lib/same.jar': 'same',
    'python/eggroll/__init__.py': '',
    'python/eggroll/__pycache__/x.pyc': 'x',
    'deploy/init.sh': 'old',
    'data/meta/x': 'never looked at',
  },
  10,
);

const fresh = tree(
  {
    'bin/eggroll.sh': 'new',
    'bin/roll_frame/x.sh': 'new',
    'conf/eggroll.properties': packageText,
    'conf/route_table.json': 'default routes',
    'conf/log4j2.properties': 'new logging',
    'conf/whitelist.json': 'default list',
    'conf/node-extend-env.properties': '',
    'lib/eggroll-core-2.2.1.jar': 'new',
    'lib/same.jar': 'same',
    'python/eggroll/__init__.py': '__version__ = "2.2.1"',
    'deploy/init_env.sh': 'new',
  },
  200,
);

const texts: { home: Buffer; package: Buffer } = { home: Buffer.from(siteText), package: Buffer.from(packageText) };
const plan = (policy: ConfPolicy, from: Tree = home, properties = texts) =>
  planHome({ package: fresh, home: from, policy, targetVersion: '2.2.1', perNode: new Map(), properties });
const filesOf = (planned: Tree, folder: string) =>
  [...planned.values()]
    .filter((entry) => entry.type !== 'directory' && entry.path.startsWith(`${folder}/`))
    .map((entry) => entry.path);

describe('planHome', () => {
  it('makes lib, python and deploy exactly those of the package', () => {
    const planned = expectedTree(plan('merge'));
    for (const folder of ['lib', 'python', 'deploy']) {
      expect(filesOf(planned, folder)).toEqual(filesOf(fresh, folder).toSorted());
    }
    expect(planned.get('lib/same.jar')).toEqual({ ...fresh.get('lib/same.jar'), modifiedSeconds: 10 });
    expect([...planned.keys()].some((path) => path.startsWith('data'))).toBe(false);
  });

  it("carries over the site's own files in bin, with mode and time, and nothing that was EggRoll's", () => {
    const { entries } = plan('merge');
    expect(filesOf(expectedTree({ entries }), 'bin')).toEqual([
      'bin/eggroll.sh',
      'bin/fate-eggroll.sh',
      'bin/json-replace.sh',
      'bin/link.sh',
      'bin/our tools/部署.py',
      'bin/roll_frame/x.sh',
    ]);
    expect(entries.get('bin/fate-eggroll.sh')).toEqual({
      entry: expect.objectContaining({ mode: 0o755, modifiedSeconds: 10 }),
      source: { from: 'home', path: 'bin/fate-eggroll.sh' },
    });
    expect(entries.get('bin/our tools/empty')?.source).toEqual({ from: 'home', path: 'bin/our tools/empty' });
    expect(entries.get('bin/eggroll.sh')?.source).toEqual({ from: 'package' });
  });

  it('merges conf: the package as base, the site keeping its own files', () => {
    const { entries, properties } = plan('merge');
    const sources = Object.fromEntries(
      [...entries.values()]
        .filter(({ entry }) => entry.type === 'file' && entry.path.startsWith('conf/'))
        .map(({ entry, source }) => [entry.path.slice(5), source.from]),
    );
    expect(sources).toEqual({
      'eggroll.properties': 'merge',
      'keys/site.crt': 'home',
      'log4j2.properties': 'package',
      'node-extend-env.properties': 'package',
      'old-only.xml': 'home',
      'route_table.json': 'home',
      'whitelist.json': 'home',
    });
    expect(properties?.added).toEqual(['new']);
  });

  it('gives the merged file byte for byte, with hash, size, and the mode of the site', () => {
    const merged = plan('merge').entries.get('conf/eggroll.properties');
    const content = Buffer.from(`${siteText}new=1\n`);
    expect(merged?.source).toEqual({ from: 'merge', content });
    expect(merged?.entry).toMatchObject({
      sha256: hash('sha256', content, 'hex'),
      sizeBytes: content.length,
      mode: 0o644,
    });
  });

  it('keeps bytes that are no UTF-8', () => {
    const bytes = Buffer.concat([
      Buffer.from('[eggroll]\n# '),
      Buffer.from([0xd6, 0xd0, 0xa0, 0x85, 0xff]),
      Buffer.from('\nport=1\n'),
    ]);
    const source = plan('merge', home, { home: bytes, package: texts.package }).entries.get(
      'conf/eggroll.properties',
    )?.source;
    expect(source).toEqual({ from: 'merge', content: Buffer.concat([bytes, Buffer.from('new=1\n')]) });
  });

  it('carries the properties over untouched when there is nothing to merge', () => {
    const same = { home: texts.package, package: texts.package };
    expect(plan('merge', home, same).entries.get('conf/eggroll.properties')?.source.from).toBe('home');
  });

  it('keep leaves conf alone; package replaces it', () => {
    const keep = expectedTree(plan('keep'));
    expect([...keep.values()].filter((entry) => entry.path.startsWith('conf'))).toEqual(
      [...home.values()]
        .filter((entry) => entry.path.startsWith('conf'))
        .toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    );
    const replaced = expectedTree(plan('package'));
    expect(filesOf(replaced, 'conf')).toEqual(filesOf(fresh, 'conf').toSorted());
    expect(replaced.get('conf/eggroll.properties')).toEqual(fresh.get('conf/eggroll.properties'));
  });

  it('takes conf from the package where the home has none', () => {
    const bare = tree({ 'bin/eggroll.sh': 'old', 'lib/x.jar': 'x' }, 10);
    expect(filesOf(expectedTree(plan('merge', bare)), 'conf')).toEqual(filesOf(fresh, 'conf').toSorted());
  });

  it('lets the package win where one has a folder and the other a file', () => {
    const odd = tree({ 'bin/eggroll.sh/site': 'x', 'conf/log4j2.properties/x': 'x' }, 10);
    const planned = expectedTree(plan('merge', odd));
    expect(planned.get('bin/eggroll.sh')?.type).toBe('file');
    expect(planned.has('bin/eggroll.sh/site')).toBe(false);
    expect(planned.has('conf/log4j2.properties/x')).toBe(false);
  });

  it.each(['merge', 'keep', 'package'] as const)('gives its own result again: %s', (policy) => {
    const first = plan(policy);
    const merged = first.entries.get('conf/eggroll.properties')?.source;
    const text = merged?.from === 'merge' ? merged.content : policy === 'package' ? texts.package : texts.home;
    const second = plan(policy, expectedTree(first), { home: text, package: texts.package });
    expect(expectedTree(second)).toEqual(expectedTree(first));
  });

  it('holds once what two nodes get of the package, and what they have of it already', () => {
    const [one, other] = [plan('merge').entries, plan('merge', new Map(home)).entries];
    for (const path of ['lib', 'lib/eggroll-core-2.2.1.jar', 'lib/same.jar']) {
      expect(other.get(path)).toBeDefined();
      expect(other.get(path)).toBe(one.get(path));
    }
  });

  it('lists parents before children', () => {
    const seen = new Set<string>();
    for (const path of plan('merge').entries.keys()) {
      const parent = path.split('/').slice(0, -1).join('/');
      expect(parent === '' || seen.has(parent)).toBe(true);
      seen.add(path);
    }
  });
});
