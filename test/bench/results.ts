// What was measured, as it is kept in docs/performance/results.json: tables and charts are made from this file alone.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Hosts } from './hosts.ts';
import type { CaseName, ToolName } from './options.ts';

/** One run of one tool. Sizes are bytes, durations milliseconds: those of a host, where the cluster was slowed down. */
export interface Measurement {
  readonly tool: ToolName;
  readonly wallMs: number;
  readonly runnerCpuMs: number;
  readonly nodesCpuMs: number;
  /** What left the runner's network interface, and what left those of all hosts together. */
  readonly runnerSentBytes: number;
  readonly wireBytes: number;
  /** Most that the runner had at once: anonymous memory of its control group, and the sum of the RSS of its processes. */
  readonly runnerAnonymousBytes: number;
  readonly runnerRssBytes: number;
  /** From the first to the last change of the live folders: the median of the nodes, the longest, and for the cluster as a whole. */
  readonly mixedMs: number;
  readonly longestMixedMs: number;
  readonly downtimeMs: number;
}

/** One cell of the matrix: the tools took turns. */
export interface Cell extends Hosts {
  /** See `describeDisk`. */
  readonly disk: string;
  readonly nodes: number;
  readonly case: CaseName;
  /** How many times slower than its hosts the cluster ran. */
  readonly slowdown: number;
  readonly measured: string;
  readonly commit: string;
  /** Further variables of the job. */
  readonly env: Readonly<Record<string, string>>;
  /** Content that one node lacks under any name. */
  readonly lackingBytes: number;
  readonly runs: readonly Measurement[];
}

export interface ScaleRun {
  readonly disk: string;
  readonly nodes: number;
  readonly packageBytes: number;
  readonly measured: string;
  readonly commit: string;
  readonly env: Readonly<Record<string, string>>;
  readonly wallMs: number;
  readonly runnerCpuMs: number;
  readonly nodesCpuMs: number;
  readonly runnerSentBytes: number;
  readonly wireBytes: number;
  readonly runnerAnonymousBytes: number;
  readonly runnerRssBytes: number;
}

/** Lines for people, by what they are about. */
export type Machine = Readonly<Record<string, string>>;

export interface Results {
  readonly machine: Machine;
  readonly cells: readonly Cell[];
  readonly scale: readonly ScaleRun[];
}

const cellKey = ({ disk, nodes, case: name, network, ownProcessor }: Cell) =>
  `${disk} ${name} ${network} ${ownProcessor} ${String(nodes).padStart(5)}`;

const scaleKey = ({ disk, nodes, packageBytes }: ScaleRun) =>
  `${disk} ${String(packageBytes).padStart(12)} ${String(nodes).padStart(5)}`;

/**
 * What is newer takes the place of the same cell as a whole, as its tools are compared with each other; what was measured on another
 * machine is dropped.
 */
export function mergeResults(before: Results | undefined, after: Results): Results {
  if (!before || JSON.stringify(before.machine) !== JSON.stringify(after.machine)) return after;
  return {
    machine: after.machine,
    cells: merged(before.cells, after.cells, cellKey),
    scale: merged(before.scale, after.scale, scaleKey),
  };
}

function merged<T>(before: readonly T[], after: readonly T[], key: (item: T) => string): T[] {
  const byKey = new Map([...before, ...after].map((item) => [key(item), item]));
  return [...byKey].toSorted(([left], [right]) => (left < right ? -1 : 1)).map(([, item]) => item);
}

export function readResults(file: string): Results | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Results) : undefined;
}

/** A run per line: readable, and small enough for the repository. */
export function writeResults(file: string, results: Results): void {
  const lines = (items: readonly unknown[]) => items.map((item) => `\n  ${JSON.stringify(item)}`).join(',');
  const cells = results.cells.map(({ runs, ...cell }) => {
    const head = JSON.stringify(cell).slice(0, -1);
    return `\n ${head},"runs":[${lines(runs)}]}`;
  });
  const machine = JSON.stringify(results.machine, null, 1);
  writeFileSync(file, `{"machine":${machine},\n"cells":[${cells.join(',')}],\n"scale":[${lines(results.scale)}]}\n`);
}
