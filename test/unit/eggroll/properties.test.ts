import { describe, expect, it } from 'vitest';
import { mergeProperties, readProperties } from '../../../src/eggroll/properties.ts';

const rollPair = 'eggroll.resourcemanager.bootstrap.roll_pair_master';
const filepath = 'eggroll.resourcemanager.bootstrap.egg_pair.filepath';

const site = [
  '# our cluster',
  '[eggroll]',
  'eggroll.resourcemanager.clustermanager.port = 14670',
  `${rollPair}.exepath=bin/x.sh`,
  `${rollPair}.jvm.options=-Xmx1g \\`,
  '  -Xms1g',
  'site.own.key=1',
  '',
].join('\n');

const fresh = ['[eggroll]', 'eggroll.resourcemanager.clustermanager.port=4670', 'eggroll.new.key = new value', ''].join(
  '\n',
);

describe('mergeProperties', () => {
  it('keeps the site, appends what is new, comments out what the version dropped', () => {
    expect(mergeProperties(site, fresh, { targetVersion: '2.2.1' })).toEqual({
      text: [
        '# our cluster',
        '[eggroll]',
        'eggroll.resourcemanager.clustermanager.port = 14670',
        `#${rollPair}.exepath=bin/x.sh`,
        `#${rollPair}.jvm.options=-Xmx1g \\`,
        '#  -Xms1g',
        'site.own.key=1',
        'eggroll.new.key = new value',
        '',
      ].join('\n'),
      added: ['eggroll.new.key'],
      commentedOut: [`${rollPair}.exepath`, `${rollPair}.jvm.options`],
      changed: [],
      skipped: [],
      duplicates: [],
    });
  });

  it('leaves the roll_pair_master keys alone for a version that knows them, and without a version', () => {
    expect(mergeProperties(site, fresh, { targetVersion: '2.0.2' }).commentedOut).toEqual([]);
    expect(mergeProperties(site, fresh).commentedOut).toEqual([]);
  });

  it('comments out the RollSite keys for 3.x, but not for 3.0.0-beta, and never an unknown one', () => {
    const text = '[eggroll]\neggroll.rollsite.port=9370\neggroll.rollsite.our.own=1\nhadoop.fs.defaultFS=x\n';
    expect(mergeProperties(text, fresh, { targetVersion: '3.0.0' }).commentedOut).toEqual([
      'eggroll.rollsite.port',
      'hadoop.fs.defaultFS',
    ]);
    expect(mergeProperties(text, fresh, { targetVersion: '3.0.0-beta' }).commentedOut).toEqual([]);
  });

  it('keeps a key that the package still has', () => {
    const text = '[eggroll]\neggroll.rollsite.port=9370\n';
    expect(mergeProperties(text, text, { targetVersion: '3.0.0' }).text).toBe(text);
  });

  it.each([
    ['python/eggroll/roll_pair/egg_pair.py', 'python/eggroll/computing/egg_pair/egg_pair.py'],
    ['/e/python/eggroll/roll_pair/egg_pair.py', '/e/python/eggroll/computing/egg_pair/egg_pair.py'],
  ])('moves the path %s at 3.0', (before, after) => {
    const text = `[eggroll]\r\n${filepath} = ${before} \r\n`;
    const merge = mergeProperties(text, `${filepath}=x\n`, { targetVersion: '3.2.0' });
    expect(merge.text).toBe(`[eggroll]\r\n${filepath} = ${after} \r\n`);
    expect(merge.changed).toEqual([{ key: filepath, before, after }]);
    expect(mergeProperties(merge.text, '', { targetVersion: '3.2.0' }).changed).toEqual([]);
    expect(mergeProperties(text, '', { targetVersion: '2.5.3' }).changed).toEqual([]);
  });

  it("leaves a site's own program path alone", () => {
    const text = `[eggroll]\n${filepath}=/opt/wrapper.py\n`;
    expect(mergeProperties(text, '', { targetVersion: '3.0.0' }).text).toBe(text);
  });

  it("appends with the site's line end, and keeps a missing one at the end of the file", () => {
    expect(mergeProperties('[eggroll]\r\na=1\r\n', 'a=0\nb=2\n').text).toBe('[eggroll]\r\na=1\r\nb=2\r\n');
    expect(mergeProperties('[eggroll]\r\na=1', 'b=2\nc=3\n').text).toBe('[eggroll]\r\na=1\r\nb=2\r\nc=3');
    expect(mergeProperties('\uFEFF[eggroll]\na=1\n', 'b=2\n').text).toBe('\uFEFF[eggroll]\na=1\nb=2\n');
  });

  it('appends to the [eggroll] section when another one follows', () => {
    expect(mergeProperties('[eggroll]\na=1\n[other]\nx=1\n', 'b=2\n').text).toBe('[eggroll]\na=1\nb=2\n[other]\nx=1\n');
  });

  it('takes a key of characters that mean something in a pattern', () => {
    expect(mergeProperties('a=1\n', 'eggroll.core.malloc.x(y=2\n').added).toEqual(['eggroll.core.malloc.x(y']);
  });

  it('is not swallowed by a backslash at the end of a line without a key', () => {
    const { text, added } = mergeProperties('a=1\n:b\\\n', 'c=2\n');
    expect(added).toEqual(['c']);
    expect(readProperties(text).get('c')).toBe('2');
  });

  it('is not swallowed by a backslash at the end of the file', () => {
    const merge = mergeProperties('[eggroll]\na=1\\', 'b=2\n');
    expect([...readProperties(merge.text)]).toEqual([
      ['a', '1'],
      ['b', '2'],
    ]);
  });

  it("does not append a key that EggRoll's scripts would find in a comment too", () => {
    const text = '[eggroll]\n# eggroll.logs.dir=/var/log/eggroll\n';
    const merge = mergeProperties(text, 'eggroll.logs.dir=logs\neggroll.data.dir=data\n');
    expect(merge.added).toEqual(['eggroll.data.dir']);
    expect(merge.skipped).toMatchObject([{ key: 'eggroll.logs.dir' }]);
    expect(merge.text).toBe(`${text}eggroll.data.dir=data\n`);
  });

  it('never makes a key equal on all nodes that must differ', () => {
    const key = 'eggroll.resourcemanager.nodemanager.host';
    expect(mergeProperties('[eggroll]\n', `${key}=127.0.0.1\n`).skipped).toMatchObject([{ key }]);
    const perNode = new Map([[key, 'nm2']]);
    expect(mergeProperties('[eggroll]\n', `${key}=127.0.0.1\n`, { perNode }).text).toBe(`[eggroll]\n${key}=nm2\n`);
    expect(mergeProperties('[eggroll]\n', `${key}=\n`, { perNode }).text).toBe(`[eggroll]\n${key}=nm2\n`);
    const fresh = `[eggroll]\na=1\n${key}=127.0.0.1\nb=2\n`;
    expect(mergeProperties('', fresh, { perNode })).toMatchObject({
      text: `[eggroll]\na=1\nb=2\n${key}=nm2\n`,
      added: ['a', 'b', key],
      skipped: [],
    });
    expect(mergeProperties('', fresh)).toMatchObject({ text: '[eggroll]\na=1\nb=2\n', skipped: [{ key }] });
    const twice = `a=1\n${key}=\n${key}=127.0.0.1\n`;
    expect(mergeProperties('', twice)).toMatchObject({ text: 'a=1\n', skipped: [{ key }] });
    expect(mergeProperties(`${key}=nm1\n`, `${key}=127.0.0.1\n`, { perNode }).text).toBe(`${key}=nm1\n`);
  });

  it("reports a key that the site's file has twice, and leaves both", () => {
    const text = 'a=1\nb=2\na=3\n';
    expect(mergeProperties(text, text)).toMatchObject({ text, duplicates: ['a'] });
  });

  it('takes the whole package file for an empty one', () => {
    expect(mergeProperties('', fresh).text).toBe(fresh);
  });
});

describe('readProperties', () => {
  it('gives the last of two values, as Java does', () => {
    expect(readProperties('a=1\na=2').get('a')).toBe('2');
  });
});
