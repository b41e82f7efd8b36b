// EggRoll's services: modules, launch classes, ports, order, processes and what eggroll.sh prints. Facts: EGGROLL.md sections 1 and 4.

import type { Generation } from './versions.ts';

export type ModuleName = 'clustermanager' | 'nodemanager' | 'rollsite' | 'dashboard';

/** Modules of a generation in the order of stopping: `eggroll.sh all stop` uses it too. */
const stopOrders = {
  // The ClusterManager ends its sessions through the NodeManagers, so it stops while they still live.
  two: ['clustermanager', 'nodemanager', 'rollsite'],
  // A 3.x NodeManager reports itself lost to the ClusterManager when it ends.
  three: ['nodemanager', 'clustermanager', 'dashboard'],
} as const satisfies Record<string, readonly ModuleName[]>;

const startOrders = {
  two: ['clustermanager', 'nodemanager', 'rollsite'],
  three: ['clustermanager', 'nodemanager', 'dashboard'],
} as const satisfies Record<string, readonly ModuleName[]>;

export function stopOrder(generation: Generation): readonly ModuleName[] {
  return generation === '3' ? stopOrders.three : stopOrders.two;
}

/** A NodeManager registers with the ClusterManager, so that one starts first. */
export function startOrder(generation: Generation): readonly ModuleName[] {
  return generation === '3' ? startOrders.three : startOrders.two;
}

export function modulesOf(generation: Generation): readonly ModuleName[] {
  return startOrder(generation);
}

const oldManagers = {
  clustermanager: 'com.webank.eggroll.core.resourcemanager.ClusterManagerBootstrap',
  nodemanager: 'com.webank.eggroll.core.resourcemanager.NodeManagerBootstrap',
} as const;

/** The class by which a module's process is told apart; what a generation lacks is absent. */
export const mainClasses: Record<Generation, Partial<Record<ModuleName, string>>> = {
  '2.0': { ...oldManagers, rollsite: 'com.webank.eggroll.rollsite.Proxy' },
  '2.2': { ...oldManagers, rollsite: 'com.webank.eggroll.rollsite.EggSiteBootstrap' },
  '2.5': { ...oldManagers, rollsite: 'com.webank.eggroll.rollsite.EggSiteBootstrap' },
  '3': {
    clustermanager: 'org.fedai.eggroll.clustermanager.Bootstrap',
    nodemanager: 'org.fedai.eggroll.nodemanager.Bootstrap',
    dashboard: 'org.fedai.eggroll.webapp.JettyServer',
  },
};

/** The key of eggroll.properties that holds a module's port. */
const portKeys: Record<ModuleName, string> = {
  clustermanager: 'eggroll.resourcemanager.clustermanager.port',
  nodemanager: 'eggroll.resourcemanager.nodemanager.port',
  rollsite: 'eggroll.rollsite.port',
  dashboard: 'eggroll.dashboard.server.port',
};

/** Ports of the modules that a file of properties (see `readProperties`) names; values that are no port are left out. */
export function portsOf(properties: ReadonlyMap<string, string>): Partial<Record<ModuleName, number>> {
  const ports: Partial<Record<ModuleName, number>> = {};
  for (const [module, key] of Object.entries(portKeys) as [ModuleName, string][]) {
    const value = properties.get(key) ?? '';
    const port = /^\d{1,5}$/.test(value) ? Number(value) : 0;
    if (port > 0 && port <= 65535) ports[module] = port;
  }
  return ports;
}

const moduleByClass = new Map(
  Object.values(mainClasses).flatMap((classes) =>
    (Object.entries(classes) as [ModuleName, string][]).map(([module, name]) => [name, module] as const),
  ),
);

const workerMarks =
  /(?:^|[/\s])egg_pair\.py(?:\s|$)|egg_pair_bootstrap\.(?:sh|py)|RollPairMasterBootstrap|roll_pair_master_bootstrap\.sh|EggFrameBootstrap/;

/**
 * Which service or worker of an EggRoll a process is, whose home goes by all names of `homes`, by its command line (as `ps -o args=` prints it) and its
 * current directory; undefined for any other process, also for EggRoll at another place and for a `grep` or an editor.
 */
export function classifyProcess(
  commandLine: string,
  cwd: string,
  homes: readonly string[],
): ModuleName | 'worker' | undefined {
  const words = commandLine.trim().split(/\s+/);
  const program = words[0]?.split('/').at(-1) ?? '';
  const module = program === 'java' ? words.map((word) => moduleByClass.get(word)).find((name) => name) : undefined;
  const isWorker = /^(?:java|python[\d.]*|bash|sh)$/.test(program) && workerMarks.test(commandLine);
  if (!module && !isWorker) return undefined;
  if (!belongsTo(commandLine, cwd, homes.map(withoutTrailingSlash))) return undefined;
  return module ?? 'worker';
}

// An absolute path on the command line decides; 2.0.x starts with relative paths, and there the current directory does.
function belongsTo(commandLine: string, cwd: string, homes: readonly string[]): boolean {
  if (homes.some((home) => namesPathBelow(commandLine, home))) return true;
  if (/[\s:=]\/\S*(?:\/conf\/eggroll\.properties|\/lib\/\*|egg_pair\.py|_bootstrap\.(?:sh|py))/.test(` ${commandLine}`))
    return false;
  return homes.some((home) => cwd === home || cwd.startsWith(`${home}/`));
}

function namesPathBelow(commandLine: string, home: string): boolean {
  const text = ` ${commandLine}`;
  let at = text.indexOf(`${home}/`);
  while (at > 0) {
    if (/[\s:=,"']/.test(text[at - 1] ?? '')) return true;
    at = text.indexOf(`${home}/`, at + 1);
  }
  return false;
}

function withoutTrailingSlash(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/, '') : path;
}
