// Results as a benchmark would have measured them.

import type { ToolName } from '../../bench/options.ts';
import type { Cell, Measurement, Results, ScaleRun } from '../../bench/results.ts';

export const aResult = (changes: Partial<Results>): Results => ({
  machine: { processors: '2 × made up' },
  cells: [],
  scale: [],
  ...changes,
});

export function aRun(tool: ToolName, changes: Partial<Measurement> = {}): Measurement {
  return {
    tool,
    wallMs: 1000,
    runnerCpuMs: 100,
    nodesCpuMs: 300,
    runnerSentBytes: 2_000_000,
    wireBytes: 2_100_000,
    runnerAnonymousBytes: 50_000_000,
    runnerRssBytes: 90_000_000,
    mixedMs: 10,
    longestMixedMs: 20,
    downtimeMs: 30,
    ...changes,
  };
}

export const aCell = (changes: Partial<Cell> = {}): Cell => ({
  disk: 'ext4 without reflinks',
  nodes: 4,
  case: 'full',
  network: 'none',
  ownProcessor: false,
  slowdown: 1,
  measured: '2030-01-01T00:00:00.000Z',
  commit: 'abc1234',
  env: {},
  lackingBytes: 1_000_000,
  runs: [aRun('ours'), aRun('rsync')],
  ...changes,
});

export const aScaleRun = (changes: Partial<ScaleRun> = {}): ScaleRun => {
  const { tool: _, mixedMs: __, longestMixedMs: ___, downtimeMs: ____, ...figures } = aRun('ours');
  return {
    disk: 'ext4 without reflinks',
    nodes: 200,
    packageBytes: 150_000_000,
    measured: '',
    commit: 'abc1234',
    env: {},
    ...figures,
    ...changes,
  };
};
