import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { scaleSlopes, slopesTable } from '../../bench/growth.ts';
import { table } from '../../bench/markdown.ts';
import { pageWithResults, renderDocs, textOf } from '../../bench/page.ts';
import { cellsTable } from '../../bench/tables.ts';
import { targetsTable } from '../../bench/targets.ts';
import { aCell, aResult, aRun, aScaleRun } from './fixture.ts';

it('a bar in a cell of a table does not end it', () => {
  expect(table(['a', 'b'], [['1|2', '3']])).toBe('| a | b |\n|---|---|\n| 1\\|2 | 3 |\n');
});

it('a table without rows is nothing', () => {
  expect(table(['a'], [])).toBe('');
});

describe('the table of a case', () => {
  it('shows medians, and how many times that of rsync they are', () => {
    const walls = [900, 5000, 1000].map((wallMs) => aRun('ours', { wallMs }));
    const rsync = [4000, 2000, 1900].map((wallMs) => aRun('rsync', { wallMs, runnerCpuMs: 500 }));
    const [, , ours, peer] = cellsTable([aCell({ runs: [...walls, ...rsync] })]).split('\n');
    expect(ours).toMatch(/^\| 4 \| eggroll-upgrade \| 1\.00 s \| 0\.50 \| 0\.10 s \| 0\.30 s \| 0\.50 \| 2\.0 MB \|/);
    expect(peer).toMatch(/^\| 4 \| rsync, 8 in parallel \| 2\.00 s \| 1\.00 \|/);
  });

  it('has no ratio where rsync did not take part', () => {
    expect(cellsTable([aCell({ runs: [aRun('ours')] })])).toContain('| eggroll-upgrade | 1.00 s |  | 0.10 s |');
  });

  it('shows what was reported of the helper in its place alone, and says so', () => {
    const helper = '| 32 | *upgrade_helper.py, not measured here* | 58.1 s |';
    expect(cellsTable([aCell({ nodes: 32 })])).toContain(helper);
    expect(cellsTable([aCell({ nodes: 32, network: '1gbit' })])).not.toContain('upgrade_helper');
    expect(cellsTable([aCell({ nodes: 4 })])).not.toContain('upgrade_helper');
    expect(cellsTable([aCell({ nodes: 32, ownProcessor: true })])).not.toContain('upgrade_helper');
  });
});

describe('the targets', () => {
  const cell = (wallMs: number, nodes = 16) => aCell({ nodes, runs: [aRun('ours', { wallMs }), aRun('rsync')] });
  const wall = (text: string) => text.split('\n').find((row) => row.startsWith('| full upgrade, wall'));

  it('are reached at the limit, and missed above it', () => {
    expect(wall(targetsTable([cell(600)]))).toBe(
      '| full upgrade, wall × rsync | no limit | ext4 without reflinks | 16 | ≤ 0.6 | 0.600 | reached |',
    );
    expect(wall(targetsTable([cell(601)]))).toContain('**missed**');
  });

  it('are for 16 nodes and more', () => {
    expect(wall(targetsTable([cell(600, 4)]))).toBeUndefined();
  });

  it('count bytes against what one node lacks', () => {
    expect(targetsTable([aCell({ nodes: 32 })])).toContain('| 32 | ≤ 2.2 | 2.000 | reached |');
  });

  it('are left out where nothing can be told', () => {
    expect(wall(targetsTable([aCell({ nodes: 16, runs: [aRun('ours')] })]))).toBeUndefined();
  });
});

