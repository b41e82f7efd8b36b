// Nodes and the database server that restart, in every step.

import { setTimeout as sleep } from 'node:timers/promises';
import type { DirectedCase, Meeting } from './directed.ts';
import { wentOn } from './directed.ts';
import { databasePlace, restart, takeDown } from './disturb.ts';
import { waitUntilReady } from './faults.ts';
import { type StepPoint, stepPoints } from './step-points.ts';

/** The node whose services do not start at boot; those of the others do, as a site with autostart has it. */
export const nodeWithoutAutostart = 'rs1';

/** One node of either kind, at the begin of every step. Before its services are recorded, one without autostart just loses them. */
export function nodeRestarts(): DirectedCase[] {
  const points = stepPoints();
  const stopped = points.findIndex(({ step }) => step === 'back-up-database');
  return points.flatMap((point, index) => {
    const nodes = index < stopped ? ['nm2'] : ['nm2', nodeWithoutAutostart];
    return nodes.map((node) => ({
      ...restartCase(point, node, 0),
      kind: 'node restart',
      title: `${node} restarted at ${point.step} of ${point.scenario.command}`,
    }));
  });
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
      // What is away for so long is the fault itself.
      if (downMs > 0) await takeDown(cluster, place, () => sleep(downMs));
      await waitUntilReady(cluster);
      return [];
    },
    check: (run) => (isFirst && run.exitCode === 69 ? [] : wentOn(run, 8)),
  };
}
