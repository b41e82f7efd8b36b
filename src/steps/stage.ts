// Step 3: the new tree beside the old one on every node, while EggRoll still runs, and proven there by hash.

import { contentFrom, smallFile } from '../cluster/facts.ts';
import { compareTrees, listingOf, readTree, treeFrom } from '../cluster/manifest.ts';
import type { ClusterNode } from '../cluster/node.ts';
import { transferOf } from '../cluster/transfer.ts';
import type { TransferItem } from '../cluster/transfer-item.ts';
import { expectedTree } from '../eggroll/home-plan.ts';
import { propertiesPath } from '../eggroll/own-files.ts';
import { programFolders, type Tree } from '../eggroll/tree.ts';
import { UpgradeError } from '../engine/errors.ts';
import type { Step } from '../engine/step.ts';
import { tellConfChanges } from './conf-report.ts';
import { fanOut, type Outcome, streamLimitMs } from './fan-out.ts';
import {
  parseSwitchState,
  planAnew,
  planNode,
  readSwitchState,
  runFolder,
  switchBegun,
  switchStateOf,
} from './node-plan.ts';
import { canaryFirst, onNodes } from './nodes.ts';
import { contentBytes, isNone, type LocalCopy, type StagingWork, stagingWork } from './staging-work.ts';
import { currentPackage, currentRun, type World } from './world.ts';

export const stage: Step<World> = {
  id: 'stage',
  title: 'stage the new version beside the old one',
  reach: 'nothing',
  async probe(world) {
    const staged = await onNodes(world, (node) => isStaged(world, node));
    return staged.every(Boolean) ? 'done' : 'pending';
  },
  async apply(world) {
    await canaryFirst(world, (nodes) => stageNodes(world, nodes));
    await tellConfChanges(world);
  },
  undo: {
    title: 'remove the staged trees',
    async apply(world) {
      await onNodes(world, (node) => node.change('put-aside', [currentRun(world).id]));
    },
  },
};

/** Is the staged tree what it should be? A node whose switch has begun was staged and verified before. */
async function isStaged(world: World, node: ClusterNode): Promise<boolean> {
  const { plan } = await planNode(world, node);
  if (switchBegun(await readSwitchState(world, node))) return true;
  return compareTrees(expectedTree(plan), await stagedTree(world, node), { times: true }).length === 0;
}

async function stagedTree(world: World, node: ClusterNode): Promise<Tree> {
  const root = stagedRoot(world, node);
  return world.stagedTrees(node, root, async () => {
    // Where that is not known, both in one command.
    let listed: Buffer | undefined;
    const { id } = currentRun(world);
    const state = await world.switchStates(node, id, async () => {
      const [places, files] = await node.askAll([switchStateOf(node, id), listingOf(node, root, programFolders)]);
      listed = files;
      return parseSwitchState(places ?? Buffer.alloc(0));
    });
    if (listed) return treeFrom(node, root, listed);
    const isEmpty = [...state.values()].every(({ staged }) => !staged);
    return isEmpty ? new Map() : readTree(node, root, programFolders);
  });
}

function stagedRoot(world: World, node: ClusterNode): string {
  return `${runFolder(world, node)}/staged`;
}

async function stageNodes(world: World, nodes: readonly ClusterNode[]): Promise<void> {
  const staged = new Map(await onNodes(world, async (node) => [node, await beginStaging(world, node)] as const, nodes));
  const outcomes = await fanOut(world, nodes, async (node, again) => {
    const there = again ? await stagedTree(world, node) : staged.get(node);
    return there ? (await workLeft(world, node, there)).send : [];
  });
  await onNodes(
    world,
    async (node) => {
      const there = staged.get(node);
      if (there) await finishStaging(world, node, there, outcomes.get(node));
      world.emit({ type: 'node-done', step: 'stage', host: node.name, message: world.say('staged and verified') });
    },
    nodes,
  );
}

async function finishStaging(
  world: World,
  node: ClusterNode,
  before: Tree,
  outcome: Outcome | undefined,
): Promise<void> {
  const left = await workLeft(world, node, outcome === 'tried' ? await stagedTree(world, node) : before);
  const work = outcome === 'served' ? { ...left, send: [] } : left;
  if (outcome === undefined && isNone(work)) return;
  await carryOut(world, node, work);
  await proveStaged(world, node);
  // All of the old tree has a place in the record before the switch: what is read now need not be while services are down.
  const { old } = await planNode(world, node);
  const isKnown = [...old.values()].every(({ type, sha256 }) => type !== 'file' || sha256 !== undefined);
  if (!isKnown) await readTree(node, node.home, programFolders);
}

