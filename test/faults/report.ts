// What is left of a fault run: a folder for each violation, and one table.

import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { keepRuns } from '../support/evidence.ts';
import { promise } from '../support/promise.ts';
import type { Verdict } from './case.ts';

/** Keeps everything that was said in a case that went wrong; gives the folder. */
export async function keepVerdict(root: string, name: string, verdict: Verdict): Promise<string> {
  const folder = join(root, name);
  await mkdir(folder, { recursive: true });
  const { title, violations, runs } = verdict;
  await writeFile(join(folder, 'violations.txt'), `${title}\n\n${violations.join('\n')}\n`);
  await keepRuns(folder, runs);
  await verdict.keepCluster?.(folder);
  return folder;
}

/** Collects the cases of a test that went wrong. */
export class Broken {
  readonly #root: string;
  readonly #name: string;
  readonly #found: string[] = [];

  constructor(root: string, name: string) {
    this.#root = root;
    this.#name = name;
  }

  /** Keeps a verdict if anything is wrong with it. */
  async take(verdict: Verdict): Promise<void> {
    const { title, violations, runs } = verdict;
    if (violations.length === 0) return;
    const folder = await keepVerdict(this.#root, `${this.#name}-${this.#found.length + 1}`, verdict);
    const story = runs.flatMap(({ command, exitCode, result, events }) => [
      `${command} ended with ${exitCode}: ${result?.message ?? 'no result'}`,
      ...events.flatMap(({ type, message }) => (type === 'warning' ? [`- ${message}`] : [])),
    ]);
    const where = `output of its jobs, logs of nodes and database: ${relative('', folder)}`;
    this.#found.push([title, ...violations.map((line) => `! ${line}`), ...story, where].join('\n  '));
  }

  /** Throws when a case went wrong, with all that is needed to understand it where only the output of the tests is kept. */
  expectNone(): void {
    if (this.#found.length === 0) return;
    throw new Error(`${promise}. ${this.#found.length} cases broke it:\n${this.#found.join('\n')}`);
  }
}

/** A line for each kind of case, and one for all. `tookMs` is the time on the clock; the others are those of a case, one by one. */
export function table(verdicts: readonly Verdict[], tookMs: number): string {
  const kinds = [...new Set(verdicts.map(({ kind }) => kind))];
  const rows = [
    ['', 'points', 'violations', 's a point', 'longest'],
    ...kinds.map((kind) =>
      rowOf(
        kind,
        verdicts.filter((verdict) => verdict.kind === kind),
      ),
    ),
    rowOf(`together, in ${seconds(tookMs)} s`, verdicts),
  ];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const pad = (cell: string, column: number) =>
    column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0);
  return rows.map((row) => row.map(pad).join('  ')).join('\n');
}

function rowOf(name: string, verdicts: readonly Verdict[]): string[] {
  const times = verdicts.map(({ tookMs }) => tookMs);
  const violations = verdicts.filter((verdict) => verdict.violations.length > 0).length;
  const mean = times.reduce((sum, ms) => sum + ms, 0) / Math.max(1, times.length);
  return [name, String(verdicts.length), String(violations), seconds(mean), seconds(Math.max(0, ...times))];
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(0);
}
