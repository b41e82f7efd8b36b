// Step 3: the new tree beside the old one on every node, while EggRoll still runs, and proven there by hash.

import { compareTrees, readTree } from '../cluster/manifest.ts';
import type { ClusterNode } from '../cluster/node.ts';
import { type TransferItem, transferStream } from '../cluster/transfer.ts';
import type { PlannedEntry } from '../eggroll/layout.ts';
import { programFolders, type Tree } from '../eggroll/tree.ts';
import { UpgradeError } from '../engine/errors.ts';
import type { Step } from '../engine/step.ts';
import { planNode, readSwitchState, runFolder, switchBegun } from './node-plan.ts';
import { canaryFirst, onNodes } from './nodes.ts';
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
    await canaryFirst(world, async (node) => {
      if (!(await isStaged(world, node))) await stageNode(world, node);
      world.emit({ type: 'node-done', step: 'stage', host: node.name, message: 'staged and verified' });
    });
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
  const { expected } = await planNode(world, node, []);
  if (switchBegun(await readSwitchState(world, node))) return true;
  return compareTrees(expected, await stagedTree(world, node), { times: true }).length === 0;
}

async function stagedTree(world: World, node: ClusterNode): Promise<Tree> {
  return readTree(node, `${runFolder(world, node)}/staged`, programFolders);
}

async function stageNode(world: World, node: ClusterNode): Promise<void> {
  const { id } = currentRun(world);
  const { plan } = await planNode(world, node, []);
  const planned = [...plan.entries.values()];
  await node.change('stage-drop', [id]);
  await send(world, node, planned);
  await carry(world, node, planned);
  await proveStaged(world, node);
}

/**
 * Brings the parts of the staged tree that come from the node's own conf and bin up to date, now that nothing writes them any
 * more: RollSite rewrites its route table while it runs.
 */
export async function refreshStaged(world: World, node: ClusterNode): Promise<void> {
  const before = (await planNode(world, node, [])).expected;
  const { plan, expected } = await planNode(world, node, ['bin', 'conf']);
  const changed = [...plan.entries.values()].filter(({ entry }) => differs(entry, before.get(entry.path)));
  const gone = [...before.keys()].filter((path) => !expected.has(path)).reverse();
  if (changed.length > 0 || gone.length > 0) {
    const { id } = currentRun(world);
    const replaced = [
      ...gone,
      ...changed.filter(({ entry }) => entry.type !== 'directory').map(({ entry }) => entry.path),
    ];
    await node.change('stage-remove', [id], { input: nulEnded(replaced) });
    await send(world, node, changed);
    await carry(world, node, changed);
  }
  await proveStaged(world, node);
}

function differs(entry: PlannedEntry['entry'], before: PlannedEntry['entry'] | undefined): boolean {
  return (
    !before || compareTrees(new Map([[entry.path, before]]), new Map([[entry.path, entry]]), { times: true }).length > 0
  );
}

async function proveStaged(world: World, node: ClusterNode): Promise<void> {
  const { expected } = await planNode(world, node, []);
  const differences = compareTrees(expected, await stagedTree(world, node), { times: true });
  if (differences.length === 0) return;
  const found = `The staged tree differs: ${shortList(differences)}.`;
  throw new UpgradeError({ code: 'STAGE_MISMATCH', where: node.name, found });
}

export function shortList(lines: readonly string[]): string {
  const shown = lines.slice(0, 5).join('; ');
  return lines.length > 5 ? `${shown}; and ${lines.length - 5} more` : shown;
}

/** What of a plan goes over the network. */
export function itemsToSend(planned: readonly PlannedEntry[]): TransferItem[] {
  return planned.flatMap(({ entry, source }): TransferItem[] => {
    if (source.from === 'home') return [];
    return [source.from === 'merge' ? { entry, content: source.content } : { entry }];
  });
}

export function contentBytes(items: readonly TransferItem[]): number {
  return items.reduce((sum, { entry }) => sum + (entry.type === 'file' ? entry.sizeBytes : 0), 0);
}

async function send(world: World, node: ClusterNode, planned: readonly PlannedEntry[]): Promise<void> {
  const items = itemsToSend(planned);
  if (items.length === 0) return;
  const totalBytes = contentBytes(items);
  let bytes = 0;
  const stream = transferStream(currentPackage(world).root, items, (count) => {
    bytes += count;
    world.emit({ type: 'node-progress', step: 'stage', host: node.name, bytes, totalBytes });
  });
  // As long as bytes flow the keep-alive watches the connection; an hour is the limit for a node that takes none.
  await node.change('stage-receive', [currentRun(world).id], {
    input: stream,
    limitMs: 3_600_000,
    signal: world.signal,
  });
}

async function carry(world: World, node: ClusterNode, planned: readonly PlannedEntry[]): Promise<void> {
  const paths = planned.flatMap(({ source }) => (source.from === 'home' ? [source.path] : []));
  if (paths.length === 0) return;
  await node.change('stage-carry', [currentRun(world).id], { input: nulEnded(paths) });
}

function nulEnded(paths: readonly string[]): Buffer {
  return Buffer.from(paths.map((path) => `${path}\0`).join(''));
}
