// A lived-in EGGROLL_HOME: the package of a release with a site's settings, its own files, data, logs and what lies beside.

import { type LibraryOptions, noise } from './libraries.ts';
import { routeTable } from './packaged-content.ts';
import { type Release, since } from './releases.ts';
import type { SimulatedSite } from './site.ts';
import { siteProperties } from './site-properties.ts';
import { addFile, addFolder, addSymlink, type SimulatedTree, simulatedPackage, sortedTree } from './tree.ts';

/** Where the logs are when the home has a symlink to them. */
export const outsideLogs = '/data/logs/fate/eggroll';

const installedSeconds = 1_595_000_000;

/** The whole EGGROLL_HOME of a node; paths are relative to it. */
export function simulatedHome(version: Release, site: SimulatedSite, options: LibraryOptions = {}): SimulatedTree {
  const tree = simulatedPackage(version, options);
  const add = (path: string, content: string | Buffer, mode?: number) =>
    addFile(tree, path, content, installedSeconds, mode);
  add('conf/eggroll.properties', siteProperties(version, site));
  add('conf/party ca 证书.pem', 'not a certificate\n', 0o640);
  if (!since(version, '3.0.0')) add('conf/route_table.json', routeTable(site.routes));
  add('bin/fate-eggroll.sh', wrapper, 0o755);
  if (site.services.includes('rollsite')) add('bin/json-replace.sh', '#!/bin/bash\n# set by the site\n', 0o755);
  addFolder(tree, 'bin/pid', installedSeconds);
  add('init_env.sh', initEnv(site.eggrollHome));
  add('venv/pyvenv.cfg', 'home = /usr/bin\n');
  addSymlink(tree, 'venv/bin/python', '/usr/bin/python3', installedSeconds);
  addData(tree, version, site);
  addLogs(tree, site);
  return sortedTree(tree);
}

function addData(tree: SimulatedTree, version: Release, site: SimulatedSite) {
  addFolder(tree, 'data', installedSeconds, 0o750);
  for (const part of [0, 1]) {
    const path = `data/LMDB/experiment 1/table_${part}/${part}/data.mdb`;
    addFile(tree, path, noise(`${site.host} ${part}`, 20_000), installedSeconds, 0o600);
  }
  if (!since(version, '3.0.0')) addFile(tree, 'data/meta_h2/eggroll_meta.h2.mv.db', 'H:2,block:1\n', installedSeconds);
  if (since(version, '2.5.1')) addFile(tree, 'data/NodeManagerMeta', `{"nodeId":"${site.host}"}\n`, installedSeconds);
  if (since(version, '2.5.1')) addFolder(tree, 'containers', installedSeconds);
}

function addLogs(tree: SimulatedTree, site: SimulatedSite) {
  if (site.logs === 'symlink') addSymlink(tree, 'logs', outsideLogs, installedSeconds);
  else addFile(tree, 'logs/eggroll/clustermanager.jvm.log', 'an old line\n', installedSeconds);
}

const wrapper = `#!/bin/bash
# What supervisord runs: the environment of the site, then EggRoll's own script.
cd "$(dirname "$0")/.." || exit 1
. ./init_env.sh
exec bash bin/eggroll.sh "$@"
`;

const initEnv = (home: string) =>
  `export EGGROLL_HOME=${home}\nexport JAVA_HOME=/usr/lib/jvm/simulated\nexport PATH=$PATH:$JAVA_HOME/bin\n`;
