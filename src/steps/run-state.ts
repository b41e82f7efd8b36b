// How far a run got, asked of the database and the nodes themselves, and where the backup of the database is.

import type { Backup } from '../database/dump.ts';
import { readLedger } from '../database/ledger.ts';
import { migrationState } from '../database/migration.ts';
import { readPurged } from '../database/purge.ts';
import { UpgradeError } from '../engine/errors.ts';
import { backupFolder, findBackup, purgeBackups } from './find-backup.ts';
import { anySwitchBegun } from './node-plan.ts';
import { currentRun, type World } from './world.ts';

/** Is every statement done, by this run or by any before it? The ledger forgets what was taken back. */
export async function isMigrated({ database, statements }: World): Promise<boolean> {
  if (!database || statements.length === 0) return true;
  for (const run of new Set((await readLedger(database)).map((row) => row.run))) {
    if ((await migrationState(database, run, statements)) === 'complete') return true;
  }
  return false;
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
