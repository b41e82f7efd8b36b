// docs/performance.md and its charts, made of results. The prose of the page stands around the marks and stays.

import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Chart, lineChart } from './charts.ts';
import { caseTitles, chartNames, disksOf, type Figures, hostsOf, hostsTitle, isOn, medians } from './figures.ts';
import { scaleSlopes, scaleTable, slopesTable } from './growth.ts';
import { caseNames, toolNames } from './options.ts';
import type { Cell, Results } from './results.ts';
import { cellsTable, machineTable } from './tables.ts';
import { targetsTable } from './targets.ts';

const begin = '<!-- results: written by `npm run bench -- --publish` -->';
const end = '<!-- end of results -->';

/** The page with the results between its two marks. Throws when a mark is missing. */
export function pageWithResults(page: string, text: string): string {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error('docs/performance.md lacks the marks of the results.');
  return `${page.slice(0, from)}${begin}\n${text}${page.slice(to)}`;
}

/** Writes the page, and the charts in the folder `performance` beside it; charts of what is not in the results any more go. */
export function renderDocs(docs: string, results: Results): void {
  const page = join(docs, 'performance.md');
  const folder = join(docs, 'performance');
  const charts = chartsOf(results.cells);
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.svg'))) rmSync(join(folder, name));
  for (const [name, chart] of charts) writeFileSync(join(folder, name), lineChart(chart));
  writeFileSync(page, pageWithResults(readFileSync(page, 'utf8'), textOf(results, charts)));
}

/** All tables, with a chart above each that has one. */
export function textOf(results: Results, charts: ReadonlyMap<string, Chart> = new Map()): string {
  const { machine, cells, scale } = results;
  const commits = [...new Set([...cells, ...scale].map(({ commit }) => commit))].join(', ');
  const variables = [
    ...new Set([...cells, ...scale].flatMap(({ env }) => Object.entries(env).map((pair) => pair.join('=')))),
  ];
  return [
    section(
      'The machine',
      machineTable({
        ...machine,
        commit: commits,
        ...(variables.length > 0 && { variables: variables.join(', ') }),
      }),
    ),
    section('What is to be reached', targetsTable(cells)),
    ...kindsOf(cells).map((kind) => {
      const pictures = [...charts].filter(([file]) => file.endsWith(`-${slugOf(kind)}.svg`));
      const images = pictures.map(([file, { title }]) => `![${title}](performance/${file})\n`).join('');
      return section(titleOf(kind), `${images && `${images}\n`}${cellsTable(kind.cells)}\n${roundsOf(kind.cells)}`);
    }),
    section('Growth with the cluster', slopesTable(cells)),
    ...(scale.length > 0 ? [section('Scale', `${scaleTable(scale)}\n${scaleSlopes(scale)}`)] : []),
  ].join('');
}

/** Nothing where there is nothing to tell. */
const section = (title: string, text: string) => (text === '' ? '' : `\n## ${title}\n\n${text}`);

/** How often, when and of which commit each cluster of a table was measured. */
function roundsOf(cells: readonly Cell[]): string {
  const parts = cells.map(({ nodes, runs, measured, commit, slowdown, ownProcessor }) => {
    const rounds = Math.max(...toolNames.map((tool) => runs.filter((run) => run.tool === tool).length));
    const times = rounds === 1 ? 'once' : `in ${rounds} rounds`;
    const slower = ownProcessor ? `, ${slowdown} times slower` : '';
    return `${nodes} ${nodes === 1 ? 'node' : 'nodes'} ${times}${slower}, ${measured.slice(0, 10)}, ${commit}`;
  });
  return `Measured: ${parts.join('; ')}.\n`;
}

/** What stands in one table. */
interface Kind extends Pick<Cell, 'disk' | 'case' | 'network' | 'ownProcessor'> {
  /** By the number of nodes. */
  readonly cells: readonly Cell[];
}

function kindsOf(cells: readonly Cell[]): Kind[] {
  const all = disksOf(cells).flatMap((disk) =>
    caseNames.flatMap((name) => hostsOf(cells).map((hosts) => ({ disk, case: name, ...hosts }))),
  );
  return all
    .map((kind) => ({
      ...kind,
      cells: cells
        .filter((cell) => cell.disk === kind.disk && cell.case === kind.case && isOn(cell, kind))
        .toSorted((a, b) => a.nodes - b.nodes),
    }))
    .filter((kind) => kind.cells.length > 0);
}

const titleOf = (kind: Kind) => `${caseTitles[kind.case]}, ${hostsTitle(kind)}, ${kind.disk}`;

function slugOf({ case: name, network, ownProcessor, disk }: Kind): string {
  const own = ownProcessor ? '-own-processor' : '';
  return `${name}-${network}${own}-${disk.replaceAll(/[^a-z0-9]+/g, '-')}`;
}

function chartsOf(cells: readonly Cell[]): Map<string, Chart> {
  const charts = new Map<string, Chart>();
  for (const kind of kindsOf(cells)) {
    const chart = (what: string, unit: string, read: (figures: Figures) => number): Chart => ({
      title: `${titleOf(kind)}: ${what}`,
      unit,
      series: toolNames.flatMap((tool) => {
        const points = kind.cells.flatMap((cell) => {
          const figures = medians(cell, tool);
          return figures ? [[cell.nodes, read(figures)] as const] : [];
        });
        return points.length > 0 ? [{ name: chartNames[tool], points }] : [];
      }),
    });
    charts.set(
      `wall-${slugOf(kind)}.svg`,
      chart('time', 'seconds', ({ wallMs }) => wallMs / 1000),
    );
    if (kind.case !== 'full') continue;
    charts.set(
      `sent-${slugOf(kind)}.svg`,
      chart('out of the runner', 'MB', ({ runnerSentBytes }) => runnerSentBytes / 1e6),
    );
  }
  return charts;
}
