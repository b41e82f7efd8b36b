// How what nodes lack reaches them: nodes that lack the same pass it on to each other in pipelines, so that a byte leaves the runner once
// or twice, however many nodes there are.

import type { ClusterNode } from '../cluster/node.ts';
import { sendThrough } from '../cluster/pipeline.ts';
import { type Transfer, transferOf } from '../cluster/transfer.ts';
import type { TransferItem } from '../cluster/transfer-item.ts';
import { planNode } from './node-plan.ts';
import { onNodes } from './nodes.ts';
import { pipelinesOf } from './pipelines.ts';
import { contentBytes, stagingWork } from './staging-work.ts';
import { currentPackage, currentRun, type World } from './world.ts';

/** As long as bytes flow the keep-alive watches the connection; this is the limit for a node that takes none. */
export const streamLimitMs = 3_600_000;

/** What has become of a node in a pipeline: it got everything, or not, and then nobody knows what. */
export type Outcome = 'served' | 'tried';

type Lacks = (node: ClusterNode, again: boolean) => Promise<readonly TransferItem[]>;

/**
 * Sends nodes what they lack of the package through pipelines, as far as that goes. `lacks` is asked again for a node that was cut off
 * in the middle. Nodes that were in no pipeline are absent from what it gives. Throws what ends the run.
 */
export async function fanOut(
  world: World,
  nodes: readonly ClusterNode[],
  lacks: Lacks,
): Promise<ReadonlyMap<ClusterNode, Outcome>> {
  const outcomes = new Map<ClusterNode, Outcome>();
  const { lending } = world;
  if (!lending) return outcomes;
  const groups = alike(await Promise.all(nodes.map(async (node) => ({ node, items: await lacks(node, false) }))));
  lending.isOpen = true;
  try {
    await Promise.all(
      groups.map(async ({ members, items }) =>
        serve(world, await formPipelines(world, members), items, lacks, outcomes),
      ),
    );
  } finally {
    lending.isOpen = false;
  }
  return outcomes;
}

/** Names of the nodes of each pipeline that an upgrade forms. CANARY_HOST, which goes first and alone, is in none. */
export async function plannedPipelines(world: World): Promise<string[][]> {
  if (!world.lending) return [];
  const others = world.nodes.filter(({ host }) => host.name !== world.config.canary);
  const lists = await onNodes(
    world,
    async (node) => {
      const { plan, old } = await planNode(world, node);
      return { node, items: stagingWork(plan, old, new Map()).send };
    },
    others,
  );
  const chains = await Promise.all(alike(lists).map(({ members }) => formPipelines(world, members)));
  return chains.flat().map((chain) => chain.map(({ name }) => name));
}

interface Group {
  readonly members: readonly ClusterNode[];
  readonly items: readonly TransferItem[];
}

/** Nodes that lack the same files. */
function alike(lists: readonly { readonly node: ClusterNode; readonly items: readonly TransferItem[] }[]): Group[] {
  const lacking = lists.filter(({ items }) => items.some(({ entry }) => entry.type === 'file'));
  const groups = Map.groupBy(lacking, ({ items }) => keyOf(items));
  return [...groups.values()].map((group) => ({
    members: group.map(({ node }) => node),
    items: group[0]?.items ?? [],
  }));
}

/** The pipelines of nodes that lack the same. Each node is asked whether it can reach the one after it. */
async function formPipelines(world: World, nodes: readonly ClusterNode[]): Promise<ClusterNode[][]> {
  const next = new Map(
    pipelinesOf(nodes, () => true).flatMap((chain) => chain.map((node, at) => [node, chain[at + 1]])),
  );
  const able = new Set<ClusterNode | undefined>(
    await onNodes(
      world,
      async (node) => {
        const other = next.get(node);
        return other && (await reaches(node, other)) ? node : undefined;
      },
      nodes,
    ),
  );
  // The last one of a pipeline is not asked, as nobody comes after it.
  return pipelinesOf(nodes, (node) => able.has(node) || next.get(node) === undefined);
}

async function reaches(node: ClusterNode, { host }: ClusterNode): Promise<boolean> {
  const { stdout } = await node.ask('reach', [host.name, String(host.port)]);
  return stdout.toString('utf8').trim() === 'yes';
}

// Each round leaves out at least one node for good: one that failed in its place, or passed nothing on.
async function serve(
  world: World,
  chains: readonly (readonly ClusterNode[])[],
  items: readonly TransferItem[],
  lacks: Lacks,
  outcomes: Map<ClusterNode, Outcome>,
): Promise<void> {
  const waiting = await Promise.all(
    chains.map(async (chain) => {
      const { served, left } = await serveChain(world, chain, items);
      for (const node of chain) outcomes.set(node, served.includes(node) ? 'served' : 'tried');
      // Where nothing at all was passed on, another round would not go better.
      return served.length > 1 ? left : [];
    }),
  );
  const nodes = waiting.flat();
  if (nodes.length === 0) return;
  const lists = await Promise.all(nodes.map((node) => lacks(node, true)));
  await serve(
    world,
    pipelinesOf(nodes, () => true),
    union(lists),
    lacks,
    outcomes,
  );
}

interface ChainOutcome {
  readonly served: readonly ClusterNode[];
  /** Got nothing, or not all, as the node that was left out came before them. */
  readonly left: readonly ClusterNode[];
}

async function serveChain(
  world: World,
  chain: readonly ClusterNode[],
  items: readonly TransferItem[],
): Promise<ChainOutcome> {
  const { served, culprit } = await sendThrough(chain, transferTo(world, chain, items), {
    run: currentRun(world).id,
    signal: world.signal,
    limitMs: streamLimitMs,
    totalBytes: contentBytes(items),
    clock: world.clock,
  });
  if (culprit) {
    const message = world.say('It leaves its pipeline: {reason}. The nodes after it are served by another way.', {
      reason: culprit.reason,
    });
    world.emit({ type: 'warning', host: culprit.node.name, message });
  }
  return { served, left: chain.filter((node) => !served.includes(node) && node !== culprit?.node) };
}

function transferTo(world: World, chain: readonly ClusterNode[], items: readonly TransferItem[]): Transfer {
  const totalBytes = contentBytes(items);
  let bytes = 0;
  return transferOf(currentPackage(world).root, items, (count) => {
    bytes += count;
    for (const { name } of chain) world.emit({ type: 'node-progress', step: 'stage', host: name, bytes, totalBytes });
  });
}

function keyOf(items: readonly TransferItem[]): string {
  return JSON.stringify(
    items.map(({ entry: { path, sha256, mode, modifiedSeconds } }) => [path, sha256, mode, modifiedSeconds]),
  );
}

/** Everything that any of the lists holds, parents first. */
function union(lists: readonly (readonly TransferItem[])[]): TransferItem[] {
  const byPath = new Map(lists.flat().map((item) => [item.entry.path, item]));
  return [...byPath].toSorted(([left], [right]) => (left < right ? -1 : 1)).map(([, item]) => item);
}
