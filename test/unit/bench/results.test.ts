import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Cell, mergeResults, type Results, readResults, writeResults } from '../../bench/results.ts';
import { aCell, aResult, aRun, aScaleRun } from './fixture.ts';

describe('results', () => {
  it('are read as they were written', () => {
    const dir = mkdtempSync(join(tmpdir(), 'bench-results-'));
    onTestFinished(() => rmSync(dir, { recursive: true }));
    const file = join(dir, 'results.json');
    expect(readResults(file)).toBeUndefined();
    const results = aResult({ cells: [aCell(), aCell({ nodes: 16 })], scale: [aScaleRun()] });
    writeResults(file, results);
    expect(readResults(file)).toEqual(results);
  });

  it('of the same cell are replaced as a whole, as its tools took turns; those of other cells stay', () => {
    const before = aResult({ cells: [aCell(), aCell({ nodes: 16 })], scale: [aScaleRun()] });
    const newer: Cell = aCell({ nodes: 16, commit: 'newer', runs: [aRun('tar')] });
    const merged = mergeResults(before, aResult({ cells: [newer], scale: [aScaleRun({ nodes: 1000 })] }));
    expect(merged.cells).toEqual([aCell(), newer]);
    expect(merged.scale.map(({ nodes }) => nodes)).toEqual([200, 1000]);
  });

  it('are in the order of the numbers', () => {
    const cells = [32, 4, 16].map((nodes) => aCell({ nodes }));
    expect(mergeResults(aResult({}), aResult({ cells })).cells.map(({ nodes }) => nodes)).toEqual([4, 16, 32]);
  });

  it('of another machine are dropped', () => {
    const after: Results = { ...aResult({ cells: [aCell()] }), machine: { processors: 'others' } };
    expect(mergeResults(aResult({ cells: [aCell({ nodes: 16 })] }), after)).toEqual(after);
  });
});
