// What runs on a node and which TCP ports listen there.

import type { ClusterNode } from './node.ts';

export interface RemoteProcess {
  readonly pid: number;
  readonly workingFolder: string;
  readonly commandLine: string;
}

export interface Activity {
  readonly processes: readonly RemoteProcess[];
  readonly listeningPorts: ReadonlySet<number>;
}

/** Processes that may be EggRoll's (of any home on the node) and all listening ports. */
export async function readActivity(node: ClusterNode): Promise<Activity> {
  const { stdout } = await node.ask('processes', []);
  return parseActivity(stdout.toString('utf8'));
}

export function parseActivity(text: string): Activity {
  const [processes = '', ports = ''] = text.startsWith('\n') ? ['', text] : text.split('\n\n');
  return {
    processes: lines(processes).flatMap((line) => {
      const [pid = '', workingFolder = '', commandLine = ''] = line.split('\t');
      return Number(pid) > 0 ? [{ pid: Number(pid), workingFolder, commandLine: commandLine.trim() }] : [];
    }),
    listeningPorts: new Set(lines(ports).map((hex) => Number.parseInt(hex, 16))),
  };
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
