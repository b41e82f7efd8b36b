// How far a run got, asked of the database and the nodes themselves, and where the backup of the database is.

import { type Backup, readBackup } from '../database/dump.ts';
import { readLedger } from '../database/ledger.ts';
import { migrationState } from '../database/migration.ts';
import { UpgradeError } from '../engine/errors.ts';
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

export function backupFolder(world: World): string {
  return `${world.config.stateDir}/runs/${currentRun(world).id}/database`;
}

/** The backup that takes this run's changes of the database back; undefined when it has made none. Throws STATE_UNEXPECTED and BACKUP_DAMAGED. */
export async function backupToRestore(world: World): Promise<Backup | undefined> {
  const { database } = world;
  if (!database || !(await databaseTouched(world))) return undefined;
  const backup = await runBackup(world);
  if (backup) return backup;
  const found = `Run ${currentRun(world).id} has changed the database, and its backup is not in ${backupFolder(world)}.`;
  const remedy = 'Mount the STATE_DIR of that run, then run the same command again.';
  throw new UpgradeError({ code: 'STATE_UNEXPECTED', where: `database ${database.name}`, found, remedy });
}

/** The backup of this run; undefined when none was completed. Throws BACKUP_DAMAGED. */
export function runBackup(world: World): Promise<Backup | undefined> {
  return readBackup(backupFolder(world));
}

/** Has this run changed the database: does the ledger hold a statement of it? */
async function databaseTouched(world: World): Promise<boolean> {
  const { database, statements } = world;
  return database !== undefined && (await migrationState(database, currentRun(world).id, statements)) !== 'none';
}

/** Is a folder or the database new? As long as neither is, the old services may go on. */
export async function somethingChanged(world: World): Promise<boolean> {
  return (await anySwitchBegun(world)) || (await databaseTouched(world));
}
