// Step 2: the locks. The database's one lives in the session that will run the SQL; each node has its own, with a fencing token.

import { acquireLock, releaseLock } from '../database/lock.ts';
import type { Step } from '../engine/step.ts';
import { onNodes } from './nodes.ts';
import type { World } from './world.ts';

export const lock: Step<World> = {
  id: 'lock',
  title: 'lock the database and every node',
  reach: 'nothing',
  probe: async () => 'pending',
  async apply(world) {
    if (world.database) await acquireLock(world.database, world.owner, world.newRunId);
    await onNodes(world, (node) => node.lock(world.owner));
  },
};

/** Gives back what is held; for the end of every command, however it ended. Failures are of no consequence: locks end with their connections. */
export async function releaseAll(world: World): Promise<void> {
  await Promise.allSettled(world.nodes.map((node) => node.unlock()));
  if (world.database) await Promise.allSettled([releaseLock(world.database)]);
}
