// Nodes and the database server that restart, in every step.

import type { DirectedCase, Meeting } from './directed.ts';
import { wentOn } from './directed.ts';
import { databasePlace, restart } from './disturb.ts';
import { waitUntilReady } from './faults.ts';
import { type StepPoint, stepPoints } from './step-points.ts';

/** A node whose services start at boot, as a site with autostart has it, at the begin of every step. */
export function nodeRestarts(): DirectedCase[] {
  return stepPoints().map((point) => ({
    ...restartCase(point, 'nm2', 0),
    kind: 'node restart',
    title: `nm2 restarted at ${point.step} of ${point.scenario.command}`,
  }));
}

/** The database server, at once and after twenty seconds. Needs a cluster whose server keeps its data. */
export function databaseRestarts(): DirectedCase[] {
  return stepPoints().flatMap((point, index) => {
    const downMs = index % 2 === 0 ? 0 : 20_000;
    const when = downMs === 0 ? 'restarted' : `away for ${downMs / 1000} s`;
    const title = `the database server ${when} at ${point.step} of ${point.scenario.command}`;
    return [{ ...restartCase(point, databasePlace, downMs), kind: 'database restart', title }];
  });
}

function restartCase(point: StepPoint, place: string, downMs: number): Omit<DirectedCase, 'kind' | 'title'> {
  const isFirst = point.step === 'preflight';
  return {
    point,
    // A held job beats no locks: what takes longer goes on while the job works.
    strike: async ({ cluster }: Meeting) => {
      if (downMs === 0) await restart(cluster, place);
    },
    watch: async ({ cluster }: Meeting) => {
      if (downMs > 0) await restart(cluster, place, downMs);
      await waitUntilReady(cluster);
      return [];
    },
    check: (run) => (isFirst && run.exitCode === 69 ? [] : wentOn(run, 8)),
  };
}
