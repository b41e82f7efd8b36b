import { expect, test } from 'vitest';
import { shippedKeys } from '../../../src/rehearsal/properties-file.ts';
import { releases } from '../../../src/rehearsal/releases.ts';
import { simulatedSite } from '../../../src/rehearsal/site.ts';
import { siteProperties } from '../../../src/rehearsal/site-properties.ts';

const site = simulatedSite('nm2');
// EGGROLL.md section 3: scripts read these with an unanchored grep.
const readByScripts = [
  'eggroll.resourcemanager.process.tag',
  'eggroll.resourcemanager.clustermanager.port',
  'eggroll.resourcemanager.nodemanager.port',
  'eggroll.resourcemanager.clustermanager.jvm.options',
  'eggroll.resourcemanager.nodemanager.jvm.options',
  'eggroll.rollsite.port',
  'eggroll.rollsite.jvm.options',
  'eggroll.dashboard.server.port',
];

test('keys that scripts read stand in one plain line each', () => {
  for (const version of releases) {
    const lines = siteProperties(version, site).split('\n');
    for (const key of readByScripts) {
      const found = lines.filter((line) => line.includes(key));
      expect(found.length, `${version} ${key}`).toBeLessThanOrEqual(1);
      if (found[0]) expect(found[0]).toMatch(new RegExp(`^${key}=\\S*( \\S+)*$`));
    }
  }
});

test('every shipped key is still there', () => {
  for (const version of releases) {
    const text = siteProperties(version, site);
    for (const key of shippedKeys(version).keys()) expect(text).toMatch(new RegExp(`^${key} ?=`, 'm'));
  }
});

test('values of the site, notes and odd spacing', () => {
  const text = siteProperties('2.0.2', site);
  expect(text).toContain(`clustermanager.jdbc.url=${site.jdbc.url}\n`);
  expect(text).toContain('eggroll.resourcemanager.process.tag=eggroll-host\n');
  expect(text).toContain('eggroll.session.processors.per.node = 16\t\n');
  expect(text).toContain('\nsite.contact=');
  expect(text).toMatch(/^! .*机房/m);
});

test('nodemanager.host is that of the node from 3.0 on', () => {
  expect(siteProperties('2.5.3', site)).not.toContain('nodemanager.host');
  expect(siteProperties('3.0.0', site)).toContain('eggroll.resourcemanager.nodemanager.host=nm2\n');
});
