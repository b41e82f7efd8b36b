import { describe, expect, test } from 'vitest';
import {
  isRelease,
  ownJars,
  packagedFiles,
  type Release,
  releases,
  schemaLevel,
  scriptKind,
  servicesOf,
  since,
  versionText,
} from '../../../src/rehearsal/releases.ts';

const paths = (version: Release) => packagedFiles(version).map(({ path }) => path);

const releasesWith = (path: string) => releases.filter((version) => paths(version).includes(path));

test('knows the releases from 2.0.0 to 3.2.0', () => {
  expect(releases).toHaveLength(27);
  expect(isRelease('2.4.9')).toBe(true);
  expect(isRelease('2.5.0')).toBe(false);
});

test('2.3.0 was made from 2.2.0', () => {
  expect(since('2.3.0', '2.2.0')).toBe(true);
  expect(since('2.3.0', '2.2.1')).toBe(false);
  expect(since('2.3.1', '2.2.1')).toBe(true);
  expect(since('3.0.0-beta', '3.0.0')).toBe(false);
});

describe('files of the package', () => {
  test.each([
    ['conf/whitelist.json', '2.4.7 2.4.8 2.4.9 2.5.1 2.5.2 2.5.3 3.0.0-beta 3.1.0 3.2.0'],
    ['conf/log4j2.xml', '3.0.0 3.1.0 3.2.0'],
    ['conf/node-extend-env.properties', '2.5.3 3.0.0-beta 3.0.0 3.1.0 3.2.0'],
    ['bin/roll_pair/roll_pair_master_bootstrap.sh', '2.0.0 2.0.1 2.0.2'],
    ['deploy/init.sh', '2.0.0 2.0.1 2.0.2 2.1.0'],
  ])('%s is in %s', (path, versions) => {
    expect(releasesWith(path).join(' ')).toBe(versions);
  });

  test('upgrade_helper.py came with 2.2.1 and is not in 2.3.0', () => {
    expect(releases.filter((version) => !paths(version).includes('deploy/upgrade_helper.py')).join(' ')).toBe(
      '2.0.0 2.0.1 2.0.2 2.1.0 2.2.0 2.3.0',
    );
  });

  test('route_table.json is in all of 2.x', () => {
    expect(releasesWith('conf/route_table.json')).toEqual(releases.slice(0, -3));
  });

  test('names hold spaces and Chinese characters in deploy and bin/debug', () => {
    const odd = paths('2.2.1').filter((path) => /[ \u4e00-\u9fff]/.test(path));
    expect(odd.some((path) => path.startsWith('deploy/'))).toBe(true);
    expect(odd.some((path) => path.startsWith('bin/debug/'))).toBe(true);
  });

  test('modes are 0644 but for two boot scripts of 2.1.0 and nvidia.sh', () => {
    const executables = (version: Release) =>
      packagedFiles(version).flatMap(({ path, mode }) => (mode === 0o755 ? [path] : []));
    expect(executables('2.0.2')).toEqual([]);
    expect(executables('2.1.0')).toHaveLength(2);
    expect(executables('2.5.3')).toEqual(['bin/gpu/nvidia.sh']);
    expect(packagedFiles('2.1.0').every(({ mode }) => mode === 0o755 || mode === 0o644)).toBe(true);
  });

  test('no path twice', () => {
    for (const version of releases) expect(new Set(paths(version)).size).toBe(paths(version).length);
  });
});

test('the version text is empty before 2.2.0 and ends its line from 2.4.7 on', () => {
  for (const version of ['2.0.0', '2.0.1', '2.0.2', '2.1.0'] as const) expect(versionText(version)).toBe('');
  for (const version of ['2.2.0', '2.3.0', '2.4.6'] as const) {
    expect(versionText(version)).toMatch(new RegExp(`^#.*\n\n__version__ = "${version}"$`));
    expect(versionText(version).endsWith('"')).toBe(true);
  }
  for (const version of ['2.4.7', '3.0.0-beta', '3.0.0'] as const) {
    expect(versionText(version).endsWith(`\n__version__ = "${version}"\n`)).toBe(true);
  }
  expect(versionText('3.1.0')).toContain('"3.1.0"\nimport os\n');
});

test('jars have other names in 3.x', () => {
  expect(ownJars('2.0.2')).toEqual([
    'eggroll-core-2.0.2.jar',
    'eggroll-roll-pair-2.0.2.jar',
    'eggroll-roll-site-2.0.2.jar',
  ]);
  expect(ownJars('3.0.0-beta')).toContain('eggroll-core-3.0.0-beta.jar');
  expect(ownJars('3.1.0').join(' ')).toBe(
    'core-3.1.0.jar cluster_manager-3.1.0.jar node_manager-3.1.0.jar cluster_dashboard-3.1.0.jar',
  );
});

test('script, schema and services of each generation', () => {
  const groups = Map.groupBy(releases, (version) => `${scriptKind(version)} with ${schemaLevel(version)}`);
  expect([...groups].map(([facts, versions]) => `${facts}: ${versions.join(' ')}`)).toEqual([
    '2.0.0 with 2.0: 2.0.0',
    '2.0.1 with 2.0: 2.0.1 2.0.2',
    '2.0.1 with 2.1: 2.1.0',
    '2.2.0 with 2.2.0: 2.2.0',
    '2.2.1 with 2.2.1: 2.2.1 2.2.2 2.2.3 2.3.1 2.4.0 2.4.1 2.4.2 2.4.3 2.4.4 2.4.5 2.4.6 2.4.7 2.4.8 2.4.9',
    '2.2.1 with 2.2.0: 2.3.0',
    '2.2.1 with 2.5: 2.5.1 2.5.2 2.5.3 3.0.0-beta',
    '3.0.0 with 3.0: 3.0.0 3.1.0 3.2.0',
  ]);
  expect(servicesOf('2.0.2')).toEqual(['clustermanager', 'nodemanager', 'rollsite']);
  expect(servicesOf('3.0.0')).toEqual(['nodemanager', 'clustermanager', 'dashboard']);
});
