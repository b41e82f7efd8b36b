// Wall clocks that are wrong, or jump during the run: nothing is ordered by them.

import type { TestCluster } from '../support/cluster.ts';
import type { DirectedCase, Meeting } from './directed.ts';
import { wentOn } from './directed.ts';
import { withPreload } from './held.ts';
import { type StepPoint, stepPoints } from './step-points.ts';

const yearMs = 365 * 24 * 3_600_000;

const runnerClocks: readonly [string, { readonly offsetMs: number; readonly stepMs: number }][] = [
  ['a year ahead', { offsetMs: yearMs, stepMs: 0 }],
  ['a year behind', { offsetMs: -yearMs, stepMs: 0 }],
  ['jumping at every step', { offsetMs: 0, stepMs: yearMs }],
];

/** The runner's own clock. */
export function ofTheRunner(): DirectedCase[] {
  return begins().flatMap((point) =>
    runnerClocks.map(([what, clock]): DirectedCase => {
      const variables = { FAULT_CLOCK: JSON.stringify(clock) };
      return {
        kind: 'clock',
        title: `${point.scenario.command} with the runner's clock ${what}`,
        point,
        options: withPreload(point.scenario.options, 'clock', variables),
        check: (run) => wentOn(run, 0),
      };
    }),
  );
}

/** The clocks of nodes: wrong from the start, in two directions. */
export function ofNodes(): DirectedCase[] {
  return begins().map((point) => ({
    kind: 'clock',
    title: `${point.scenario.command} with one node a year ahead and one a year behind`,
    point,
    prepare: async (cluster: TestCluster) => {
      await setClock(cluster, 'nm1', '+1y');
      await setClock(cluster, 'nm2', '-1y');
    },
    check: (run) => wentOn(run, 0),
    heal: rightClocks,
  }));
}

/** A node's clock that jumps at the begin of a step, for every step. */
export function jumps(): DirectedCase[] {
  return stepPoints().map((point, index) => {
    const offset = index % 2 === 0 ? '+1y' : '-1y';
    return {
      kind: 'clock',
      title: `the clock of nm1 jumps by ${offset} at ${point.step} of ${point.scenario.command}`,
      point,
      strike: ({ cluster }: Meeting) => setClock(cluster, 'nm1', offset),
      check: (run) => wentOn(run, 0),
      heal: rightClocks,
    };
  });
}

function begins(): StepPoint[] {
  return stepPoints().filter(({ step }) => step === 'preflight');
}

async function rightClocks(cluster: TestCluster): Promise<void> {
  for (const host of ['nm1', 'nm2']) await setClock(cluster, host, 'off');
}

async function setClock(cluster: TestCluster, host: string, offset: string): Promise<void> {
  const { exitCode, stderr } = await cluster.exec(host, `sim-clock ${offset}`);
  if (exitCode !== 0) throw new Error(`sim-clock ${offset} on ${host}: ${stderr}`);
}
