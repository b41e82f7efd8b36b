// Step 7: the switch of the five folders by renames; the old ones become the backup. The way back are the same renames.

import { readSmallFile } from '../cluster/facts.ts';
import { compareTrees, readTree } from '../cluster/manifest.ts';
import type { ClusterNode } from '../cluster/node.ts';
import { programFolders, type Tree, type TreeEntry } from '../eggroll/tree.ts';
import { UpgradeError } from '../engine/errors.ts';
import type { Step } from '../engine/step.ts';
import { everySwitchDone, readSwitchState, runFolder, switchBegun, switchDone } from './node-plan.ts';
import { onNodes } from './nodes.ts';
import { refreshStaged, shortList } from './stage.ts';
import { currentRun, type World } from './world.ts';

export const switchFolders: Step<World> = {
  id: 'switch',
  title: 'switch the program folders',
  reach: 'cluster',
  async probe(world) {
    return (await everySwitchDone(world)) ? 'done' : 'pending';
  },
  async apply(world) {
    // Everything that can still fail is done on all nodes before the first rename on any.
    await onNodes(world, async (node) => {
      if (switchBegun(await readSwitchState(world, node))) return;
      await refreshStaged(world, node);
      await rememberOldTree(world, node);
    });
    await onNodes(world, async (node) => {
      await node.change('switch', [currentRun(world).id, ...programFolders]);
      world.emit({ type: 'node-done', step: 'switch', host: node.name, message: 'switched' });
    });
  },
  async verify(world) {
    await onNodes(world, async (node) => {
      if (switchDone(await readSwitchState(world, node))) return;
      throw new UpgradeError({ code: 'VERIFY_FAILED', where: node.name, found: 'Not every folder was switched.' });
    });
  },
  undo: {
    title: 'put the old program folders back',
    async apply(world) {
      await onNodes(world, async (node) => {
        const state = await readSwitchState(world, node);
        if (!switchBegun(state)) return;
        await node.change('switch-back', [currentRun(world).id, ...programFolders]);
        await proveOldTree(world, node);
        world.emit({ type: 'node-done', step: 'switch', host: node.name, message: 'put back, byte for byte' });
      });
    },
  },
};

const oldTreeFile = 'old-tree.json';
// Some 200 bytes for each file of a home.
const oldTreeLimitBytes = 1_073_741_824;

// Read again as a whole: what was planned from was read while EggRoll ran, and Python writes its caches into the folders.
async function rememberOldTree(world: World, node: ClusterNode): Promise<void> {
  const old = await readTree(node, node.home, programFolders);
  const text = JSON.stringify([...old.values()]);
  await node.change('write-record', [currentRun(world).id, oldTreeFile], { input: Buffer.from(text) });
}

/** Compares the five folders with what they were right before the switch: content, modes, links and times of files. */
async function proveOldTree(world: World, node: ClusterNode): Promise<void> {
  const recorded = await readSmallFile(node, `${runFolder(world, node)}/${oldTreeFile}`, oldTreeLimitBytes);
  if (!recorded?.length) {
    const found = `What was put back cannot be compared: ${oldTreeFile} is missing in ${runFolder(world, node)}.`;
    throw new UpgradeError({ code: 'RECOVER_MISMATCH', where: node.name, found });
  }
  const old: Tree = new Map((JSON.parse(recorded.toString('utf8')) as TreeEntry[]).map((entry) => [entry.path, entry]));
  const differences = compareTrees(old, await readTree(node, node.home, programFolders), { times: true });
  if (differences.length === 0) return;
  const found = `What was put back differs from what was there before: ${shortList(differences)}.`;
  throw new UpgradeError({ code: 'RECOVER_MISMATCH', where: node.name, found });
}
