// Step 6: the dump, taken once nothing writes any more, and proven by restoring it to the scratch schema.

import { type Backup, dumpDatabase, isBackupCurrent, proveBackup, readBackup } from '../database/dump.ts';
import { migrationState } from '../database/migration.ts';
import { UpgradeError } from '../engine/errors.ts';
import type { Step } from '../engine/step.ts';
import { currentRun, type World } from './world.ts';

export const backUpDatabase: Step<World> = {
  id: 'back-up-database',
  title: 'back up the database and prove the backup',
  reach: 'services',
  async probe(world) {
    const { database } = world;
    if (!database) return 'done';
    const backup = await readBackup(backupFolder(world));
    if (await databaseTouched(world)) {
      if (backup) return 'done';
      const found = `The database was changed by this run, and its backup is not in ${backupFolder(world)}.`;
      const remedy = 'Mount the STATE_DIR of the run, then run the same command again.';
      throw new UpgradeError({ code: 'STATE_UNEXPECTED', where: `database ${database.name}`, found, remedy });
    }
    return backup && (await isBackupCurrent(database, backup)) ? 'done' : 'pending';
  },
  async apply(world) {
    const { database, config, emit } = world;
    if (!database || !config.database) return;
    const backup = await dumpDatabase(database, config.database, backupFolder(world));
    emit({
      type: 'database',
      step: 'back-up-database',
      message: `dumped ${backup.tables.length} tables, ${backup.sizeBytes} bytes`,
    });
    if (config.database.requireProof) {
      await proveBackup(database, config.database, backup);
      emit({ type: 'database', step: 'back-up-database', message: 'proven by restoring it to the scratch schema' });
    } else {
      emit({ type: 'warning', message: 'REQUIRE_PROOF is false: the database backup was not proven by restoring it.' });
    }
  },
};

export function backupFolder(world: World): string {
  return `${world.config.stateDir}/runs/${currentRun(world).id}/database`;
}

/** The backup of this run; undefined when none was completed. Throws BACKUP_DAMAGED. */
export function runBackup(world: World): Promise<Backup | undefined> {
  return readBackup(backupFolder(world));
}

/** Has this run changed the database: does the ledger hold a statement of it? */
export async function databaseTouched(world: World): Promise<boolean> {
  const { database, statements } = world;
  return database !== undefined && (await migrationState(database, currentRun(world).id, statements)) !== 'none';
}
