import { expect, test } from 'vitest';
import { outsideLogs, simulatedHome } from '../../../src/rehearsal/home.ts';
import { releases, servicesOf } from '../../../src/rehearsal/releases.ts';
import { simulatedSite } from '../../../src/rehearsal/site.ts';
import { simulatedPackage } from '../../../src/rehearsal/tree.ts';

const home = (version: '2.0.2' | '2.5.1' | '3.0.0', changes = {}) =>
  simulatedHome(version, simulatedSite('nm2', changes));

test('a home holds the package and what a site has around it', () => {
  for (const version of releases) {
    const tree = simulatedHome(version, simulatedSite('nm1', { services: servicesOf(version) }));
    for (const path of simulatedPackage(version).keys()) expect(tree.has(path), path).toBe(true);
    for (const path of ['data', 'logs', 'venv/bin/python', 'init_env.sh', 'bin/pid'])
      expect(tree.has(path), path).toBe(true);
  }
});

test('2.0.2 has an empty version text and its core jar', () => {
  const tree = home('2.0.2');
  expect(tree.get('python/eggroll/__init__.py')).toMatchObject({ content: Buffer.alloc(0) });
  expect(tree.has('lib/eggroll-core-2.0.2.jar')).toBe(true);
});

test('site files in bin: the wrapper everywhere, json-replace.sh beside RollSite', () => {
  expect(home('2.0.2').get('bin/fate-eggroll.sh')?.mode).toBe(0o755);
  expect(home('2.0.2').has('bin/json-replace.sh')).toBe(false);
  expect(home('2.0.2', { services: ['rollsite'] }).has('bin/json-replace.sh')).toBe(true);
});

test('logs as a folder or as a symlink', () => {
  expect(home('2.0.2').get('logs')?.type).toBe('directory');
  expect(home('2.0.2', { logs: 'symlink' }).get('logs')).toMatchObject({ type: 'symlink', target: outsideLogs });
});

test('the identity of a NodeManager is there from 2.5 on', () => {
  expect(home('2.0.2').has('data/NodeManagerMeta')).toBe(false);
  expect(home('2.5.1').has('data/NodeManagerMeta')).toBe(true);
});

test('two nodes differ in their data', () => {
  const path = 'data/LMDB/experiment 1/table_0/0/data.mdb';
  expect(simulatedHome('2.0.2', simulatedSite('a')).get(path)).not.toEqual(
    simulatedHome('2.0.2', simulatedSite('b')).get(path),
  );
});
