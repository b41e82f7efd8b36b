// The services of the nodes: which run, and how they are stopped and started. What a script says is shown; what counts is what
// processes and ports prove (EGGROLL.md section 4).

import { readSmallFile } from '../cluster/facts.ts';
import type { ClusterNode } from '../cluster/node.ts';
import type { ServiceConfig } from '../config/config.ts';
import { readProperties } from '../eggroll/properties.ts';
import { readAnswer } from '../eggroll/script-answers.ts';
import { type ModuleName, portsOf, startOrder, stopOrder } from '../eggroll/services.ts';
import { generationOf } from '../eggroll/versions.ts';
import { poll } from '../engine/clock.ts';
import { UpgradeError } from '../engine/errors.ts';
import {
  type ActivityAndPorts,
  activityAndPortsOf,
  activityOf,
  isStale,
  type NodeActivity,
  pidsOf,
  type RunningService,
} from './activity.ts';
import { controlProblem } from './control-problem.ts';
import { expectStopped } from './expect-stopped.ts';
import { startFateFlow, stopFateFlow } from './fate-flow.ts';
import { endLeftoverWorkers } from './leftover-workers.ts';
import { onNodes } from './nodes.ts';
import { badStatus, callBash, comesUp, type Said, wordsOf } from './service-scripts.ts';
import type { World } from './world.ts';

/**
 * Stops fate_flow, then whatever runs on all nodes, module by module in EggRoll's order, and proves it. With SERVICE_CONTROL=none nothing may run.
 * Throws SERVICE_NOT_STOPPED.
 */
export async function stopAll(world: World, version: string): Promise<void> {
  if (world.config.services.control !== 'none') {
    await stopFateFlow(world);
    const running = new Map(await onNodes(world, async (node) => [node, (await activityOf(node)).services] as const));
    for (const module of modulesToStop(version)) {
      await onNodes(world, async (node) => {
        const own = (running.get(node) ?? []).filter((service) => service.module === module);
        if (own.length > 0) await stopModule(world, node, module, own);
      });
    }
    await endLeftoverWorkers(world);
  }
  await expectStopped(world);
}

/** Every module that may run, in the order of stopping. Services of another generation, which were started by hand, come last. */
export function modulesToStop(version: string): readonly ModuleName[] {
  const order = [generationOf(version) ?? '2.2', '2.2', '3'] as const;
  return [...new Set(order.flatMap(stopOrder))];
}

/** The modules of a version in the order of starting. */
export function modulesToStart(version: string): readonly ModuleName[] {
  return startOrder(generationOf(version) ?? '2.2');
}

async function stopModule(world: World, node: ClusterNode, module: ModuleName, running: readonly RunningService[]) {
  const { clock, limits, config } = world;
  const port = (await portsIn(node))[module];
  let left = running;
  let givesUpMs = Number.POSITIVE_INFINITY;
  const isGone = poll(clock, { everyMs: limits.pollMs, limitMs: limits.stopMs }, async () => {
    const { services, listeningPorts } = await activityAndPortsOf(node);
    left = services.filter((service) => service.module === module);
    if (left.length === 0 && (port === undefined || !listeningPorts.has(port))) return true;
    return clock.monotonicMs() > givesUpMs ? false : undefined;
  });
  const stop = async () => {
    const said = await callScript(world, node, module, 'stop', limits.stopMs);
    const wasAsked = (await endStale(node, module)) || !readAnswer(said.text)?.didNothing;
    // A script that has sent its signal and returned leaves a JVM its time to end; one that did nothing leaves nothing to wait for.
    givesUpMs = clock.monotonicMs() + (wasAsked ? limits.graceMs : limits.stableMs);
    return said;
  };
  // Together, as both fail when the node is lost: a failure that nobody waits for would end this process.
  const begunMs = clock.monotonicMs();
  const [said, gone] = await Promise.all([stop(), isGone]);
  if (gone) return void world.emit({ type: 'service', host: node.name, service: module, state: 'stopped' });
  const seconds = Math.round((clock.monotonicMs() - begunMs) / 1000);
  const lives =
    left.length > 0 ? `(process ${pidsOf(left)}) did not stop` : `has ended, but its port ${port} is not free`;
  const problem = left.map((service) => controlProblem(config.services, service)).find(Boolean);
  const found = `${module} ${lives} within ${seconds} s. ${wordsOf(said)}${problem ? ` ${problem.found}` : ''}`;
  throw new UpgradeError({ ...problem, code: 'SERVICE_NOT_STOPPED', where: node.name, found });
}

// The script that is there now may know nothing of a service that another version's script has started. Tells whether there was any.
async function endStale(node: ClusterNode, module: ModuleName): Promise<boolean> {
  const stale = (await activityOf(node)).services.filter(isStale(module));
  if (stale.length > 0) await node.change('end-process', ['TERM', ...stale.map(({ process }) => process.identity)]);
  return stale.length > 0;
}

