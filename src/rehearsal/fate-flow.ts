// The fate_flow of FATE 1.7 to 1.11, as far as its service.sh needs it: what lies in /data/projects/fate beside EggRoll.

import { readFileSync } from 'node:fs';
import { addFile, type SimulatedTree, sortedTree } from './tree.ts';

const installedSeconds = 1_595_000_000;

/** Paths are relative to the folder that EGGROLL_HOME is in. */
export function simulatedFateFlow(): SimulatedTree {
  const tree: SimulatedTree = new Map();
  const add = (path: string, content: string) => addFile(tree, path, content, installedSeconds);
  add('fateflow/bin/service.sh', readFileSync(new URL('./assets/fate-flow-service.sh', import.meta.url), 'utf8'));
  add('fateflow/python/fate_flow/fate_flow_server.py', '# Stand-in: what runs is images/node/java.c.\n');
  add('bin/init_env.sh', 'export FATE_PROJECT_BASE=/data/projects/fate\n');
  add('conf/service_conf.yaml', configuration);
  return sortedTree(tree);
}

const configuration = `work_mode: 1
fateflow:
  # the address that other parties use
  host: 0.0.0.0
  http_port: 9380
  grpc_port: 9360
database:
  name: fate_flow
  port: 3306
`;
