// What an upgrade would do to each node beside the changes of its files: what it is sent, the room it takes, the services; and to
// fate_flow.

import type { ClusterNode } from '../cluster/node.ts';
import type { ModuleName } from '../eggroll/services.ts';
import type { PlannedAction, PlannedFateFlow, PlannedNode } from '../engine/plan.ts';
import { shellWord } from '../engine/shell-words.ts';
import { nodeRoom } from './check-room.ts';
import { fateFlowTakesPart } from './fate-flow.ts';
import { changesIn } from './file-changes.ts';
import { planNode, readSwitchState, switchBegun } from './node-plan.ts';
import { onNodes } from './nodes.ts';
import { modulesToStart, modulesToStop, serviceWords } from './services.ts';
import { contentBytes, stagingWork } from './staging-work.ts';
import { currentPackage, type World } from './world.ts';

export function plannedNodes(world: World, action: PlannedAction): Promise<PlannedNode[]> {
  return onNodes(world, (node) => plannedNode(world, node, action));
}

export function plannedFateFlow(world: World, action: PlannedAction): PlannedFateFlow | undefined {
  const { config, fateFlow } = world;
  if (!config.fateFlow || !fateFlow) return undefined;
  const takesPart = fateFlowTakesPart(world);
  const script = shellWord(config.fateFlow.script);
  const commandsFor = (wanted: boolean, word: string) =>
    takesPart && wanted && action !== 'nothing' ? [`${script} ${word}`] : [];
  return {
    host: fateFlow.name,
    stop: commandsFor(true, 'stop'),
    start: commandsFor(config.services.startAfter, 'start'),
  };
}

async function plannedNode(world: World, node: ClusterNode, action: PlannedAction): Promise<PlannedNode> {
  const before = world.versionsBefore.get(node.name) ?? 'unknown';
  const begun = action === 'resume' && switchBegun(await readSwitchState(world, node));
  const nodePlan = await planNode(world, node);
  const { send, own } = stagingWork(nodePlan.plan, nodePlan.old, new Map());
  const items = action === 'nothing' || begun ? [] : [...send, ...own];
  const { version } = currentPackage(world);
  const idle = action === 'nothing' || world.config.services.control === 'none';
  return {
    host: node.name,
    role: node.host.role,
    before,
    after: version,
    switchBegun: begun,
    unchanged: changesIn(nodePlan).unchanged.length,
    send: { files: items.filter(({ entry }) => entry.type === 'file').length, bytes: contentBytes(items) },
    disk: nodeRoom(world, world.facts.get(node.name) ?? { freeBytes: undefined }),
    stop: idle ? [] : commands(world, modulesRunning(world, node, modulesToStop(before)), 'stop'),
    start:
      idle || !world.config.services.startAfter
        ? []
        : commands(world, modulesRunning(world, node, modulesToStart(version)), 'start'),
  };
}

/** The modules that ran on a node before the upgrade, in the given order; those that the order lacks are left out. */
function modulesRunning({ run, running }: World, { name }: ClusterNode, order: readonly ModuleName[]): ModuleName[] {
  const known = run?.services.get(name) ?? running.get(name) ?? [];
  return order.filter((module) => known.includes(module));
}

function commands({ config }: World, modules: readonly ModuleName[], action: 'start' | 'stop'): string[] {
  return modules.map((module) => serviceWords(config.services, module, action).map(shellWord).join(' '));
}
