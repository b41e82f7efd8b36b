// Step 10: start what ran before, with the scripts of the new version, and prove that it stays up. Downtime ends.

import type { ModuleName } from '../eggroll/services.ts';
import type { Step } from '../engine/step.ts';
import { beginDowntime, endDowntime } from './downtime.ts';
import { isFateFlowAsBefore, noteFateFlow } from './fate-flow.ts';
import { onNodes } from './nodes.ts';
import { writeRecords } from './run-records.ts';
import { somethingChanged } from './run-state.ts';
import { servicesUp, startAll, stopAll } from './services.ts';
import { currentRun, type World } from './world.ts';

export const startServices: Step<World> = {
  id: 'start-services',
  title: 'start the services',
  reach: 'cluster',
  async probe(world) {
    const { control, startAfter } = world.config.services;
    if (control === 'none' || !startAfter) return 'done';
    const { services } = currentRun(world);
    const up = await onNodes(world, (node) => servicesUp(node, (services.get(node.name) ?? []) as ModuleName[]));
    if (!up.every(Boolean) || !(await isFateFlowAsBefore(world))) return 'pending';
    endDowntime(world);
    return 'done';
  },
  async apply(world) {
    const { services, to } = currentRun(world);
    await startAll(world, services, to);
    endDowntime(world);
  },
  undo: {
    title: 'stop the services of the new version',
    async apply(world) {
      if (world.config.services.control === 'none' || !(await somethingChanged(world))) return;
      // What is stopped now is started once everything is back, also when that is another process's doing.
      if (await noteFateFlow(world)) await writeRecords(world, 'recovering');
      beginDowntime(world);
      await stopAll(world, currentRun(world).to);
    },
  },
};
