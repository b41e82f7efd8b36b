// Step 7: the switch of the five folders by renames; the old ones become the backup. The way back are the same renames.

import type { ClusterNode } from '../cluster/node.ts';
import { programFolders } from '../eggroll/tree.ts';
import { UpgradeError } from '../engine/errors.ts';
import type { Step } from '../engine/step.ts';
import { expectOldTrees } from './expect-state.ts';
import { expectStopped } from './expect-stopped.ts';
import { everySwitchDone, parseSwitchState, readSwitchState, switchBegun, switchDone } from './node-plan.ts';
import { canaryFirst, onNodes } from './nodes.ts';
import { rememberOldTree } from './old-tree.ts';
import { refreshStaged } from './stage.ts';
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
      await rememberOldTree(world, node, await refreshStaged(world, node));
    });
    await expectStopped(world);
    await canaryFirst(world, (nodes) => onNodes(world, (node) => switchNode(world, node), nodes));
  },
  undo: {
    title: 'put the old program folders back',
    async apply(world) {
      // A rename changes nothing inside a folder: what is proven before it holds after it, and no node is touched before all are proven.
      await expectOldTrees(world);
      await onNodes(world, async (node) => {
        if (!switchBegun(await readSwitchState(world, node))) return;
        await node.change('switch-back', [currentRun(world).id, ...programFolders]);
        world.emit({
          type: 'node-done',
          step: 'switch',
          host: node.name,
          message: world.say('put back, byte for byte'),
        });
      });
    },
  },
};

async function switchNode(world: World, node: ClusterNode): Promise<void> {
  const { id } = currentRun(world);
  const { stdout } = await node.change('switch', [id, ...programFolders]);
  if (!switchDone(await world.switchStates(node, id, async () => parseSwitchState(stdout)))) {
    throw new UpgradeError({ code: 'VERIFY_FAILED', where: node.name, found: 'Not every folder was switched.' });
  }
  world.emit({ type: 'node-done', step: 'switch', host: node.name, message: world.say('switched') });
}
