// What each node more costs, and the runs on large clusters.

import { type Figures, medians, networkTitles, toolTitles } from './figures.ts';
import { megabytes, seconds, table } from './markdown.ts';
import { networkNames, toolNames } from './options.ts';
import type { Cell, ScaleRun } from './results.ts';
import { line } from './statistics.ts';

/** How wall time and bytes grow with each node more: the slope of a straight line through the medians. */
export function slopesTable(cells: readonly Cell[]): string {
  const rows = networkNames.flatMap((network) =>
    toolNames.flatMap((tool) => {
      const points = cells
        .filter((cell) => cell.case === 'full' && cell.network === network)
        .flatMap((cell) => {
          const figures = medians(cell, tool);
          return figures ? [{ nodes: cell.nodes, figures }] : [];
        });
      const slope = (read: (figures: Figures) => number) =>
        line(points.map(({ nodes, figures }) => [nodes, read(figures)] as const))?.slope;
      const wall = slope(({ wallMs }) => wallMs);
      const sent = slope(({ runnerSentBytes }) => runnerSentBytes);
      if (wall === undefined || sent === undefined) return [];
      return [[networkTitles[network], toolTitles[tool], `${wall.toFixed(0)} ms`, megabytes(sent)]];
    }),
  );
  return table(['full upgrade, network', 'tool', 'wall, each node more', 'out of the runner, each node more'], rows);
}

export function scaleTable(runs: readonly ScaleRun[]): string {
  const rows = runs.map((run) => [
    String(run.nodes),
    megabytes(run.packageBytes),
    seconds(run.wallMs),
    seconds(run.runnerCpuMs),
    seconds(run.nodesCpuMs),
    megabytes(run.runnerSentBytes),
    megabytes(run.wireBytes),
    megabytes(run.runnerAnonymousBytes),
    megabytes(run.runnerRssBytes),
  ]);
  const columns = [
    'nodes',
    'package',
    'wall',
    'CPU of the runner',
    'CPU of all nodes',
    'out of the runner',
    'on the wire',
  ];
  return table([...columns, 'memory of the runner', 'RSS of the runner'], rows);
}

/** Slopes of the scale runs of each size of package that was measured with more than one number of nodes. */
export function scaleSlopes(runs: readonly ScaleRun[]): string {
  const sizes = [...new Set(runs.map(({ packageBytes }) => packageBytes))];
  return sizes
    .flatMap((size) => {
      const own = runs.filter(({ packageBytes }) => packageBytes === size);
      const wall = line(own.map(({ nodes, wallMs }) => [nodes, wallMs]));
      const sent = line(own.map(({ nodes, runnerSentBytes }) => [nodes, runnerSentBytes]));
      if (!wall || !sent) return [];
      return [
        `Package of ${megabytes(size)}: each node more costs ${wall.slope.toFixed(0)} ms and ${megabytes(sent.slope)} out of the runner.\n`,
      ];
    })
    .join('');
}
