// Every upgrade from one release to a later one, by the files that the releases ship: the version that is found, the conf that comes
// out of the merge.

import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { jumpNotes } from '../../../src/eggroll/compatibility.ts';
import { planHome } from '../../../src/eggroll/layout.ts';
import { levelOfVersion } from '../../../src/eggroll/migrations.ts';
import { mergeProperties, readProperties } from '../../../src/eggroll/properties.ts';
import { ownHostKey, scriptPatterns } from '../../../src/eggroll/property-facts.ts';
import type { Tree } from '../../../src/eggroll/tree.ts';
import { detectVersion, downgradeReason } from '../../../src/eggroll/versions.ts';
import { simulatedHome } from '../../../src/rehearsal/home.ts';
import { shippedProperties } from '../../../src/rehearsal/properties-file.ts';
import { ownJars, type Release, releases, schemaLevel, since, versionText } from '../../../src/rehearsal/releases.ts';
import { simulatedSite } from '../../../src/rehearsal/site.ts';
import { siteProperties } from '../../../src/rehearsal/site-properties.ts';
import { type SimulatedTree, simulatedPackage } from '../../../src/rehearsal/tree.ts';

const netDeviceKey = 'eggroll.resourcemanager.nodemanager.net.device';
const filepathKey = 'eggroll.resourcemanager.bootstrap.egg_pair.filepath';

const pairs = releases.flatMap((from, index) => releases.slice(index).map((to): [Release, Release] => [from, to]));

const libraries = { libraries: 1 };

function asTree(simulated: SimulatedTree): Tree {
  return new Map(
    [...simulated].map(([path, entry]) => {
      const { type, mode, modifiedSeconds } = entry;
      const content = entry.type === 'file' ? entry.content : Buffer.alloc(0);
      const more = entry.type === 'file' ? { sha256: hash('sha256', content, 'hex') } : {};
      const target = entry.type === 'symlink' ? { target: entry.target } : {};
      return [path, { path, type, mode, modifiedSeconds, sizeBytes: content.length, ...more, ...target }];
    }),
  );
}

describe.each(releases)('release %s', (release) => {
  const jars = [...ownJars(release), 'grpc-core-1.31.1.jar'];

  it('is found by its jar and by what its __init__.py says, together and alone', () => {
    const initPy = versionText(release);
    expect(detectVersion({ initPy, jars })).toEqual({ version: release });
    expect(detectVersion({ jars })).toEqual({ version: release });
    if (initPy !== '') expect(detectVersion({ initPy, jars: [] })).toEqual({ version: release });
  });

  it('is found where its __init__.py was edited by hand', () => {
    for (const line of [`__version__ = ${release}`, `__version__=${release}`, `__version__ = '${release}'`]) {
      expect(detectVersion({ initPy: `${line}\n`, jars })).toEqual({ version: release });
      expect(detectVersion({ initPy: `${line}\n`, jars: [] })).toEqual({ version: release });
    }
  });

  it('is known with its schema', () => {
    expect(levelOfVersion(release)).toBe(schemaLevel(release));
  });
});

describe('every pair of releases', () => {
  it.each(pairs)('%s to %s is in the table, and the way back is a downgrade', (from, to) => {
    expect(jumpNotes(from, to)).toBeDefined();
    if (from !== to) expect(downgradeReason(to, from)).toContain(`older than the ${to}`);
  });

  it.each(pairs)('%s to %s: the merge keeps the site and brings what is new', (from, to) => {
    const site = siteProperties(from, simulatedSite('nm2'));
    const fresh = shippedProperties(to);
    const options = { targetVersion: to, perNode: new Map([[ownHostKey, 'nm2']]) };
    const merge = mergeProperties(site, fresh, options);
    const [before, after] = [readProperties(site), readProperties(merge.text)];
    for (const [key, value] of before) {
      if (!merge.commentedOut.includes(key) && key !== filepathKey) expect(after.get(key)).toBe(value);
    }
    for (const key of readProperties(fresh).keys()) {
      expect(after.has(key) || merge.skipped.some((skip) => skip.key === key)).toBe(true);
    }
    expect(after.get(filepathKey)).toBe(readProperties(fresh).get(filepathKey));
    const lines = merge.text.split('\n');
    expect(lines.filter((line) => line === '[eggroll]')).toHaveLength(1);
    for (const pattern of scriptPatterns('')) {
      const count = (texts: readonly string[]) => texts.filter((line) => pattern.test(line)).length;
      expect(count(lines)).toBeLessThanOrEqual(Math.max(1, count(site.split('\n'))));
    }
    expect(mergeProperties(merge.text, fresh, options).text).toBe(merge.text);
  });

  it.each(pairs)("%s to %s: nobody else's address gets into the conf of a node", (from, to) => {
    const merge = mergeProperties(siteProperties(from, simulatedSite('nm2')), shippedProperties(to), {
      targetVersion: to,
      perNode: new Map([[ownHostKey, 'nm2']]),
    });
    // Up to 2.5 a package has no such key, and a NodeManager finds its address by itself.
    expect(readProperties(merge.text).get(ownHostKey)).toBe(since(to, '3.0.0') ? 'nm2' : undefined);
    const isNew = since(to, '3.0.0') && !since(from, '3.0.0');
    expect(merge.skipped.map(({ key }) => key)).toEqual(isNew ? [netDeviceKey] : []);
  });

  it.each(pairs)(
    '%s to %s: files that the new version needs arrive, those of the site stay, old jars go',
    (from, to) => {
      const text = (value: string) => Buffer.from(value);
      const home = asTree(simulatedHome(from, simulatedSite('nm2'), libraries));
      const { entries } = planHome({
        package: asTree(simulatedPackage(to, libraries)),
        home,
        policy: 'merge',
        targetVersion: to,
        perNode: new Map([[ownHostKey, 'nm2']]),
        properties: { home: text(siteProperties(from, simulatedSite('nm2'))), package: text(shippedProperties(to)) },
      });
      if (since(to, '3.0.0')) expect(entries.has('conf/log4j2.xml')).toBe(true);
      if (since(to, '3.1.0') || to.startsWith('2.5')) {
        expect(entries.get('conf/whitelist.json')?.source.from).toBe(
          home.has('conf/whitelist.json') ? 'home' : 'package',
        );
      }
      for (const path of ['bin/fate-eggroll.sh', 'conf/party ca 证书.pem']) {
        expect(entries.get(path)?.source).toEqual({ from: 'home', path });
      }
      const jars = [...entries.keys()]
        .filter((path) => path.startsWith('lib/'))
        .map((path) => path.slice('lib/'.length));
      expect(detectVersion({ jars })).toEqual({ version: to });
    },
  );
});
