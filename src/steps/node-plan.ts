// What a node shall have after the switch, worked out from what it has now. The old tree is found wherever the switch has left it,
// so the plan of a half-switched node is the same as that of a fresh one.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { factsFrom, factsOf, readSmallFile } from '../cluster/facts.ts';
import { listingOf, type ReadOptions, readTree, treeFrom } from '../cluster/manifest.ts';
import type { ClusterNode } from '../cluster/node.ts';
import type { Question } from '../cluster/remote-scripts.ts';
import { planHome } from '../eggroll/layout.ts';
import { propertiesPath } from '../eggroll/own-files.ts';
import { ownHostKey } from '../eggroll/property-facts.ts';
import { type ProgramFolder, programFolders, type Tree } from '../eggroll/tree.ts';
import type { SwitchState } from './looks.ts';
import { onNodes } from './nodes.ts';
import { currentPackage, currentRun, type NodePlan, type World } from './world.ts';

export function runFolder(world: World, node: ClusterNode): string {
  return `${node.home}/.eggroll-upgrade/runs/${currentRun(world).id}`;
}

/** As it is now: only this run changes it, so it is asked again only after a change of the node. */
export async function readSwitchState(world: World, node: ClusterNode): Promise<SwitchState> {
  return world.switchStates(node, currentRun(world).id, () => askSwitchState(world, node));
}

async function askSwitchState(world: World, node: ClusterNode): Promise<SwitchState> {
  const { stdout } = await node.ask(...switchStateOf(node, currentRun(world).id));
  return parseSwitchState(stdout);
}

/** Asks for what `parseSwitchState` takes, for those who have more to ask in the same command. */
export function switchStateOf({ home }: ClusterNode, run: string): Question {
  return ['switch-state', [home, run, ...programFolders]];
}

export function parseSwitchState(printed: Buffer): SwitchState {
  const lines = printed.toString('utf8').trim().split('\n');
  return new Map(
    lines.map((line) => {
      const [name, staged, live, backup] = line.split(' ');
      return [name as ProgramFolder, { staged: staged === 'yes', live: live === 'yes', backup: backup === 'yes' }];
    }),
  );
}

/** Has the switch of this node begun: is any of its folders, or the place of one, not the old one any more? */
export function switchBegun(state: SwitchState): boolean {
  return [...state.values()].some(({ backup }) => backup);
}

/** Has the switch begun on any node? */
export async function anySwitchBegun(world: World): Promise<boolean> {
  const begun = await onNodes(world, async (node) => switchBegun(await readSwitchState(world, node)));
  return begun.some(Boolean);
}

/** Is every folder of this node the new one? */
export function switchDone(state: SwitchState): boolean {
  return [...state.values()].every(({ staged, live, backup }) => !staged && live && backup);
}

/** Is every folder of every node the new one? */
export async function everySwitchDone(world: World): Promise<boolean> {
  const done = await onNodes(world, async (node) => switchDone(await readSwitchState(world, node)));
  return done.every(Boolean);
}

/** Plans a node from its old tree, unless that is done already. */
export async function planNode(world: World, node: ClusterNode): Promise<NodePlan> {
  const known = world.plans.get(node.name);
  if (known) return known;
  const state = await readSwitchState(world, node);
  const backup = `${runFolder(world, node)}/backup`;
  const inBackup = programFolders.filter((folder) => state.get(folder)?.backup);
  const inPlace = programFolders.filter((folder) => !state.get(folder)?.backup);
  const old = [
    ...(inBackup.length > 0 ? await readOld(world, node, backup, inBackup) : []),
    ...(inPlace.length > 0 ? await readOld(world, node, node.home, inPlace) : []),
  ];
  const confRoot = state.get('conf')?.backup ? backup : node.home;
  const properties = await readSmallFile(node, `${confRoot}/${propertiesPath}`);
  const plan = await planFrom(world, node, new Map(old), properties);
  world.plans.set(node.name, plan);
  return plan;
}

/** Plans a node once more: conf and bin, which hold files of the site, as they are now, and the other folders as they were read before. */
export async function planAnew(
  world: World,
  node: ClusterNode,
  { now, properties }: { readonly now: Tree; readonly properties: Buffer | undefined },
): Promise<void> {
  const { old: before } = await planNode(world, node);
  const isSites = ([path]: readonly [string, unknown]) => siteFolders.includes(topFolder(path));
  const old = new Map([...[...before].filter((entry) => !isSites(entry)), ...[...now].filter(isSites)]);
  world.plans.set(node.name, await planFrom(world, node, old, properties));
}

const siteFolders: readonly ProgramFolder[] = ['bin', 'conf'];

/** Plans a node whose folders are all in place, whatever runs there were; unless that is done already. */
export async function planLive(world: World, node: ClusterNode): Promise<NodePlan> {
  const known = world.plans.get(node.name);
  if (known) return known;
  const { stdout } = await node.ask(...listingOf(node, node.home, programFolders));
  return planListed(world, node, stdout);
}

async function planListed(world: World, node: ClusterNode, listed: Buffer): Promise<NodePlan> {
  const options = { wants: wantsOf(world), anew: world.config.verify === 'full' };
  const old = await treeFrom(node, node.home, listed, options);
  const plan = await planFrom(world, node, old, world.facts.get(node.name)?.properties);
  world.plans.set(node.name, plan);
  return plan;
}

/** Looks at a node under its lock and plans it, for a run that is yet to begin, by one command. */
export async function lookAndPlan(world: World, node: ClusterNode): Promise<void> {
  const [facts, listed, places] = await node.askAll([
    factsOf(node),
    listingOf(node, node.home, programFolders),
    switchStateOf(node, world.newRunId),
  ]);
  world.facts.set(node.name, factsFrom(node, facts ?? Buffer.alloc(0)));
  await world.switchStates(node, world.newRunId, async () => parseSwitchState(places ?? Buffer.alloc(0)));
  await planListed(world, node, listed ?? Buffer.alloc(0));
}

function readOld(world: World, node: ClusterNode, root: string, folders: readonly ProgramFolder[]): Promise<Tree> {
  return readTree(node, root, folders, { wants: wantsOf(world) });
}

// What has no size that the package has can be nothing of it; conf and bin may hold files of the site, which stay as they are.
function wantsOf(world: World): NonNullable<ReadOptions['wants']> {
  const sizes = new Set([...currentPackage(world).tree.values()].map(({ sizeBytes }) => sizeBytes));
  return ({ path, sizeBytes }) => sizes.has(sizeBytes) || siteFolders.includes(topFolder(path));
}

async function planFrom(
  world: World,
  node: ClusterNode,
  old: Tree,
  homeProperties: Buffer | undefined,
): Promise<NodePlan> {
  const { tree, root, version } = currentPackage(world);
  const plan = planHome({
    package: tree,
    home: old,
    policy: world.config.confPolicy,
    targetVersion: version,
    perNode: ownValues(node),
    ...(homeProperties && tree.has(propertiesPath)
      ? { properties: { home: homeProperties, package: await readFile(join(root, propertiesPath)) } }
      : {}),
  });
  return { old, plan };
}

// A list names a node as the cluster knows it; a host that runs RollSite alone has no NodeManager.
function ownValues({ host }: ClusterNode): ReadonlyMap<string, string> {
  return new Map(host.role === 'nodemanager' ? [[ownHostKey, host.name]] : []);
}

export function topFolder(path: string): ProgramFolder {
  return path.split('/', 1)[0] as ProgramFolder;
}
