// Putting everything back: the work of a run, undone from its end. Used by a failing upgrade, by `recover`, and by an upgrade that
// finds an interrupted recovery.

import { runBackward } from '../engine/runner.ts';
import type { Step } from '../engine/step.ts';
import { writeRecords } from './run-records.ts';
import type { World } from './world.ts';

/** Marks the run first, so that whoever comes after an interruption goes on backward, not forward. */
export async function undoAll(steps: readonly Step<World>[], world: World, signal?: AbortSignal): Promise<void> {
  await writeRecords(world, 'recovering');
  const { emit, clock } = world;
  await runBackward(steps, world, { emit, clock, ...(signal ? { signal } : {}) });
}
