// Under the locks: is there an unfinished run to resume, an interrupted recovery to finish first, nothing to do, or a new run to begin?

import { inspectNode } from '../cluster/facts.ts';
import { compareTrees } from '../cluster/manifest.ts';
import type { ClusterNode } from '../cluster/node.ts';
import {
  expectMigratedTables,
  expectResumableMigration,
  refuseUnknownMigration,
} from '../database/expect-migration.ts';
import { expectedTree } from '../eggroll/home-plan.ts';
import { withoutRunTimeFiles } from '../eggroll/run-time-files.ts';
import { UpgradeError } from '../engine/errors.ts';
import type { RunRecord } from '../engine/record.ts';
import type { Step } from '../engine/step.ts';
import { adopt } from './adopt-run.ts';
import { expectRecoverable, expectResumable } from './expect-state.ts';
import { lookAndPlan, planLive } from './node-plan.ts';
import { onNodes } from './nodes.ts';
import { expectPlan, planHash } from './plan-hash.ts';
import { checkAgain } from './preflight.ts';
import { chooseStatements, schemaLevel } from './preflight-database.ts';
import { hostNames, recordsOfLatestRun, stateOf, writeRecords } from './run-records.ts';
import { isMigrated, requireBackups } from './run-state.ts';
import { settleRecords } from './settle-records.ts';
import { currentPackage, currentRun, type World } from './world.ts';

/** `putBack` finishes a recovery that was interrupted: it undoes the steps that come after this one. */
export function openRun(putBack: (world: World) => Promise<void>): Step<World> {
  return {
    id: 'open-run',
    title: 'find out where the last run got to',
    reach: 'nothing',
    probe: async () => 'pending',
    async apply(world) {
      const isNew = !isHalfWay(world);
      await onNodes(world, (node) => (isNew ? lookAndPlan(world, node) : refreshNode(world, node)));
      const healed = await settleRecords(world);
      const records = recordsOfLatestRun(world);
      const state = stateOf(records);
      // Another run may have begun, and stopped, since the preflight: its old folders need not be those that were listed.
      if (isHalfWay(world)) world.plans.clear();
      if (state === 'recovering') {
        await finishRecovery(world, records, putBack);
        return begin(world, sequenceOf(records) + 1);
      }
      // The preflight could not tell what to check on a node whose record it could not read.
      if (healed) await checkAgain(world);
      else await chooseStatements(world);
      if (state === 'open') return resume(world, records);
      if (await isUpToDate(world)) {
        world.nothingToDo = true;
        return;
      }
      return begin(world, sequenceOf(records) + 1);
    },
  };
}

/** What the nodes' records say now, under the locks. */
export async function refreshFacts(world: World): Promise<void> {
  await onNodes(world, (node) => refreshNode(world, node));
}

async function refreshNode(world: World, node: ClusterNode): Promise<void> {
  world.facts.set(node.name, await inspectNode(node));
}

function isHalfWay(world: World): boolean {
  return ['open', 'recovering'].includes(stateOf(recordsOfLatestRun(world)) ?? '');
}

// Afterwards everything is checked and chosen anew: the preflight has seen a cluster that was half-way back.
async function finishRecovery(
  world: World,
  records: readonly RunRecord[],
  putBack: (world: World) => Promise<void>,
): Promise<void> {
  adopt(world, records);
  await expectRecoverable(world, 'recovering');
  await requireBackups(world);
  const message = world.say('A recovery was interrupted; it is finished first.');
  world.emit({ type: 'run-adopted', message, resumes: true });
  await putBack(world);
  world.run = undefined;
  world.plans.clear();
  await checkAgain(world);
  if (world.database) world.schemaBefore = await schemaLevel(world.database);
}

async function resume(world: World, records: readonly RunRecord[]): Promise<void> {
  await adoptOpenRun(world, records);
  const message = world.say('Run {run} was interrupted; it is resumed.', { run: currentRun(world).id });
  world.emit({ type: 'run-adopted', message, resumes: true });
  await writeRecords(world, 'open');
}

/**
 * Makes an interrupted run the current one, if it can be resumed with what is configured; changes nothing.
 * Throws RUN_CONFLICT, PLAN_CHANGED, STATE_UNEXPECTED, LEDGER_MISMATCH.
 */
export async function adoptOpenRun(world: World, records: readonly RunRecord[]): Promise<void> {
  const [record] = records;
  const wanted = currentPackage(world);
  if (record && record.packageDigest !== wanted.digest) {
    const found = `Run ${record.run} to version ${record.to} is unfinished, and its package had other content than this one (${wanted.version}).`;
    throw new UpgradeError({ code: 'RUN_CONFLICT', where: 'the cluster', found });
  }
  expectPlan(world, record?.planHash);
  adopt(world, records);
  await expectResumable(world);
  await expectMigration(world);
}

/** The database is as the run left it, and the statements are those that it began with. Throws LEDGER_MISMATCH. */
async function expectMigration(world: World): Promise<void> {
  const { database, statements, config } = world;
  if (!database || !config.database) return;
  const { id } = currentRun(world);
  if (!(await isMigrated(world))) await expectResumableMigration(database, config.database, id, statements);
  await expectMigratedTables(database, id);
}

async function begin(world: World, sequence: number): Promise<void> {
  if (world.database) await refuseUnknownMigration(world.database);
  const hash = await planHash(world);
  expectPlan(world, hash);
  const { version, digest } = currentPackage(world);
  const from = [...new Set(world.versionsBefore.values())].sort().join(', ');
  world.run = {
    id: world.newRunId,
    sequence,
    from,
    to: version,
    packageDigest: digest,
    planHash: hash,
    hosts: hostNames(world),
    fateFlow: undefined,
    database: world.database?.name,
    services: new Map(),
  };
  world.adoptRun(world.newRunId);
  await writeRecords(world, 'open');
}

function sequenceOf(records: readonly RunRecord[]): number {
  return Math.max(0, ...records.map(({ sequence }) => sequence));
}

/** Does every node have what the package and its own conf ask for, and is the migration complete? */
export async function isUpToDate(world: World): Promise<boolean> {
  if (!(await isMigrated(world))) return false;
  const same = await onNodes(world, async (node) => {
    const { old, plan } = await planLive(world, node);
    return compareTrees(expectedTree(plan), withoutRunTimeFiles(old), { times: false }).length === 0;
  });
  return same.every(Boolean);
}
