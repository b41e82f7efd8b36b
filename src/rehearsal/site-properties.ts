// conf/eggroll.properties as a site keeps it: the shipped file with the site's values, notes and habits of spacing.

import { shippedKeys, shippedProperties } from './properties-file.ts';
import { type Release, since } from './releases.ts';
import type { SimulatedSite } from './site.ts';

/** The file of one node. Keys that EggRoll's scripts read stay plain `key=value`, each once: they are read with grep and cut. */
export function siteProperties(version: Release, site: SimulatedSite): string {
  const values = siteValues(version, site);
  const known = shippedKeys(version);
  const lines = shippedProperties(version)
    .split('\n')
    .map((line) => {
      const key = line.slice(0, line.indexOf('='));
      const value = values.get(key);
      return value === undefined || line.startsWith('#') ? line : `${key}=${value}`;
    });
  const extra = [...values].filter(([key]) => !known.has(key)).map(([key, value]) => `${key}=${value}`);
  return [...lines, ...notes, ...extra, ''].join('\n').replace(loosePattern, '$1 = 16\t');
}

// A key that no script reads, written the way people write.
const loosePattern = /^(eggroll\.session\.processors\.per\.node)=.*$/m;

const notes = ['', '! Changed by operations, 2020-07-17 (机房二)', '#', '  # keep these below'];

function siteValues(version: Release, site: SimulatedSite): ReadonlyMap<string, string> {
  const manager = 'eggroll.resourcemanager';
  const jdbc = `${manager}.clustermanager.jdbc`;
  const values: [string, string][] = [
    [`${jdbc}.driver.class.name`, 'com.mysql.cj.jdbc.Driver'],
    [`${jdbc}.url`, site.jdbc.url],
    [`${jdbc}.username`, site.jdbc.user],
    [`${jdbc}.password`, site.jdbc.password],
    ['eggroll.data.dir', 'data/'],
    ['eggroll.logs.dir', 'logs/'],
    [`${manager}.clustermanager.host`, site.clusterManagerHost],
    [`${manager}.nodemanager.port`, '4671'],
    [`${manager}.process.tag`, site.processTag],
    [`${manager}.bootstrap.egg_pair.venv`, `${site.eggrollHome}/venv`],
    [`${manager}.bootstrap.egg_pair.pythonpath`, `${site.eggrollHome}/python:/data/projects/fate/python`],
    ['site.contact', 'ops@example.org'],
  ];
  if (since(version, '2.2.0')) {
    values.push([`${manager}.clustermanager.jvm.options`, '-Xmx512m -XX:MaxDirectMemorySize=256m']);
    values.push([`${manager}.nodemanager.jvm.options`, '-Xmx256m']);
  }
  if (since(version, '3.0.0')) values.push([`${manager}.nodemanager.host`, site.host]);
  else {
    values.push(['eggroll.rollsite.coordinator', 'fate'], ['eggroll.rollsite.host', site.host]);
    values.push(['eggroll.rollsite.party.id', site.partyId], ['eggroll.rollsite.polling.client.enabled', 'false']);
  }
  return new Map(values);
}
