// One hash for what an upgrade does: the trees that the nodes get, the statements that the database gets, the services that are
// stopped and started. `plan` shows it, `upgrade` compares it with PLAN_HASH.

import { createHash } from 'node:crypto';
import type { PlannedEntry } from '../eggroll/home-plan.ts';
import { UpgradeError } from '../engine/errors.ts';
import { fateFlowRuns } from './fate-flow.ts';
import { planLive } from './node-plan.ts';
import { onNodes } from './nodes.ts';
import { currentPackage, type World } from './world.ts';

/**
 * Lower-case hex sha256 of the plan for nodes whose folders are all in place; plans those that were not planned yet. Equal plans have
 * equal hashes, in whatever order they were made.
 */
export async function planHash(world: World): Promise<string> {
  await planAll(world);
  const { plans, running, statements, config } = world;
  const nodes = [...plans]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, { plan }]) => [name, [...plan.entries.values()].map(essence), running.get(name) ?? []]);
  const { control, startAfter } = config.services;
  const { fateFlow } = config;
  const text = JSON.stringify({
    to: currentPackage(world).version,
    nodes,
    statements: statements.map(({ hash }) => hash),
    purge: config.database?.purge ?? 'none',
    services: { control, startAfter },
    ...(fateFlow ? { fateFlow: { ...fateFlow, runs: fateFlowRuns(world) } } : {}),
  });
  return createHash('sha256').update(text).digest('hex');
}

/** Throws PLAN_CHANGED unless the hash is the one that was asked for, or none was. */
export function expectPlan({ config }: World, hash: string | undefined): void {
  if (config.planHash === undefined || config.planHash === hash) return;
  const found = `What upgrade would do now has the hash ${hash ?? 'unknown'}, and not ${config.planHash}.`;
  throw new UpgradeError({ code: 'PLAN_CHANGED', where: 'PLAN_HASH', found });
}

async function planAll(world: World): Promise<void> {
  await onNodes(world, (node) => planLive(world, node));
}

// What a site's file holds may change at any time, and it stays what it is: RollSite rewrites its route table.
function essence({ entry, source }: PlannedEntry): unknown[] {
  const { path, type, mode, sha256, target } = entry;
  return source.from === 'home' ? [path, 'stays'] : [path, type, mode, sha256, target];
}
