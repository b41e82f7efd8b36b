// Step 12: the run is over; its record says so on every node.

import type { Step } from '../engine/step.ts';
import { writeRecords } from './run-records.ts';
import type { World } from './world.ts';

export const finish: Step<World> = {
  id: 'finish',
  title: 'close the run',
  reach: 'cluster',
  probe: async () => 'pending',
  apply: (world) => writeRecords(world, 'finished'),
};
