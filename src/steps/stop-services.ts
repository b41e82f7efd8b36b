// Step 5: stop what runs, with the scripts of the old version, and prove that it stopped. Downtime begins.

import type { Step } from '../engine/step.ts';
import { activityOf, modulesOf } from './activity.ts';
import { beginDowntime, endDowntime } from './downtime.ts';
import { noteFateFlow } from './fate-flow.ts';
import { refuseWorkers } from './leftover-workers.ts';
import { everySwitchDone } from './node-plan.ts';
import { onNodes } from './nodes.ts';
import { writeRecords } from './run-records.ts';
import { isMigrated } from './run-state.ts';
import { startAll, stopAll } from './services.ts';
import { currentRun, type World } from './world.ts';

export const stopServices: Step<World> = {
  id: 'stop-services',
  title: 'stop the services',
  reach: 'services',
  async probe(world) {
    // After the switch and the migration, what runs is the new version.
    return (await everySwitchDone(world)) && (await isMigrated(world)) ? 'done' : 'pending';
  },
  async apply(world) {
    await refuseWorkers(world);
    await recordRunning(world);
    beginDowntime(world);
    await stopAll(world, currentRun(world).from);
  },
  undo: {
    title: 'start the services that ran before',
    async apply(world) {
      const { services, from } = currentRun(world);
      const { control, startAfter } = world.config.services;
      // An upgrade that puts itself back leaves the cluster as it was; a recovery that was asked for heeds START_SERVICES.
      if (control !== 'none' && (startAfter || world.inputs)) await startAll(world, services, from);
      endDowntime(world);
    },
  },
};

// Written before anything is stopped; a later look would find less. What was started in the meantime is added.
async function recordRunning(world: World): Promise<void> {
  const { services } = currentRun(world);
  const found = await onNodes(world, async (node) => {
    const known = services.get(node.name);
    const running = modulesOf(await activityOf(node));
    const all = [...new Set([...(known ?? []), ...running])].sort();
    if (known && all.length === known.length) return false;
    services.set(node.name, all);
    return true;
  });
  // Every record names the services of every node, so that any unharmed copy of it is enough.
  if ((await noteFateFlow(world)) || found.some(Boolean)) await writeRecords(world, 'open');
}
