// What is compared: medians of the runs of a tool, and how tools, cases and networks are called.

import type { Hosts } from './hosts.ts';
import { type CaseName, type NetworkName, networkNames, type ToolName } from './options.ts';
import type { Cell, Measurement } from './results.ts';
import { median } from './statistics.ts';

export const toolTitles: Readonly<Record<ToolName, string>> = {
  ours: 'eggroll-upgrade',
  rsync: 'rsync, 8 in parallel',
  'rsync-safe': 'rsync with backup, fsync and checksums, 8 in parallel',
  tar: 'tar over ssh, 8 in parallel',
  ansible: 'Ansible synchronize',
  clush: 'clush',
};

/** Short enough for the end of a line in a chart. */
export const chartNames: Readonly<Record<ToolName, string>> = {
  ours: 'eggroll-upgrade',
  rsync: 'rsync',
  'rsync-safe': 'rsync, safe',
  tar: 'tar over ssh',
  ansible: 'Ansible',
  clush: 'clush',
};

export const caseTitles: Readonly<Record<CaseName, string>> = {
  full: 'Full upgrade',
  small: 'Small change: one jar, three Python files',
  nothing: 'Nothing to do',
};

const networkTitles: Readonly<Record<NetworkName, string>> = {
  none: 'no limit',
  '1gbit': '1 Gbit/s a host',
  '200mbit': '200 Mbit/s a host',
};

/** What each host has. */
export function hostsTitle({ network, ownProcessor }: Hosts): string {
  return `${networkTitles[network]}${ownProcessor ? ', a processor a host' : ''}`;
}

/** The kinds of hosts that anything was measured on, in the order of the page: those that share the machine's processors first. */
export function hostsOf(cells: readonly Hosts[]): Hosts[] {
  const kinds = [false, true].flatMap((ownProcessor) => networkNames.map((network) => ({ network, ownProcessor })));
  return kinds.filter((kind) => cells.some((cell) => isOn(cell, kind)));
}

export const isOn = (cell: Hosts, { network, ownProcessor }: Hosts) =>
  cell.network === network && cell.ownProcessor === ownProcessor;

export type Figures = Omit<Measurement, 'tool'>;

/** Median of each figure over the runs of a tool; undefined when it did not take part. */
export function medians({ runs }: Pick<Cell, 'runs'>, tool: ToolName): Figures | undefined {
  const own = runs.filter((run) => run.tool === tool);
  if (own.length === 0) return undefined;
  const of = (read: (run: Measurement) => number) => median(own.map(read));
  return {
    wallMs: of(({ wallMs }) => wallMs),
    runnerCpuMs: of(({ runnerCpuMs }) => runnerCpuMs),
    nodesCpuMs: of(({ nodesCpuMs }) => nodesCpuMs),
    runnerSentBytes: of(({ runnerSentBytes }) => runnerSentBytes),
    wireBytes: of(({ wireBytes }) => wireBytes),
    runnerAnonymousBytes: of(({ runnerAnonymousBytes }) => runnerAnonymousBytes),
    runnerRssBytes: of(({ runnerRssBytes }) => runnerRssBytes),
    mixedMs: of(({ mixedMs }) => mixedMs),
    longestMixedMs: of(({ longestMixedMs }) => longestMixedMs),
    downtimeMs: of(({ downtimeMs }) => downtimeMs),
  };
}

export const cpuTogether = ({ runnerCpuMs, nodesCpuMs }: Figures) => runnerCpuMs + nodesCpuMs;

/** The kinds of disk that anything was measured on. */
export function disksOf(measured: readonly { readonly disk: string }[]): string[] {
  return [...new Set(measured.map(({ disk }) => disk))];
}