it('growth is told from two sizes of the cluster on', () => {
  const cells = [4, 16].map((nodes) => aCell({ nodes, runs: [aRun('ours', { wallMs: 1000 + 50 * nodes })] }));
  const limited = cells.map((cell) => ({ ...cell, network: '1gbit' as const, runs: [aRun('ours', { wallMs: 9000 })] }));
  expect(slopesTable([...cells, ...limited])).toContain(
    '| no limit | ext4 without reflinks | eggroll-upgrade | 50 ms | 0.0 MB |',
  );
  expect(slopesTable(cells.slice(1))).not.toContain('eggroll-upgrade');
  const runs = [50, 200].map((nodes) => aScaleRun({ nodes, wallMs: 100 * nodes, runnerSentBytes: 1e6 * nodes }));
  expect(scaleSlopes(runs)).toBe(
    'Package of 150 MB, ext4 without reflinks: each node more costs 100 ms and 1.0 MB out of the runner.\n',
  );
  expect(scaleSlopes([aScaleRun(), aScaleRun({ nodes: 1000, packageBytes: 2e6 })])).toBe('');
});

describe('the page', () => {
  const marks = ['<!-- results: written by `npm run bench -- --publish` -->', '<!-- end of results -->'];

  it('gets the results between its marks, again and again', () => {
    const page = `before\n${marks[0]}\nold\n${marks[1]}\nafter\n`;
    const once = pageWithResults(page, 'new\n');
    expect(once).toBe(`before\n${marks[0]}\nnew\n${marks[1]}\nafter\n`);
    expect(pageWithResults(once, 'new\n')).toBe(once);
  });

  it('without the marks is an error', () => {
    expect(() => pageWithResults('# no marks', '')).toThrow('marks');
  });

  it('has the charts of its results beside it, and no others', () => {
    const docs = mkdtempSync(join(tmpdir(), 'bench-page-'));
    onTestFinished(() => rmSync(docs, { recursive: true }));
    mkdirSync(join(docs, 'performance'));
    writeFileSync(join(docs, 'performance.md'), marks.join('\n'));
    for (const name of ['wall-full-none-gone.svg', 'results.json']) writeFileSync(join(docs, 'performance', name), '');
    renderDocs(docs, aResult({ cells: [aCell()] }));
    const charts = ['sent', 'wall'].map((figure) => `${figure}-full-none-ext4-without-reflinks.svg`);
    expect(readdirSync(join(docs, 'performance')).toSorted()).toEqual(['results.json', ...charts]);
  });

  it('keeps disks apart', () => {
    const text = textOf(aResult({ cells: [aCell(), aCell({ disk: 'xfs with reflinks', runs: [aRun('tar')] })] }));
    expect(text).toContain('## Full upgrade, no limit, xfs with reflinks\n');
    expect(text.match(/tar over ssh/g)).toHaveLength(1);
  });

  it('keeps hosts with a processor of their own apart, and says how much slower they ran', () => {
    const own = aCell({
      network: '1gbit',
      ownProcessor: true,
      slowdown: 10,
      nodes: 16,
      runs: [aRun('ours'), aRun('rsync')],
    });
    const text = textOf(aResult({ cells: [own, aCell({ network: '1gbit', nodes: 16, runs: [aRun('tar')] })] }));
    const [shared = '', alone = ''] = text.split(
      '## Full upgrade, 1 Gbit/s a host, a processor a host, ext4 without reflinks\n',
    );
    expect(shared).toContain('## Full upgrade, 1 Gbit/s a host, ext4 without reflinks\n');
    expect(shared).toContain('| full upgrade, wall × rsync | 1 Gbit/s a host, a processor a host |');
    expect(alone).toContain('Measured: 16 nodes once, 10 times slower, 2030-01-01, abc1234.');
    expect(alone).not.toContain('tar over ssh');
  });

  it('says on what, with which variables and of which commits it was measured', () => {
    const text = textOf(
      aResult({ cells: [aCell({ env: { FANOUT: 'direct' } })], scale: [aScaleRun({ commit: 'def' })] }),
    );
    expect(text).toContain('| processors | 2 × made up |');
    expect(text).toContain('| commit | abc1234, def |');
    expect(text).toContain('| variables | FANOUT=direct |');
    expect(text).toContain('Measured: 4 nodes once, 2030-01-01, abc1234.\n');
    expect(text).toContain('## Full upgrade, no limit, ext4 without reflinks\n');
    expect(text).not.toContain('1 Gbit');
  });
});
