// Nothing of EggRoll runs, nor fate_flow, for the moments in which that must be so.

import type { ClusterNode } from '../cluster/node.ts';
import type { RemoteProcess } from '../cluster/processes.ts';
import { UpgradeError } from '../engine/errors.ts';
import { activityOf, modulesOf, pidsOf } from './activity.ts';
import { expectFateFlowStopped } from './fate-flow.ts';
import { onNodes } from './nodes.ts';
import type { World } from './world.ts';

/**
 * Nothing of any node's EggRoll runs, nor fate_flow: for the moments right before something is changed under its feet. Throws SERVICE_NOT_STOPPED
 * with a finding for each node, which names modules and processes.
 */
export async function expectStopped(world: World): Promise<void> {
  await onNodes(world, async (node) => {
    const activity = await activityOf(node);
    const running = modulesOf(activity).map((module) => {
      const own = activity.services.filter((service) => service.module === module);
      return `${module} (process ${pidsOf(own)})`;
    });
    if (running.length > 0) throw stillRuns(node, running.join(', '), world.config.services.control === 'none');
    if (activity.workers.length > 0) throw workersRun(node, activity.workers);
  });
  await expectFateFlowStopped(world);
}

function stillRuns(node: ClusterNode, running: string, byHand: boolean): UpgradeError {
  const found = byHand ? `SERVICE_CONTROL is none, but ${running} runs here.` : `${running} runs here, and must not.`;
  const remedy = byHand
    ? 'Stop the services first, or set SERVICE_CONTROL.'
    : 'Find out who starts it (a person, autostart), stop it, then run the same command again.';
  return new UpgradeError({ code: 'SERVICE_NOT_STOPPED', where: node.name, found, remedy });
}

// A worker that outlived its NodeManager still has the old files open and would go on with them.
function workersRun(node: ClusterNode, workers: readonly RemoteProcess[]): UpgradeError {
  const pids = workers.map(({ pid }) => pid).join(', ');
  const found = `Workers of sessions still run after their NodeManager has stopped (process ${pids}).`;
  const remedy = 'End the sessions, then run the same command again.';
  return new UpgradeError({ code: 'SERVICE_NOT_STOPPED', where: node.name, found, remedy });
}
