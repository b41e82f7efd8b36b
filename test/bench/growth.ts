// What each node more costs, and the runs on large clusters.

import { disksOf, type Figures, hostsOf, hostsTitle, isOn, medians, toolTitles } from './figures.ts';
import { megabytes, seconds, table } from './markdown.ts';
import { toolNames } from './options.ts';
import type { Cell, ScaleRun } from './results.ts';
import { line } from './statistics.ts';

/** How wall time and bytes grow with each node more: the slope of a straight line through the medians. */
export function slopesTable(cells: readonly Cell[]): string {
  const full = cells.filter((cell) => cell.case === 'full');
  const kinds = disksOf(full).flatMap((disk) => hostsOf(full).map((hosts) => ({ disk, hosts })));
  const rows = kinds.flatMap(({ disk, hosts }) =>
    toolNames.flatMap((tool) => {
      const points = full
        .filter((cell) => cell.disk === disk && isOn(cell, hosts))
        .flatMap((cell) => {
          const figures = medians(cell, tool);
          return figures ? [{ nodes: cell.nodes, figures }] : [];
        });
      const slope = (read: (figures: Figures) => number) =>
        line(points.map(({ nodes, figures }) => [nodes, read(figures)] as const))?.slope;
      const wall = slope(({ wallMs }) => wallMs);
      const sent = slope(({ runnerSentBytes }) => runnerSentBytes);
      if (wall === undefined || sent === undefined) return [];
      return [[hostsTitle(hosts), disk, toolTitles[tool], `${wall.toFixed(0)} ms`, megabytes(sent)]];
    }),
  );
  return table(
    ['full upgrade, hosts', 'disk of the nodes', 'tool', 'wall, each node more', 'out of the runner, each node more'],
    rows,
  );
}

export function scaleTable(runs: readonly ScaleRun[]): string {
  const rows = runs.map((run) => [
    String(run.nodes),
    run.disk,
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
    'disk of the nodes',
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
  return disksOf(runs)
    .flatMap((disk) => {
      const onDisk = runs.filter((run) => run.disk === disk);
      return [...new Set(onDisk.map(({ packageBytes }) => packageBytes))].map((size) => ({ disk, size, onDisk }));
    })
    .flatMap(({ disk, size, onDisk }) => {
      const own = onDisk.filter(({ packageBytes }) => packageBytes === size);
      const wall = line(own.map(({ nodes, wallMs }) => [nodes, wallMs]));
      const sent = line(own.map(({ nodes, runnerSentBytes }) => [nodes, runnerSentBytes]));
      if (!wall || !sent) return [];
      return [
        `Package of ${megabytes(size)}, ${disk}: each node more costs ${wall.slope.toFixed(0)} ms and ${megabytes(sent.slope)} out of the runner.\n`,
      ];
    })
    .join('');
}
