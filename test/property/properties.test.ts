import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeProperties, type PropertiesMerge, readProperties } from '../../src/eggroll/properties.ts';
import { droppedKeys, perNodeKeys } from '../../src/eggroll/property-facts.ts';
import { parsePropertyFile } from '../../src/eggroll/property-lines.ts';

const numRuns = 10_000;

const scriptKeys = [
  'eggroll.resourcemanager.process.tag',
  'eggroll.resourcemanager.clustermanager.port',
  'eggroll.resourcemanager.nodemanager.port',
  'eggroll.rollsite.port',
  'eggroll.rollsite.jvm.options',
  'eggroll.logs.dir',
  'eggroll.resourcemanager.bootstrap.egg_pair.venv',
  'eggroll.resourcemanager.bootstrap.egg_pair.filepath',
];
const knownKeys = [
  ...scriptKeys,
  ...droppedKeys.flatMap((table) => table.keys),
  'eggroll.data.dir',
  'eggroll.rollsite.host',
  ...perNodeKeys.keys(),
];

const key = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...knownKeys) },
  { weight: 1, arbitrary: fc.stringMatching(/^[a-z0-9._é]{1,12}$/) },
);
const value = fc.oneof(
  fc.constantFrom(
    '',
    '4670',
    'a=b',
    'jdbc:mysql://h:1/d?a=b&c=d',
    '-Xmx1g -Xms1g',
    '注释',
    '\u00a0\u0085x',
    'c:\\\\dir',
  ),
  fc.constantFrom('python/eggroll/roll_pair/egg_pair.py', '/e/python/eggroll/roll_pair/egg_pair.py', 'x.py'),
  fc.stringMatching(/^[ -~]{0,12}$/),
);
const separator = fc.constantFrom('=', ' = ', ':', ' ', '=  ');
const line = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.tuple(fc.constantFrom('', ' ', '\t'), key, separator, value).map((parts) => parts.join('')),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom('#', '# ', '!'), key, value)
      .map(([mark, name, text]) => `${mark}${name}=${text}`),
  },
  { weight: 1, arbitrary: fc.constantFrom('', '   ', '[eggroll]', '[other]', '# eggroll.logs.dir is where logs go') },
  { weight: 1, arbitrary: fc.tuple(key, value).map(([name, text]) => `${name}=${text}\\`) },
);
const lineEnd = fc.constantFrom('\n', '\n', '\r\n', '\r');

const file = fc
  .record({
    mark: fc.constantFrom('', '\uFEFF', '\u00EF\u00BB\u00BF'),
    end: lineEnd,
    lines: fc.array(fc.tuple(line, fc.option(lineEnd, { freq: 8, nil: undefined })), { maxLength: 12 }),
    isClosed: fc.boolean(),
  })
  .map(({ mark, end, lines, isClosed }) => {
    const text = lines
      .map(([content, own], index) => content + (index < lines.length - 1 || isClosed ? (own ?? end) : ''))
      .join('');
    return mark + text;
  });

const targetVersion = fc.constantFrom('2.0.2', '2.2.1', '2.5.3', '3.0.0-beta', '3.2.0');

function forEveryMerge(law: (site: string, fresh: string, merge: PropertiesMerge, version: string) => void): void {
  fc.assert(
    fc.property(file, file, targetVersion, (site, fresh, version) => {
      law(site, fresh, mergeProperties(site, fresh, { targetVersion: version }), version);
    }),
    { numRuns },
  );
}

const countMatches = (text: string, pattern: RegExp) =>
  text.split(/\r\n|\n|\r/).filter((part) => pattern.test(part)).length;