/** What of the staged tree is there already and right; undefined where the switch has begun: such a node was staged before. */
async function beginStaging(world: World, node: ClusterNode): Promise<Tree | undefined> {
  await planNode(world, node);
  if (switchBegun(await readSwitchState(world, node))) return undefined;
  const staged = await stagedTree(world, node);
  const { remove } = await workLeft(world, node, staged);
  await carryOut(world, node, { remove, send: [], own: [], copies: [] });
  return new Map([...staged].filter(([path]) => !remove.includes(path)));
}

/**
 * Brings the parts of the staged tree that come from the node's own conf and bin up to date, now that nothing writes them any
 * more: RollSite rewrites its route table while it runs. Gives the old tree as it is now: what was planned from was read while EggRoll
 * ran, and Python writes its caches into the folders.
 */
export async function refreshStaged(world: World, node: ClusterNode): Promise<Tree> {
  const { plan: staged } = await planNode(world, node);
  const root = stagedRoot(world, node);
  const properties = `${node.home}/${propertiesPath}`;
  const [listed, content, listedStaged] = await node.askAll([
    listingOf(node, node.home, programFolders),
    smallFile(properties),
    listingOf(node, root, programFolders),
  ]);
  const now = await treeFrom(node, node.home, listed ?? Buffer.alloc(0));
  await planAnew(world, node, { now, properties: contentFrom(node, properties, content ?? Buffer.alloc(0)) });
  const work = await workLeft(world, node, expectedTree(staged));
  await carryOut(world, node, work);
  const found = isNone(work) ? await treeFrom(node, root, listedStaged ?? Buffer.alloc(0)) : undefined;
  await proveStaged(world, node, found);
  return now;
}

/** What is to be done to a staged tree of which this is there. */
async function workLeft(world: World, node: ClusterNode, staged: Tree): Promise<StagingWork> {
  const { plan, old } = await planNode(world, node);
  return stagingWork(plan, old, staged);
}

async function carryOut(world: World, node: ClusterNode, { remove, send, own, copies }: StagingWork): Promise<void> {
  const run = currentRun(world).id;
  if (remove.length > 0) await node.change('stage-remove', [run], { input: nulEnded(remove) });
  if (send.length + own.length > 0) await sendItems(world, node, [...send, ...own]);
  if (copies.length > 0) await copyOnNode(node, run, copies);
}

async function proveStaged(world: World, node: ClusterNode, found?: Tree): Promise<void> {
  const { plan } = await planNode(world, node);
  const actual = found ?? (await stagedTree(world, node));
  const differences = compareTrees(expectedTree(plan), actual, { times: true });
  if (differences.length === 0) return;
  const what = `The staged tree differs: ${shortList(differences)}.`;
  throw new UpgradeError({ code: 'STAGE_MISMATCH', where: node.name, found: what });
}

export function shortList(lines: readonly string[]): string {
  const shown = lines.slice(0, 5).join('; ');
  return lines.length > 5 ? `${shown}; and ${lines.length - 5} more` : shown;
}

async function sendItems(world: World, node: ClusterNode, items: readonly TransferItem[]): Promise<void> {
  const totalBytes = contentBytes(items);
  let bytes = 0;
  const { stream, form } = transferOf(currentPackage(world).root, items, (count) => {
    bytes += count;
    world.emit({ type: 'node-progress', step: 'stage', host: node.name, bytes, totalBytes });
  });
  await node.change('stage-receive', [currentRun(world).id, '-', form], {
    input: stream,
    limitMs: streamLimitMs,
    signal: world.signal,
  });
}

async function copyOnNode(node: ClusterNode, run: string, copies: readonly LocalCopy[]): Promise<void> {
  const staged = (path: string) => `.eggroll-upgrade/runs/${run}/staged/${path}`;
  const same = nulEnded(copies.flatMap(({ from, to }) => (from === to ? [from] : [])));
  const others = nulEnded(copies.flatMap(({ from, to }) => (from === to ? [] : [from, staged(to)])));
  const modes = Map.groupBy(copies, ({ mode }) => mode);
  modes.delete(undefined);
  const lists = [...modes].map(([mode = 0, files]) => ({ mode, paths: nulEnded(files.map(({ to }) => staged(to))) }));
  const sizes = lists.flatMap(({ mode, paths }) => [mode.toString(8), String(paths.length)]);
  await node.change('stage-copy', [run, String(same.length), String(others.length), ...sizes], {
    input: Buffer.concat([same, others, ...lists.map(({ paths }) => paths)]),
  });
}

function nulEnded(paths: readonly string[]): Buffer {
  return Buffer.from(paths.map((path) => `${path}\0`).join(''));
}
