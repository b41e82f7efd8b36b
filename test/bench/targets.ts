// What is to be reached beside rsync, and whether it is.

import { cpuTogether, type Figures, hostsTitle, medians } from './figures.ts';
import { table } from './markdown.ts';
import type { CaseName, NetworkName } from './options.ts';
import type { Cell } from './results.ts';
import { ratio } from './statistics.ts';

interface Target {
  readonly text: string;
  readonly case: CaseName;
  readonly networks: readonly NetworkName[];
  /** undefined when the cell cannot tell. */
  readonly value: (cell: Cell) => number | undefined;
  readonly most: number;
  readonly unit?: string;
}

const wall = (cell: Cell) => against(cell, ({ wallMs }) => wallMs);
const fullWall = { text: 'full upgrade, wall × rsync', case: 'full', value: wall } as const;
const mixed = { case: 'full', networks: ['none'] } as const;

/** At 16 and 32 nodes. */
const targets: readonly Target[] = [
  { ...fullWall, networks: ['none'], most: 0.6 },
  { ...fullWall, networks: ['1gbit'], most: 0.25 },
  { text: 'small change, wall × rsync', case: 'small', networks: ['none', '1gbit'], value: wall, most: 0.7 },
  { text: 'nothing to do, wall × rsync', case: 'nothing', networks: ['none', '1gbit'], value: wall, most: 0.6 },
  {
    text: 'full upgrade, CPU together × rsync',
    case: 'full',
    networks: ['none'],
    value: (cell) => against(cell, cpuTogether),
    most: 0.7,
  },
  {
    ...mixed,
    text: 'mixed time of a node × rsync',
    value: (cell) => against(cell, ({ mixedMs }) => mixedMs),
    most: 0.02,
  },
  { ...mixed, text: 'mixed time of a node', value: (cell) => medians(cell, 'ours')?.mixedMs, most: 50, unit: ' ms' },
  {
    text: 'bytes out of the runner × what one node lacks',
    case: 'full',
    networks: ['none', '1gbit'],
    value(cell) {
      const ours = medians(cell, 'ours');
      return ours && ratio(ours.runnerSentBytes, cell.lackingBytes);
    },
    most: 2.2,
  },
];

function against(cell: Cell, read: (figures: Figures) => number): number | undefined {
  const [ours, rsync] = [medians(cell, 'ours'), medians(cell, 'rsync')];
  return ours && rsync && ratio(read(ours), read(rsync));
}

/** Each target beside what was measured; a target that no cell can tell about is left out. */
export function targetsTable(cells: readonly Cell[]): string {
  const rows = targets.flatMap(({ text, case: name, networks, value, most, unit = '' }) =>
    networks.flatMap((network) =>
      cells
        .filter((cell) => cell.case === name && cell.network === network && cell.nodes >= 16)
        .flatMap((cell) => {
          const found = value(cell);
          if (found === undefined) return [];
          const reached = found <= most ? 'reached' : '**missed**';
          return [
            [
              text,
              hostsTitle(cell),
              cell.disk,
              String(cell.nodes),
              `≤ ${most}${unit}`,
              `${found.toFixed(unit ? 1 : 3)}${unit}`,
              reached,
            ],
          ];
        }),
    ),
  );
  return table(['figure', 'hosts', 'disk of the nodes', 'nodes', 'wanted', 'measured', ''], rows);
}
