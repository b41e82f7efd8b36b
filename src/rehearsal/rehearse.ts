// The whole story of a rehearsal on one screen.

import type { RehearsalConfig } from '../config/rehearsal.ts';
import type { Step } from '../engine/step.ts';
import type { Say } from '../messages/phrases.ts';
import { buildCluster } from './build-cluster.ts';
import { checkNew } from './check-new.ts';
import { compare } from './compare.ts';
import { fault } from './fault.ts';
import { job } from './job-phase.ts';
import { prepareEngine } from './prepare-engine.ts';
import { readCluster } from './read-cluster.ts';
import type { RehearsalWorld } from './world.ts';

/** The phases of a rehearsal, in order. */
export function phasesOf(
  { cluster, faults }: Pick<RehearsalConfig, 'cluster' | 'faults'>,
  say: Say,
): Step<RehearsalWorld>[] {
  return [
    prepareEngine,
    ...(cluster ? [readCluster] : []),
    buildCluster,
    job.plan,
    job.upgrade,
    checkNew,
    job.upgradeAgain,
    job.recover,
    compare,
    ...Array.from({ length: faults }, (_, index) => fault(index + 1, faults, say)),
  ];
}
