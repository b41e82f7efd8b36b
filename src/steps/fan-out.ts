// How what nodes lack reaches them: nodes that lack the same pass it on to each other in pipelines, so that a byte leaves the runner once
// or twice, however many nodes there are.

import type { Readable } from 'node:stream';
import type { ClusterNode } from '../cluster/node.ts';
import { sendThrough } from '../cluster/pipeline.ts';
import { type TransferItem, transferStream } from '../cluster/transfer.ts';
import { contentBytes } from './staging-work.ts';
import { currentPackage, currentRun, type World } from './world.ts';

/** As long as bytes flow the keep-alive watches the connection; this is the limit for a node that takes none. */
export const streamLimitMs = 3_600_000;

/** With fewer nodes, a pipeline is not worth its logins. */
const fewestNodes = 3;

/** From so many nodes on there are two pipelines, so that a node that fails in its place holds up one half only. */
const nodesForTwo = 8;

/** The pipelines that nodes form which lack the same; none when there are too few of them. */
export function pipelinesOf<Node>(nodes: readonly Node[]): Node[][] {
  if (nodes.length < fewestNodes) return [];
  const count = nodes.length < nodesForTwo ? 1 : 2;
  return Array.from({ length: count }, (_, pipeline) => nodes.filter((__, index) => index % count === pipeline));
}

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
  lending.isOpen = true;
  try {
    const lists = await Promise.all(nodes.map(async (node) => ({ node, items: await lacks(node, false) })));
    const groups = Map.groupBy(lists, ({ items }) => keyOf(items));
    await Promise.all(
      [...groups.values()].map((group) =>
        serveGroup(world, { nodes: group.map(({ node }) => node), items: group[0]?.items ?? [] }, lacks, outcomes),
      ),
    );
  } finally {
    lending.isOpen = false;
  }
  return outcomes;
}

/** Nodes that lack the same. */
interface Group {
  readonly nodes: readonly ClusterNode[];
  readonly items: readonly TransferItem[];
}

// Each round leaves out at least one node for good: one that failed in its place, or passed nothing on.
async function serveGroup(
  world: World,
  group: Group,
  lacks: Lacks,
  outcomes: Map<ClusterNode, Outcome>,
): Promise<void> {
  const chains = group.items.some(({ entry }) => entry.type === 'file') ? pipelinesOf(group.nodes) : [];
  const cutOff = await Promise.all(
    chains.map(async (chain) => {
      const { served, waiting } = await serveChain(world, chain, group.items);
      for (const node of chain) outcomes.set(node, served.includes(node) ? 'served' : 'tried');
      return waiting;
    }),
  );
  const nodes = cutOff.flat();
  if (nodes.length === 0) return;
  const items = union(await Promise.all(nodes.map((node) => lacks(node, true))));
  await serveGroup(world, { nodes, items }, lacks, outcomes);
}

interface ChainOutcome {
  readonly served: readonly ClusterNode[];
  /** Got nothing, or not all, as a node before them passed nothing on. */
  readonly waiting: readonly ClusterNode[];
}

async function serveChain(
  world: World,
  chain: readonly ClusterNode[],
  items: readonly TransferItem[],
): Promise<ChainOutcome> {
  const { unserved, silent } = await sendThrough(chain, streamFor(world, chain, items), {
    run: currentRun(world).id,
    signal: world.signal,
    limitMs: streamLimitMs,
  });
  // The first that fails is the one to leave out; those after it have only waited for it.
  const broken = chain.findIndex((node) => silent.has(node) || unserved.has(node));
  const culprit = chain[broken];
  if (culprit) {
    const reason = silent.get(culprit) ?? unserved.get(culprit);
    const message = `It left the pipeline: ${reason}. The nodes after it are served by another way.`;
    world.emit({ type: 'warning', host: culprit.name, message });
  }
  const served = chain.filter((node) => !unserved.has(node));
  return { served, waiting: chain.filter((node, index) => index > broken && unserved.has(node)) };
}

function streamFor(world: World, chain: readonly ClusterNode[], items: readonly TransferItem[]): Readable {
  const totalBytes = contentBytes(items);
  let bytes = 0;
  return transferStream(currentPackage(world).root, items, (count) => {
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
