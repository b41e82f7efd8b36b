// The results of one case on one network as a table, and the machine.

import { cpuTogether, type Figures, medians, toolTitles } from './figures.ts';
import { megabytes, milliseconds, seconds, table, timesText } from './markdown.ts';
import { type CaseName, type ToolName, toolNames } from './options.ts';
import type { Cell, Machine } from './results.ts';
import { ratio } from './statistics.ts';

const header = [
  ...['nodes', 'tool', 'wall', '× rsync', 'CPU of the runner', 'CPU of all nodes', 'CPU together × rsync'],
  ...['out of the runner', 'on the wire', 'memory of the runner', 'mixed, a node', 'longest', 'downtime'],
];

/** One case on one network: a row for each number of nodes and tool. */
export function cellsTable(cells: readonly Cell[]): string {
  const rows = cells.flatMap((cell) => {
    const reference = medians(cell, 'rsync');
    const measured = toolNames.flatMap((tool) => {
      const figures = medians(cell, tool);
      return figures ? [figuresRow(cell.nodes, tool, figures, reference)] : [];
    });
    return [...measured, ...reportedRow(cell)];
  });
  return table(header, rows);
}

function figuresRow(nodes: number, tool: ToolName, figures: Figures, reference: Figures | undefined): string[] {
  const times = (read: (of: Figures) => number) => timesText(reference && ratio(read(figures), read(reference)));
  return [
    String(nodes),
    toolTitles[tool],
    seconds(figures.wallMs),
    times(({ wallMs }) => wallMs),
    seconds(figures.runnerCpuMs),
    seconds(figures.nodesCpuMs),
    times(cpuTogether),
    megabytes(figures.runnerSentBytes),
    megabytes(figures.wireBytes),
    megabytes(figures.runnerAnonymousBytes),
    milliseconds(figures.mixedMs),
    milliseconds(figures.longestMixedMs),
    milliseconds(figures.downtimeMs),
  ];
}

/** Reported by others for EggRoll's own helper, on another machine of two cores: wall, mixed time of a node, memory. */
const reported: readonly {
  nodes: number;
  case: CaseName;
  cells: readonly [wall: string, mixed: string, memory: string];
}[] = [
  { nodes: 16, case: 'full', cells: ['31.2 s', '', ''] },
  { nodes: 32, case: 'full', cells: ['58.1 s', '1500 ms', '40 MB'] },
  { nodes: 32, case: 'small', cells: ['34.2 s', '', ''] },
  { nodes: 32, case: 'nothing', cells: ['32.8 s', '', ''] },
];

function reportedRow({ nodes, case: name, network, ownProcessor }: Cell): string[][] {
  const isAlike = network === 'none' && !ownProcessor;
  const found = reported.find((entry) => isAlike && entry.nodes === nodes && entry.case === name);
  if (!found) return [];
  const [wall, mixed, memory] = found.cells;
  return [
    [String(nodes), '*upgrade_helper.py, not measured here*', wall, '', '', '', '', '', '', memory, mixed, '', ''],
  ];
}

export function machineTable(machine: Machine): string {
  return table(
    ['', ''],
    Object.entries(machine).map(([name, text]) => [name, text]),
  );
}
