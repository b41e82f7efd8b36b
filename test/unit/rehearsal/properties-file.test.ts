import { expect, test } from 'vitest';
import { shippedKeys, shippedProperties } from '../../../src/rehearsal/properties-file.ts';
import { type Release, releases } from '../../../src/rehearsal/releases.ts';

function changes(from: Release, to: Release) {
  const [before, after] = [shippedKeys(from), shippedKeys(to)];
  return {
    added: [...after.keys()].filter((key) => !before.has(key)).sort(),
    removed: [...before.keys()].filter((key) => !after.has(key)).sort(),
    changed: [...after.keys()].filter((key) => before.has(key) && before.get(key) !== after.get(key)).sort(),
  };
}

const groups: readonly [Release, ...Release[]][] = [
  ['2.2.0', '2.3.0'],
  [
    '2.2.1',
    '2.2.2',
    '2.2.3',
    '2.3.1',
    '2.4.0',
    '2.4.1',
    '2.4.2',
    '2.4.3',
    '2.4.4',
    '2.4.5',
    '2.4.6',
    '2.4.7',
    '2.4.8',
    '2.4.9',
  ],
  ['2.5.1', '2.5.2', '2.5.3', '3.0.0-beta'],
  ['3.0.0', '3.1.0', '3.2.0'],
];

test.each(groups)('%s and the releases after it ship one identical file', (...versions) => {
  expect(new Set(versions.map(shippedProperties)).size).toBe(1);
});

test('neighbouring groups differ', () => {
  const texts = ['2.0.0', '2.0.1', '2.1.0', ...groups.map(([first]) => first)].map((version) =>
    shippedProperties(version as Release),
  );
  expect(new Set(texts).size).toBe(texts.length);
});

test('roll_pair_master keys are in 2.0.x alone, five of them', () => {
  for (const version of releases) {
    const keys = [...shippedKeys(version).keys()].filter((key) => key.includes('.roll_pair_master.'));
    expect(keys).toHaveLength(version.startsWith('2.0.') ? 5 : 0);
  }
});

test('2.0.0 to 2.0.1', () => {
  expect(changes('2.0.0', '2.0.1')).toEqual({
    added: [
      'eggroll.rollpair.transferpair.sendbuf.size',
      'eggroll.rollsite.adapter.sendbuf.size',
      'eggroll.session.processors.per.node',
      'eggroll.session.start.timeout.ms',
    ],
    removed: [],
    changed: [],
  });
});

test('2.0.2 to 2.1.0 adds eleven keys', () => {
  expect(changes('2.0.2', '2.1.0').added).toHaveLength(11);
});

test('2.2.0 to 2.2.1', () => {
  const step = changes('2.2.0', '2.2.1');
  expect(step.added.map((key) => `${key}=${shippedKeys('2.2.1').get(key)}`)).toEqual([
    'eggroll.core.grpc.channel.keepalive.timeout.sec=20',
    'eggroll.rollsite.push.batches.per.stream=10',
    'eggroll.rollsite.push.long.retry=2',
    'eggroll.rollsite.push.max.retry=3',
  ]);
  expect(step.changed).toEqual(['eggroll.rollsite.adapter.sendbuf.size']);
  expect(shippedKeys('2.2.1').get('eggroll.rollsite.adapter.sendbuf.size')).toBe('100000');
});

test('2.5 to 3.0 drops RollSite and moves egg_pair.py', () => {
  const step = changes('2.5.3', '3.0.0');
  expect(step.added).toHaveLength(9);
  expect(
    [...shippedKeys('3.0.0').keys()].filter((key) => /rollsite|egg_frame|hadoop|arrow|keepalive/.test(key)),
  ).toEqual([]);
  expect(step.changed).toEqual([
    'eggroll.data.dir',
    'eggroll.logs.dir',
    'eggroll.resourcemanager.bootstrap.egg_pair.filepath',
  ]);
});

test('the file has one section line and no key twice, commented or not', () => {
  for (const version of releases) {
    const text = shippedProperties(version);
    expect(text.match(/^\[eggroll\]$/gm)).toHaveLength(1);
    const keys = text.split('\n').flatMap((line) => /^#?([\w.-]+)=/.exec(line)?.[1] ?? []);
    expect(new Set(keys).size).toBe(keys.length);
    expect(text.endsWith('\n')).toBe(true);
  }
});
