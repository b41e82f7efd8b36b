// Nothing of EggRoll runs, nor fate_flow, for the moments in which that must be so.

import type { ClusterNode } from '../cluster/node.ts';
import { UpgradeError } from '../engine/errors.ts';
import { activityOf, modulesOf, type NodeActivity, pidsOf } from './activity.ts';
import { controlProblem } from './control-problem.ts';
import { expectFateFlowStopped, startedByOthers } from './fate-flow.ts';
import { workersRunHere } from './leftover-workers.ts';
import { onNodes } from './nodes.ts';
import type { World } from './world.ts';

/**
 * Nothing of any node's EggRoll runs, nor fate_flow: for the moments right before something is changed under its feet. Throws SERVICE_NOT_STOPPED
 * with a finding for each node, which names modules and processes.
 */
export async function expectStopped(world: World): Promise<void> {
  await onNodes(world, async (node) => {
    const activity = await activityOf(node);
    if (activity.services.length > 0) throw stillRuns(world, node, activity);
    // A worker that outlived its NodeManager still has the old files open and would go on with them.
    if (activity.workers.length > 0) throw workersRunHere(node, activity.workers);
  });
  await expectFateFlowStopped(world);
}

function stillRuns(world: World, node: ClusterNode, activity: NodeActivity): UpgradeError {
  const running = modulesOf(activity)
    .map((module) => `${module} (process ${pidsOf(activity.services.filter((service) => service.module === module))})`)
    .join(', ');
  const problem = activity.services.map((service) => controlProblem(world.config.services, service)).find(Boolean);
  if (problem) return new UpgradeError({ ...problem, code: 'SERVICE_NOT_STOPPED', where: node.name });
  const byHand = world.config.services.control === 'none';
  const found = byHand ? `SERVICE_CONTROL is none, but ${running} runs here.` : `${running} runs here, and must not.`;
  const remedy = byHand ? 'Stop the services first, or set SERVICE_CONTROL.' : startedByOthers;
  return new UpgradeError({ code: 'SERVICE_NOT_STOPPED', where: node.name, found, remedy });
}
