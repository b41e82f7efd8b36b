// Step 6: the dump, taken once nothing writes any more, and proven by restoring it to the scratch schema.

import { dumpDatabase, isBackupCurrent, proveBackup } from '../database/dump.ts';
import type { Step } from '../engine/step.ts';
import { anySwitchBegun } from './node-plan.ts';
import { backupFolder, backupToRestore, isMigrated, runBackup } from './run-state.ts';
import type { World } from './world.ts';

export const backUpDatabase: Step<World> = {
  id: 'back-up-database',
  title: 'back up the database and prove the backup',
  reach: 'services',
  async probe(world) {
    const { database, config } = world;
    if (!database || !config.database || (await backupToRestore(world))) return 'done';
    // Nothing of the migration is left to do, so the new services may be running and writing again.
    if ((await isMigrated(world)) && (await anySwitchBegun(world))) return 'done';
    const backup = await runBackup(world);
    if (!backup || (config.database.requireProof && !backup.proven)) return 'pending';
    return (await isBackupCurrent(database, backup)) ? 'done' : 'pending';
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