describe('the merge of eggroll.properties', () => {
  it('changes nothing when the package brings nothing new', () => {
    fc.assert(
      fc.property(file, (text) => {
        expect(mergeProperties(text, text).text).toBe(text);
      }),
      { numRuns },
    );
  });

  it("never changes a site's value", () => {
    forEveryMerge((site, _, merge) => {
      const after = readProperties(merge.text);
      const touched = new Set([...merge.commentedOut, ...merge.changed.map((change) => change.key)]);
      for (const [name, text] of readProperties(site)) {
        if (!touched.has(name)) expect(after.get(name)).toBe(text);
      }
      for (const name of merge.commentedOut) expect(after.has(name)).toBe(false);
    });
  });

  it('is idempotent', () => {
    forEveryMerge((_, fresh, merge, version) => {
      const again = mergeProperties(merge.text, fresh, { targetVersion: version });
      expect(again.text).toBe(merge.text);
      expect(again.added).toEqual([]);
      expect(again.changed).toEqual([]);
    });
  });

  it('keeps every line of the site, in order, but for the line end of the last', () => {
    forEveryMerge((site, _, merge) => {
      const result = parsePropertyFile(merge.text).lines;
      const changed = merge.changed.map(
        ({ before, after }) =>
          (text: string) =>
            text.replace(before, after),
      );
      let at = 0;
      for (const { text, end } of parsePropertyFile(site).lines) {
        const commented = text.replace(/^(\uFEFF|\u00EF\u00BB\u00BF)?/, '$1#');
        const forms = [text, commented, ...changed.map((apply) => apply(text))];
        const isSame = (other: (typeof result)[number]) =>
          forms.includes(other.text) && (end === '' || other.end === end);
        const found = result.findIndex((candidate, index) => index >= at && isSame(candidate));
        expect(found).toBeGreaterThanOrEqual(at);
        at = found + 1;
      }
    });
  });

  it('writes no key twice, also not for the grep of the scripts', () => {
    forEveryMerge((site, _, merge) => {
      if (site === '') return;
      const keys = parsePropertyFile(merge.text).entries.map((entry) => entry.key);
      for (const name of merge.added) expect(keys.filter((other) => other === name)).toHaveLength(1);
      if (merge.added.length === 0) return;
      for (const name of scriptKeys) {
        const pattern = new RegExp(name);
        expect(countMatches(merge.text, pattern)).toBeLessThanOrEqual(Math.max(1, countMatches(site, pattern)));
      }
    });
  });

  it("brings every key of the package, with the package's value, or says why not", () => {
    forEveryMerge((site, fresh, merge, version) => {
      const [before, after] = [readProperties(site), readProperties(merge.text)];
      const skipped = new Set(merge.skipped.map((skip) => skip.key));
      for (const [name, text] of readProperties(fresh)) {
        if (before.has(name) || skipped.has(name)) continue;
        const isMoved = version === '3.2.0' && name.endsWith('egg_pair.filepath');
        if (!isMoved) expect(after.get(name)).toBe(text);
        expect(merge.added).toContain(name);
      }
    });
  });

  it('never gives a node the value of a package for a key that must differ between nodes', () => {
    const own = new Map([...perNodeKeys.keys()].map((name) => [name, 'this-node']));
    const perNode = fc.constantFrom(new Map<string, string>(), own);
    fc.assert(
      fc.property(file, file, targetVersion, perNode, (site, fresh, version, values) => {
        const merge = mergeProperties(site, fresh, { targetVersion: version, perNode: values });
        const [before, after] = [readProperties(site), readProperties(merge.text)];
        for (const name of perNodeKeys.keys()) {
          if (before.has(name)) continue;
          expect(['', undefined, values.get(name)]).toContain(after.get(name));
        }
      }),
      { numRuns },
    );
  });

  it('comments out only what its table names', () => {
    const known = new Set(droppedKeys.flatMap((table) => table.keys));
    forEveryMerge((_, fresh, merge, version) => {
      for (const name of merge.commentedOut) {
        expect(known.has(name)).toBe(true);
        expect(readProperties(fresh).has(name)).toBe(false);
      }
      if (version === '2.0.2') expect(merge.commentedOut).toEqual([]);
    });
  });
});