/**
 * Starts the modules that are wanted on each node and do not run, in EggRoll's order, and proves that all of them stay up: a JVM
 * that finds its classes or its port wanting dies a second or two after its script has reported success. fate_flow comes last.
 */
export async function startAll(
  world: World,
  wanted: ReadonlyMap<string, readonly string[]>,
  version: string,
): Promise<void> {
  const said = new Map<string, Said>();
  const modules = modulesToStart(version);
  const onWanted = (module: ModuleName, work: (node: ClusterNode) => Promise<void>) =>
    onNodes(world, async (node) => {
      if (wanted.get(node.name)?.includes(module)) await work(node);
    });
  const ports = new Map(
    await onNodes(world, async (node) => {
      await stopStale(world, node);
      return [node, await portsIn(node)] as const;
    }),
  );
  for (const module of modules) {
    await onWanted(module, async (node) => {
      const port = ports.get(node)?.[module];
      if (isUp(await activityAndPortsOf(node), module, port)) return;
      said.set(`${node.name} ${module}`, await callScript(world, node, module, 'start', world.limits.startMs));
      const up = await comesUp(world, async () => {
        const activity = await activityAndPortsOf(node);
        return { isUp: isUp(activity, module, port), lives: runs(activity, module) };
      });
      if (!up) throw await startError(node, module, said);
      world.emit({ type: 'service', host: node.name, service: module, state: 'started' });
    });
  }
  await world.clock.sleep(said.size > 0 ? world.limits.stableMs : 0);
  await onNodes(world, async (node) => {
    const own = modules.filter((module) => wanted.get(node.name)?.includes(module));
    const activity = own.length > 0 ? await activityAndPortsOf(node) : undefined;
    const down = own.find((module) => activity && !isUp(activity, module, ports.get(node)?.[module]));
    if (down) throw await startError(node, down, said);
    for (const module of own) {
      const bad = await badStatus(world, node, module);
      if (bad)
        throw await startError(node, module, said, ` STATUS_COMMAND said "${bad.text || 'nothing'}" (${bad.ending}).`);
    }
  });
  await startFateFlow(world);
}

// What started from other folders than those that are there now does not count as up, and would keep its port.
async function stopStale(world: World, node: ClusterNode): Promise<void> {
  const { services } = await activityOf(node);
  for (const module of new Set(services.filter(isStale()).map((service) => service.module))) {
    const running = services.filter((service) => service.module === module);
    await stopModule(world, node, module, running);
  }
}

async function startError(
  node: ClusterNode,
  module: ModuleName,
  said: ReadonlyMap<string, Said>,
  status = '',
): Promise<UpgradeError> {
  const log = (await node.ask('log-tail', [node.home, module])).stdout.toString('utf8').trim();
  const found = `${module} did not start and stay up. ${wordsOf(said.get(`${node.name} ${module}`))}${status} Its log ends with: ${log || 'nothing'}`;
  return new UpgradeError({ code: 'SERVICE_NOT_STARTED', where: node.name, found });
}

/** Do the wanted modules of a node run from the folders that are there now, and nothing from others? */
export async function servicesUp(node: ClusterNode, wanted: readonly ModuleName[]): Promise<boolean> {
  const [activity, ports] = await Promise.all([activityAndPortsOf(node), portsIn(node)]);
  return !activity.services.some(isStale()) && wanted.every((module) => isUp(activity, module, ports[module]));
}

/** Does the module's process run, from the folders that are there now, and does its port listen? */
function isUp(activity: ActivityAndPorts, module: ModuleName, port: number | undefined): boolean {
  return runs(activity, module) && (port === undefined || activity.listeningPorts.has(port));
}

function runs({ services }: NodeActivity, module: ModuleName): boolean {
  const own = services.filter((service) => service.module === module);
  return own.length > 0 && !own.some(isStale());
}

/** The ports that a node's configuration gives to its modules. */
async function portsIn(node: ClusterNode): Promise<ReturnType<typeof portsOf>> {
  const bytes = await readSmallFile(node, `${node.home}/conf/eggroll.properties`);
  return portsOf(readProperties(bytes?.toString('utf8') ?? ''));
}

type Action = 'start' | 'stop';

/** What bash gets to start or stop a module, run from EGGROLL_HOME: a script with its arguments, or a command of the site. */
export function serviceWords(
  { control, supervisordHome, supervisordPrefix, commands }: ServiceConfig,
  module: ModuleName,
  action: Action,
): readonly string[] {
  if (commands) return ['-c', commands[action], 'eggroll-upgrade', module];
  return control === 'supervisord'
    ? [`${supervisordHome}/service.sh`, action, `${supervisordPrefix}${module}`]
    : ['bin/eggroll.sh', module, action];
}

function callScript(
  world: World,
  node: ClusterNode,
  module: ModuleName,
  action: Action,
  limitMs: number,
): Promise<Said> {
  return callBash(world, node, serviceWords(world.config.services, module, action), limitMs);
}
