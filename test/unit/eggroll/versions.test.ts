import { describe, expect, it } from 'vitest';
import {
  compareVersions,
  coreJars,
  detectVersion,
  downgradeReason,
  generationOf,
  parseInitPy,
} from '../../../src/eggroll/versions.ts';

describe('parseInitPy', () => {
  it.each([
    ['#\n# licence\n#\n\n__version__ = "2.2.1"', '2.2.1'],
    ['__version__ = "2.4.7"\n', '2.4.7'],
    ["__version__='2.0.2'", '2.0.2'],
    ['__version__ = 2.0.1\n', '2.0.1'],
    ['__version__=2.0.1 # by hand', '2.0.1'],
    ['__version__: str = "2.5.3"', '2.5.3'],
    ['__version__ = "3.0.0-beta"', '3.0.0-beta'],
    ['# x\r\n__version__ = "3.1.0"\r\nimport os\r\n', '3.1.0'],
    ['\uFEFF__version__ = "2.2.1"', '2.2.1'],
    ['__version__ = "2.0.1"\n__version__ = 2.0.2\n', '2.0.2'],
    ['  __version__\t=\t"2.2.1"   # x', '2.2.1'],
  ])('reads %j', (text, version) => {
    expect(parseInitPy(text)).toBe(version);
  });

  it.each(['', '\n', '# __version__ = "2.2.1"', 'x__version__ = "2.2.1"', '__version__ = "two"', '__version__ = ""'])(
    'finds nothing in %j',
    (text) => {
      expect(parseInitPy(text)).toBeUndefined();
    },
  );
});

describe('coreJars', () => {
  it.each([
    [['eggroll-core-2.0.2.jar', 'eggroll-roll-pair-2.0.2.jar', 'core-3.1.1.jar'], ['eggroll-core-2.0.2.jar']],
    [['core-3.2.0.jar', 'cluster_manager-3.2.0.jar', 'node_manager-3.2.0.jar'], ['core-3.2.0.jar']],
    [['core-3.1.1.jar', 'core-3.2.0.jar', 'cluster_manager-3.2.0.jar'], ['core-3.2.0.jar']],
    [['core-3.0.0.jar'], ['core-3.0.0.jar']],
    [
      ['eggroll-core-2.5.3.jar', 'core-3.0.0.jar', 'node_manager-3.0.0.jar'],
      ['eggroll-core-2.5.3.jar', 'core-3.0.0.jar'],
    ],
    [['eggroll-core-3.0.0-beta.jar'], ['eggroll-core-3.0.0-beta.jar']],
    [['grpc-core-1.31.1.jar', 'eggroll-core.jar', 'jackson-core-2.9.0.jar'], []],
  ])('finds among %j the jars %j', (jars, names) => {
    expect(coreJars(jars).map((jar) => jar.name)).toEqual(names);
  });
});

describe('detectVersion', () => {
  it('takes an empty __init__.py of 2.0.x, and one edited by hand, for what the jar says', () => {
    const jars = ['eggroll-core-2.0.2.jar'];
    expect(detectVersion({ initPy: '', jars })).toEqual({ version: '2.0.2' });
    expect(detectVersion({ jars })).toEqual({ version: '2.0.2' });
    expect(detectVersion({ initPy: '__version__ = 2.0.1', jars })).toEqual({ version: '2.0.2' });
  });

  it('takes what __init__.py says where no jar tells', () => {
    expect(detectVersion({ initPy: '__version__ = "2.2.1"', jars: ['x.jar'] })).toEqual({ version: '2.2.1' });
  });

  it('gives the reason when the two disagree, when there are two jars, and when nothing tells', () => {
    const reason = expect.any(String);
    expect(detectVersion({ initPy: '__version__ = "2.2.1"', jars: ['eggroll-core-2.0.2.jar'] })).toEqual({ reason });
    expect(detectVersion({ jars: ['eggroll-core-2.0.2.jar', 'eggroll-core-2.2.1.jar'] })).toEqual({ reason });
    expect(detectVersion({ initPy: '', jars: [] })).toEqual({ reason });
  });
});

describe('compareVersions', () => {
  const ordered = [
    '2.0.0',
    '2.0.2',
    '2.1.0',
    '2.2.0',
    '2.4.9',
    '2.5.0-alpha',
    '2.5.1',
    '2.10.0',
    '3.0.0-beta',
    '3.0.0',
    '3.2.0',
  ];

  it('orders the releases', () => {
    expect(ordered.toReversed().toSorted(compareVersions)).toEqual(ordered);
    expect(compareVersions('2.2.1', '2.2.1')).toBe(0);
  });

  it('tells a downgrade', () => {
    expect(downgradeReason('2.2.1', '2.0.2')).toContain('older than the 2.2.1');
    expect(downgradeReason('3.0.0', '3.0.0-beta')).toBeDefined();
    expect(downgradeReason('2.2.1', '2.2.1')).toBeUndefined();
    expect(downgradeReason('2.4.9', '2.5.1')).toBeUndefined();
  });
});

describe('generationOf', () => {
  it.each([
    ['2.0.0', '2.0'],
    ['2.1.0', '2.0'],
    ['2.2.0', '2.2'],
    ['2.4.9', '2.2'],
    ['2.5.0-alpha', '2.5'],
    ['2.5.3', '2.5'],
    ['3.0.0-beta', '2.5'],
    ['3.0.0', '3'],
    ['3.2.0', '3'],
    ['1.4.0', undefined],
    ['x', undefined],
  ])('puts %s into %s', (version, generation) => {
    expect(generationOf(version)).toBe(generation);
  });
});
