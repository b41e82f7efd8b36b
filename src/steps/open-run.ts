// Under the locks: is there an unfinished run to resume, an interrupted recovery to finish first, nothing to do, or a new run to begin?

import { inspectNode } from '../cluster/facts.ts';
import { compareTrees } from '../cluster/manifest.ts';
import { migrationState } from '../database/migration.ts';
import { withoutRunTimeFiles } from '../eggroll/run-time-files.ts';
import { UpgradeError } from '../engine/errors.ts';
import type { RunRecord } from '../engine/record.ts';
import type { Step } from '../engine/step.ts';
import { planLive } from './node-plan.ts';
import { onNodes } from './nodes.ts';
import { hostNames, recordsOfLatestRun, stateOf, writeRecords } from './run-records.ts';
import { currentPackage, type World } from './world.ts';

/** `putBack` finishes a recovery that was interrupted: it undoes the steps that come after this one. */
export function openRun(putBack: (world: World) => Promise<void>): Step<World> {
  return {
    id: 'open-run',
    title: 'find out where the last run got to',
    reach: 'nothing',
    probe: async () => 'pending',
    async apply(world) {
      await refreshFacts(world);
      const records = recordsOfLatestRun(world);
      const state = stateOf(records);
      if (state === 'recovering') {
        adopt(world, records);
        world.emit({ type: 'run-adopted', message: 'A recovery was interrupted; it is finished first.' });
        await putBack(world);
        return begin(world, sequenceOf(records) + 1, undefined);
      }
      if (state === 'open') return resume(world, records);
      const previous = state === 'finished' ? records[0]?.run : undefined;
      if (await isUpToDate(world, previous)) {
        world.nothingToDo = true;
        return;
      }
      return begin(world, sequenceOf(records) + 1, previous);
    },
  };
}

/** What the nodes' records say now, under the locks. */
export async function refreshFacts(world: World): Promise<void> {
  await onNodes(world, async (node) => {
    world.facts.set(node.name, await inspectNode(node));
  });
}

/** Makes the run of these records the current one. */
export function adopt(world: World, records: readonly RunRecord[]): void {
  const [record] = records;
  if (!record) return;
  const known = new Map<string, readonly string[]>();
  for (const [name, facts] of world.facts) {
    const services = facts.records.find(({ run }) => run === record.run)?.services;
    if (services) known.set(name, services);
  }
  const { run: id, sequence, from, to, packageDigest, hosts, database, previous } = record;
  world.run = { id, sequence, from, to, packageDigest, hosts, database, previous, services: known };
  world.adoptRun(id);
}

async function resume(world: World, records: readonly RunRecord[]): Promise<void> {
  const [record] = records;
  const wanted = currentPackage(world);
  if (record && record.packageDigest !== wanted.digest) {
    const found = `Run ${record.run} to version ${record.to} is unfinished, and its package had other content than this one (${wanted.version}).`;
    throw new UpgradeError({ code: 'RUN_CONFLICT', where: 'the cluster', found });
  }
  if (record) refuseOtherHosts(world, record);
  adopt(world, records);
  world.emit({ type: 'run-adopted', message: `Run ${record?.run} was interrupted; it is resumed.` });
  await writeRecords(world, 'open');
}

/** A run covers its hosts as a whole: with other lists some of them would be left behind. */
export function refuseOtherHosts(world: World, { run, hosts }: RunRecord): void {
  const given = hostNames(world);
  const missing = hosts.filter((host) => !given.includes(host));
  const extra = given.filter((host) => !hosts.includes(host));
  if (missing.length === 0 && extra.length === 0) return;
  const parts = [
    ...(missing.length > 0 ? [`missing now: ${missing.join(', ')}`] : []),
    ...(extra.length > 0 ? [`not part of it: ${extra.join(', ')}`] : []),
  ];
  const found = `Run ${run} covers other hosts than the lists (${parts.join('; ')}).`;
  throw new UpgradeError({
    code: 'RUN_CONFLICT',
    where: 'NM_FILE and RS_FILE',
    found,
    remedy: 'Use the lists of that run.',
  });
}

async function begin(world: World, sequence: number, previous: string | undefined): Promise<void> {
  const { version, digest } = currentPackage(world);
  const from = [...new Set(world.versionsBefore.values())].sort().join(', ');
  world.run = {
    id: world.newRunId,
    sequence,
    from,
    to: version,
    packageDigest: digest,
    hosts: hostNames(world),
    database: world.database?.name,
    previous,
    services: new Map(),
  };
  world.plans.clear();
  world.adoptRun(world.newRunId);
  await writeRecords(world, 'open');
}

function sequenceOf(records: readonly RunRecord[]): number {
  return Math.max(0, ...records.map(({ sequence }) => sequence));
}

/** Does every node have what the package and its own conf ask for, and is the migration complete? */
async function isUpToDate(world: World, previous: string | undefined): Promise<boolean> {
  const { database, statements } = world;
  if (database && statements.length > 0) {
    if (previous === undefined || (await migrationState(database, previous, statements)) !== 'complete') return false;
  }
  const same = await onNodes(world, async (node) => {
    const { old, expected } = await planLive(world, node, world.facts.get(node.name)?.properties);
    return compareTrees(expected, withoutRunTimeFiles(old), { times: false }).length === 0;
  });
  return same.every(Boolean);
}
