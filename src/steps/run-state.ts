// How far a run got, asked of the database and the nodes themselves, and where the backup of the database is.

import type { Backup } from '../database/dump.ts';
import { wasTakenBack } from '../database/expect-migration.ts';
import { migrationState } from '../database/migration.ts';
import { readPurged } from '../database/purge.ts';
import { UpgradeError } from '../engine/errors.ts';
import { backupFolder, findBackup, purgeBackups } from './find-backup.ts';
import { anySwitchBegun } from './node-plan.ts';
import { currentRun, type World } from './world.ts';

/**
 * Is every statement done, by this run or by a finished one with the same package? Another package's migration may have the same
 * statements, and has to run. The ledger forgets what `recover` has taken back; what a person has, the tables tell.
 */
export async function isMigrated(world: World): Promise<boolean> {
  const { database, statements } = world;
  if (!database || statements.length === 0) return true;
  for (const run of runsThatCount(world)) {
    if ((await migrationState(database, run, statements)) !== 'complete') continue;
    if (run === world.run?.id || !(await wasTakenBack(database, run))) return true;
  }
  return false;
}

function runsThatCount({ run, facts, inputs }: World): string[] {
  const records = [...facts.values()].flatMap((known) => known.records);
  const finished = records.filter(
    ({ state, packageDigest }) => state === 'finished' && packageDigest === inputs?.package.digest,
  );
  return [...new Set([...(run ? [run.id] : []), ...finished.map((record) => record.run)])];
}

/** The backup that takes this run's changes of the database back; undefined when it has made none. Throws STATE_UNEXPECTED and BACKUP_DAMAGED. */
export async function backupToRestore(world: World): Promise<Backup | undefined> {
  const { database } = world;
  if (!database || !(await databaseMigrated(world))) return undefined;
  const backup = await findBackup(world);
  if (backup) return backup;
  throw backupLost(world, database.name, 'has changed the database', backupFolder(world));
}

/**
 * Makes sure, before anything is touched, that everything is there that takes this run's changes of the database back.
 * Throws STATE_UNEXPECTED and BACKUP_DAMAGED.
 */
export async function requireBackups(world: World): Promise<void> {
  await backupToRestore(world);
  for (const schema of await purgedSchemas(world)) {
    const { folder, find } = purgeBackups(world);
    if (!(await find(schema))) throw backupLost(world, schema, 'has purged tables', folder(schema));
  }
}

function backupLost(world: World, schema: string, what: string, folder: string): UpgradeError {
  const found = `Run ${currentRun(world).id} ${what}, and its backup is neither in ${folder} nor on a node.`;
  const remedy = 'Mount the STATE_DIR of that run, then run the same command again.';
  return new UpgradeError({ code: 'STATE_UNEXPECTED', where: `database ${schema}`, found, remedy });
}

/** Has this run migrated the database, wholly or partly: does the ledger hold a statement of it? */
async function databaseMigrated(world: World): Promise<boolean> {
  const { database, statements } = world;
  return database !== undefined && (await migrationState(database, currentRun(world).id, statements)) !== 'none';
}

async function purgedSchemas(world: World): Promise<readonly string[]> {
  if (!world.database) return [];
  const purged = await readPurged(world.database, currentRun(world).id);
  return [...new Set(purged.map(({ schema }) => schema))];
}

/** Is a folder or the database new? As long as neither is, the old services may go on. */
export async function somethingChanged(world: World): Promise<boolean> {
  return (await anySwitchBegun(world)) || (await databaseMigrated(world)) || (await purgedSchemas(world)).length > 0;
}
