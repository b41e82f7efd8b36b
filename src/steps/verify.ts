// Step 11: is every node what it shall be, and the database too? Asked of the world once more, at the very end.

import { inspectNode } from '../cluster/facts.ts';
import { compareTrees, readTree } from '../cluster/manifest.ts';
import type { ClusterNode } from '../cluster/node.ts';
import { withoutRunTimeFiles } from '../eggroll/run-time-files.ts';
import { programFolders, type Tree } from '../eggroll/tree.ts';
import { UpgradeError } from '../engine/errors.ts';
import type { Step } from '../engine/step.ts';
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
  const detected = homeVersion(await inspectNode(node));
  const { to } = currentRun(world);
  if (!('version' in detected) || detected.version !== to) {
    const found = `Version ${to} was expected; found: ${'version' in detected ? detected.version : detected.reason}.`;
    throw new UpgradeError({ code: 'VERIFY_FAILED', where: node.name, found });
  }
  const { plan, expected } = await planNode(world, node, []);
  // The site's own files may change as soon as the services run; they have to be there.
  const siteFiles = new Set(
    [...plan.entries].filter(([, { source }]) => source.from !== 'package').map(([path]) => path),
  );
  const live = withoutRunTimeFiles(await readTree(node, node.home, programFolders));
  const differences = [
    ...compareTrees(without(expected, siteFiles), without(live, siteFiles), { times: false }),
    ...[...siteFiles].filter((path) => !live.has(path)).map((path) => `${path}: missing`),
  ];
  if (differences.length === 0) return;
  throw new UpgradeError({
    code: 'VERIFY_FAILED',
    where: node.name,
    found: `Files differ: ${shortList(differences)}.`,
  });
}

function without(tree: Tree, paths: ReadonlySet<string>): Tree {
  return new Map([...tree].filter(([path]) => !paths.has(path)));
}
