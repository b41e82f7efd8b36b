// What of a node's EggRoll runs, and from which folders.

import { factsFrom, inspectArguments, type NodeFacts } from '../cluster/facts.ts';
import type { ClusterNode } from '../cluster/node.ts';
import { type Activity, activityQuestion, parseActivity, type RemoteProcess } from '../cluster/processes.ts';
import { classifyProcess, type ModuleName } from '../eggroll/services.ts';

export interface RunningService {
  readonly module: ModuleName;
  readonly process: RemoteProcess;
}

export interface NodeActivity {
  readonly services: readonly RunningService[];
  /** Sessions' processes, which may outlive a NodeManager. */
  readonly workers: readonly RemoteProcess[];
}

/** The same with all TCP ports that listen there. */
export interface ActivityAndPorts extends NodeActivity {
  readonly listeningPorts: ReadonlySet<number>;
}

export async function activityOf(node: ClusterNode): Promise<NodeActivity> {
  return classify(await readActivity(node, 'no ports'), node.home);
}

export async function activityAndPortsOf(node: ClusterNode): Promise<ActivityAndPorts> {
  const activity = await readActivity(node, 'ports');
  return { ...classify(activity, node.home), listeningPorts: activity.listeningPorts };
}

async function readActivity(node: ClusterNode, ports: 'ports' | 'no ports'): Promise<Activity> {
  const { stdout } = await node.ask(...activityQuestion(node.home, ports));
  return parseActivity(stdout.toString('utf8'));
}

/** What EggRoll is and does on a node, by one command. Throws NODE_UNFIT. */
export async function lookAt(node: ClusterNode): Promise<{ facts: NodeFacts; activity: NodeActivity }> {
  const [facts, processes] = await node.askAll([
    ['inspect', inspectArguments(node.home)],
    activityQuestion(node.home, 'no ports'),
  ]);
  return {
    facts: factsFrom(node, facts ?? Buffer.alloc(0)),
    activity: classify(parseActivity(processes?.toString('utf8') ?? ''), node.home),
  };
}

function classify({ realHome, processes }: Activity, home: string): NodeActivity {
  const homes = [home, realHome].filter((path) => path !== '');
  const known = processes.map((process) => ({
    process,
    kind: classifyProcess(process.commandLine, process.workingFolder, homes),
  }));
  return {
    services: known.flatMap(({ process, kind }) => (kind && kind !== 'worker' ? [{ module: kind, process }] : [])),
    workers: known.flatMap(({ process, kind }) => (kind === 'worker' ? [process] : [])),
  };
}

/** Names of the modules that run on a node, each once, sorted. */
export function modulesOf({ services }: NodeActivity): ModuleName[] {
  return [...new Set(services.map(({ module }) => module))].sort();
}

/** Those services (of one module, if named) that started from other folders than those that are there now. */
export function isStale(module?: ModuleName): (service: RunningService) => boolean {
  return (service) => service.process.stale && (module === undefined || service.module === module);
}

export function pidsOf(services: readonly RunningService[]): string {
  return services.map(({ process }) => process.pid).join(', ');
}
