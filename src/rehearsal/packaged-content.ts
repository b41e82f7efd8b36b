// What stands in each file of a simulated package. Our own words throughout.

import { shippedProperties } from './properties-file.ts';
import { type Release, versionText } from './releases.ts';
import { schemaSql } from './schema.ts';
import { serviceScript } from './service-script.ts';

/** Content of a file of the package, jars excepted. */
export function packagedContent(version: Release, path: string): string {
  return special[path]?.(version) ?? plainContent(version, path);
}

const special: Readonly<Record<string, (version: Release) => string>> = {
  'bin/eggroll.sh': serviceScript,
  'conf/eggroll.properties': shippedProperties,
  'conf/create-eggroll-meta-tables.sql': schemaSql,
  'conf/route_table.json': () => routeTable([]),
  'conf/whitelist.json': () => '{"eggroll": ["simulated"]}\n',
  'conf/node-extend-env.properties': () => '',
  'conf/log4j2.xml': () => '<Configuration><!-- simulated --></Configuration>\n',
  'conf/applicationContext-proxy.xml': () => '<beans><!-- simulated --></beans>\n',
  'conf/2.5.x_To_3.0.0_DDL.sql': () => '-- The real file fails on every schema; nothing reads this one.\n',
  'python/eggroll/__init__.py': versionText,
};

// Files that no release changed: an upgrade has nothing to send for them.
const unchanged = new Set([
  'bin/connect_to_h2.sh',
  'bin/iperf3-client.sh',
  'deploy/conf.sh',
  'python/eggroll/core/__init__.py',
]);

function plainContent(version: Release, path: string): string {
  const text = unchanged.has(path) ? `simulated ${path}` : `simulated ${path} of EggRoll ${version}`;
  const extension = path.slice(path.lastIndexOf('.') + 1);
  if (extension === 'md') return `# 说明\n\n这是模拟的文件。\n\n${text}\n`;
  if (extension === 'bat') return `rem ${text}\r\n`;
  if (extension === 'sh') return `#!/bin/bash\n# ${text}\n`;
  return `# ${text}\n`;
}

export interface Route {
  readonly party: string;
  readonly host: string;
  readonly port: number;
}

/** conf/route_table.json with these parties. */
export function routeTable(routes: readonly Route[]): string {
  const parties = routes.map(({ party, host, port }) => [party, { default: [{ ip: host, port }] }]);
  return `${JSON.stringify({ route_table: Object.fromEntries(parties), permission: { default_allow: true } }, null, 2)}\n`;
}
