// Taking a run back: its work, undone from its end.

import { UpgradeError } from '../engine/errors.ts';
import { type RunnerContext, runBackward } from '../engine/runner.ts';
import type { Step } from '../engine/step.ts';
import { hooksAround } from './hooks.ts';
import { onNodes } from './nodes.ts';
import { writeRecord, writeRecords } from './run-records.ts';
import { currentRun, type World } from './world.ts';

/** When a signal may stop it, and where its steps stand in the row of a command. */
type UndoOptions = Pick<Partial<RunnerContext>, 'signal' | 'row'>;

/**
 * Puts the cluster back to what it was before the run: for `recover`, for an upgrade that fails after the switch began, and for one
 * that finds an interrupted recovery. The run is marked first, so that whoever comes after an interruption goes on backward.
 */
export async function putBack(steps: readonly Step<World>[], world: World, how: UndoOptions = {}): Promise<void> {
  await writeRecords(world, 'recovering');
  await undo(steps, world, how);
  await writeRecords(world, 'recovered');
}

/**
 * Ends a run that has changed neither a folder nor the database: services start again, and of the run only its record stays, so that
 * a `recover` that follows does not undo the upgrade before it. A node without room for the record forgets the run.
 */
export async function giveUp(steps: readonly Step<World>[], world: World): Promise<void> {
  await undo(steps, world);
  await onNodes(world, async (node) => {
    try {
      await writeRecord(world, node, 'recovered');
    } catch (error) {
      if (!(error instanceof UpgradeError) || error.code !== 'DISK_FULL') throw error;
      await node.change('drop-run', [currentRun(world).id]);
    }
  });
}

function undo(steps: readonly Step<World>[], world: World, how: UndoOptions = {}): Promise<void> {
  const { emit, clock } = world;
  const changes = () =>
    [...world.nodes, world.fateFlow, world.database].reduce((sum, door) => sum + (door?.changes ?? 0), 0);
  return runBackward(steps, world, { emit, clock, changes, around: hooksAround(world, 'back'), ...how });
}
