// Step 11: is every node what it shall be, and the database too? Asked of the world once more, at the very end.

import { factsFrom, factsOf } from '../cluster/facts.ts';
import { listingOf, treeFrom } from '../cluster/manifest.ts';
import type { ClusterNode } from '../cluster/node.ts';
import { programFolders } from '../eggroll/tree.ts';
import { UpgradeError } from '../engine/errors.ts';
import type { Step } from '../engine/step.ts';
import { newTreeDifferences } from './expect-state.ts';
import { planNode } from './node-plan.ts';
import { onNodes } from './nodes.ts';
import { isMigrated } from './run-state.ts';
import { shortList } from './stage.ts';
import { homeVersion } from './versions.ts';
import { currentRun, type World } from './world.ts';

export const verify: Step<World> = {
  id: 'verify',
  title: 'verify every node and the database',
  reach: 'cluster',
  probe: async () => 'pending',
  async apply(world) {
    await onNodes(world, (node) => verifyNode(world, node));
    if (await isMigrated(world)) return;
    const where = `database ${world.database?.name}`;
    throw new UpgradeError({ code: 'VERIFY_FAILED', where, found: 'Not every statement of the migration is done.' });
  },
};

async function verifyNode(world: World, node: ClusterNode): Promise<void> {
  const [printed, listed] = await node.askAll([factsOf(node), listingOf(node, node.home, programFolders)]);
  const facts = factsFrom(node, printed ?? Buffer.alloc(0));
  world.facts.set(node.name, facts);
  const detected = homeVersion(facts);
  const { to } = currentRun(world);
  if (!('version' in detected) || detected.version !== to) {
    const found = `Version ${to} was expected; found: ${'version' in detected ? detected.version : detected.reason}.`;
    throw new UpgradeError({ code: 'VERIFY_FAILED', where: node.name, found });
  }
  const live = await treeFrom(node, node.home, listed ?? Buffer.alloc(0), { anew: world.config.verify === 'full' });
  const { plan } = await planNode(world, node);
  const differences = newTreeDifferences(plan, live);
  if (differences.length === 0) return;
  throw new UpgradeError({
    code: 'VERIFY_FAILED',
    where: node.name,
    found: `Files differ: ${shortList(differences)}.`,
  });
}
