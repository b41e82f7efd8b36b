// How long the services will be down, estimated: before anything runs by the size of the database, after the rehearsal by what that
// took. Where the figures come from: docs/database.md.

import type { Rehearsal } from '../database/scratch.ts';
import { tableSizes } from '../database/sizes.ts';
import type { PlannedAction, PlannedDowntime } from '../engine/plan.ts';
import { fateFlowTakesPart } from './fate-flow.ts';
import { isMigrated } from './run-state.ts';
import type { World } from './world.ts';

/** What a backup and its proof take even of an empty database. */
const backupFixedMs = 1_500;
/** Dumping, restoring and comparing, with the copying of all rows from table to table as the measure. */
const backupPerCopy = 4;
const backupPerMegabyteMs = 250;
/** A statement that rewrites its table, as most of the migration do. */
const migrationPerMegabyteMs = 100;
const statementMs = 100;
/** For each kind of service, which stop and start one kind after the other. */
const stopMs = 2_000;
const startMs = 5_000;

/** Backup, proof and migration, by what the rehearsal took. */
export function rehearsedDatabaseMs({ statements, copyMs }: Rehearsal): number {
  const statementsMs = statements.reduce((sum, { durationMs }) => sum + durationMs, 0);
  return backupFixedMs + backupPerCopy * copyMs + statementsMs;
}

/** The downtime of an upgrade that has not begun; for one that is resumed, as if it began anew. */
export async function expectedDowntime(world: World, action: PlannedAction): Promise<PlannedDowntime> {
  if (action === 'nothing') return { expectedMs: 0, servicesMs: 0, databaseMs: 0 };
  const servicesMs = servicesDownMs(world);
  const databaseMs = await databaseDownMs(world);
  return { expectedMs: servicesMs + databaseMs, servicesMs, databaseMs };
}

function servicesDownMs(world: World): number {
  const { running, run, config, limits } = world;
  if (config.services.control === 'none') return 0;
  const ofNodes = new Set([...(run?.services ?? running).values()].flat()).size;
  const kinds = ofNodes + (fateFlowTakesPart(world) ? 1 : 0);
  return kinds === 0 ? 0 : kinds * (stopMs + startMs) + limits.stableMs;
}

async function databaseDownMs(world: World): Promise<number> {
  const { database, statements } = world;
  if (!database) return 0;
  const sizes = await tableSizes(database, database.name);
  const megabytes = sizes.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) / 1e6;
  const backupMs = backupFixedMs + backupPerMegabyteMs * megabytes;
  if (await isMigrated(world)) return Math.round(backupMs);
  return Math.round(backupMs + statements.length * statementMs + migrationPerMegabyteMs * megabytes);
}
