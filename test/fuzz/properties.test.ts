import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeProperties, type PropertiesMerge, readProperties } from '../../src/eggroll/properties.ts';
import { droppedKeys, perNodeKeys } from '../../src/eggroll/property-facts.ts';
import { joinLines, parsePropertyFile } from '../../src/eggroll/property-lines.ts';
import { fuzz } from './law.ts';
import { mutated } from './mutate.ts';

const bootstrap = 'eggroll.resourcemanager.bootstrap';
const keys = [
  'eggroll.resourcemanager.process.tag',
  'eggroll.resourcemanager.clustermanager.host',
  'eggroll.resourcemanager.clustermanager.port',
  'eggroll.resourcemanager.clustermanager.jdbc.url',
  'eggroll.resourcemanager.nodemanager.port',
  'eggroll.rollsite.port',
  'eggroll.logs.dir',
  'eggroll.core.malloc.mmap.threshold',
  `${bootstrap}.egg_pair.filepath`,
  ...perNodeKeys.keys(),
  ...droppedKeys.flatMap((table) => table.keys),
];

const line = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(
        fc.constantFrom(...keys, 'site.own.key', 'a', '名'),
        fc.constantFrom('=', ' = ', ':', ' '),
        fc.constantFrom('', '4670', 'a=b', '/data/logs', 'python/eggroll/roll_pair/egg_pair.py', 'x \\\n  y', '值'),
      )
      .map((parts) => parts.join('')),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom('[eggroll]', '[other]', '', '# comment', '! comment', '# eggroll.logs.dir=1'),
  },
);

const file = fc
  .tuple(fc.array(line, { maxLength: 25 }), fc.constantFrom('\n', '\r\n', '\r'), fc.boolean())
  .map(([lines, end, isClosed]) => `[eggroll]${end}${lines.join(end)}${isClosed ? end : ''}`);

const tokens = [
  ...[
    '\\',
    '\\\\',
    '\\\n',
    '\\\r\n ',
    '=',
    ':',
    ' ',
    '\t',
    '\f',
    '\u000b',
    '\0',
    '\u0085',
    '\u00a0',
    '\u2028',
    '\uFEFF',
  ],
  ...[
    '\u00EF\u00BB\u00BF',
    '\n',
    '\r',
    '\n\n',
    '#',
    '!',
    '[',
    ']',
    '[]',
    '[eggroll]\n',
    '[[x]]',
    '\\u0041',
    '\\:',
    '\\=',
  ],
  ...[
    '__proto__=1\n',
    'constructor=1\n',
    'a=1\n',
    'a=1\\\n',
    '\u001b[0m',
    '\ud800',
    '$&',
    '$1',
    '%(x)s',
    '$(x)',
    'a=b c\\',
  ],
  ...keys.slice(0, 12).map((key) => `\n${key}=9\n`),
];

const text = mutated(file, tokens);

describe('eggroll.properties', () => {
  it('is read and merged, whatever is in it', async () => {
    const version = fc.constantFrom('2.0.2', '2.2.1', '2.5.3', '3.0.0-beta', '3.2.0', undefined);
    await fuzz('properties', fc.tuple(text, text, version, fc.boolean()), ([site, fresh, targetVersion, isNode]) => {
      const options = {
        ...(targetVersion !== undefined && { targetVersion }),
        ...(isNode && { perNode: new Map([...perNodeKeys.keys()].map((key) => [key, 'node-1'])) }),
      };
      expect(joinLines(parsePropertyFile(site).lines)).toBe(site);
      const merge = mergeProperties(site, fresh, options);
      expectValuesKept(site, merge);
      expect(mergeProperties(merge.text, fresh, options).text).toBe(merge.text);
      return merge.text === site ? 'accepted, same' : 'accepted, merged';
    });
  });
});

function expectValuesKept(site: string, merge: PropertiesMerge): void {
  const after = readProperties(merge.text);
  const touched = new Set([...merge.commentedOut, ...merge.changed.map(({ key }) => key)]);
  for (const [key, value] of readProperties(site)) if (!touched.has(key)) expect(after.get(key)).toBe(value);
  for (const key of merge.commentedOut) expect(after.has(key)).toBe(false);
  for (const key of merge.added) expect(after.has(key)).toBe(true);
}
