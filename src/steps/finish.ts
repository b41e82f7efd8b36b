// Step 12: the run is over; its record says so on every node.

import type { ClusterNode } from '../cluster/node.ts';
import { UpgradeError } from '../engine/errors.ts';
import type { Step } from '../engine/step.ts';
import { onNodes } from './nodes.ts';
import { writeRecords } from './run-records.ts';
import type { World } from './world.ts';

export const finish: Step<World> = {
  id: 'finish',
  title: 'close the run',
  reach: 'cluster',
  probe: async () => 'pending',
  async apply(world) {
    await onNodes(world, keepHashes);
    await writeRecords(world, 'finished');
  },
};

// They only save time: a disk without room for them is no reason to fail.
async function keepHashes(node: ClusterNode): Promise<void> {
  try {
    await node.change('keep-hashes', [], { input: Buffer.from(node.hashes.lines()) });
  } catch (error) {
    if (!(error instanceof UpgradeError) || error.code !== 'DISK_FULL') throw error;
  }
}
