// Step 2: the locks. The database's one lives in the session that will run the SQL; each node has its own, with a fencing token.

import type { ClusterNode } from '../cluster/node.ts';
import type { Database } from '../database/database.ts';
import { describeLockHolder, inheritLock, isHolderAtWork, lockHeld, releaseLock, takeLock } from '../database/lock.ts';
import { UpgradeError } from '../engine/errors.ts';
import type { Step } from '../engine/step.ts';
import { onNodes, together } from './nodes.ts';
import type { World } from './world.ts';

export const lock: Step<World> = {
  id: 'lock',
  title: 'lock the database and every node',
  reach: 'nothing',
  probe: async () => 'pending',
  async apply(world) {
    const { database, owner } = world;
    const isFree = !database || (await takeLock(database, owner));
    if (database && !isFree && !(await isHolderAtWork(database))) throw await heldByLiving(world, database);
    await lockNodes(world);
    // With the locks of all nodes in our hands, whoever ran that statement is dead.
    if (database && !isFree) await inheritLock(database, owner);
  },
};

/** Gives back what is held; for the end of every command, however it ended. Failures are of no consequence: locks end with their connections. */
export async function releaseAll(world: World): Promise<void> {
  await Promise.allSettled(world.nodes.map((node) => node.unlock()));
  if (world.database) await Promise.allSettled([releaseLock(world.database)]);
}

/** Does another run hold the database's lock? Then what a check found is no more than its traces. Throws LOCK_HELD. */
export async function refuseWhileLocked(world: World): Promise<void> {
  const { database } = world;
  if (!database || !(await describeLockHolder(database))) return;
  throw await heldByLiving(world, database);
}

/** The node whose lock comes first: of several runs that begin at once, without a database, exactly one goes on. */
export function refereeOf({ nodes }: Pick<World, 'nodes'>): ClusterNode | undefined {
  return [...nodes].sort((a, b) => (a.name < b.name ? -1 : 1))[0];
}

async function lockNodes(world: World): Promise<void> {
  const referee = refereeOf(world);
  if (referee) await lockNode(world, referee);
  const others = world.nodes.filter((node) => node !== referee);
  await onNodes(world, (node) => lockNode(world, node), others);
}

// A try that is not the first goes on only where nobody else was meanwhile: another run may have finished, or undone, what this
// one was asked for, while this process was frozen or cut off.
async function lockNode({ owner, tokens }: World, node: ClusterNode): Promise<void> {
  const before = tokens.get(node.name);
  const token = await node.lock(owner);
  tokens.set(node.name, token);
  if (before === undefined || token === before + 1) return;
  const found = 'Another run had the lock of this node since this one has lost it.';
  throw new UpgradeError({ code: 'LOCK_LOST', where: node.name, found });
}

/** What the server tells of the holder, and what he wrote on the nodes: not every server shows who a session is. */
async function heldByLiving(world: World, database: Database): Promise<unknown> {
  const held = await lockHeld(database);
  const owners = await Promise.allSettled(world.nodes.map(lockHeldOn));
  const told = owners.flatMap((outcome) => (outcome.status === 'fulfilled' && outcome.value ? [outcome.value] : []));
  return together([held, ...told.slice(0, 1)]);
}

/** Who holds the lock of a node; undefined when nobody alive does. */
export async function lockOwner(node: ClusterNode): Promise<string | undefined> {
  const owner = (await node.ask('lock-owner', [node.home])).stdout.toString('utf8').trim();
  return owner === '' ? undefined : owner;
}

async function lockHeldOn(node: ClusterNode): Promise<UpgradeError | undefined> {
  const owner = await lockOwner(node);
  if (owner === undefined) return undefined;
  return new UpgradeError({ code: 'LOCK_HELD', where: node.name, found: `The node is locked by ${owner}.` });
}
