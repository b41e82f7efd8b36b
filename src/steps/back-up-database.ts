// Step 6: the dump, taken once nothing writes any more, proven by restoring it to the scratch schema, and copied to two nodes.

import { type Backup, dumpDatabase, isBackupCurrent, proveBackup } from '../database/dump.ts';
import { describeFinding, UpgradeError } from '../engine/errors.ts';
import type { Step } from '../engine/step.ts';
import { onDatabase } from './at-work.ts';
import { copiesAreKept, keepCopies } from './backup-copies.ts';
import { backupFolder, findBackup, tidyBackup } from './find-backup.ts';
import { anySwitchBegun } from './node-plan.ts';
import { backupToRestore, isMigrated } from './run-state.ts';
import type { World } from './world.ts';

const step = 'back-up-database';
const wholeDatabase = '.';

export const backUpDatabase: Step<World> = {
  id: step,
  title: 'back up the database and prove the backup',
  reach: 'services',
  async probe(world) {
    const { database, config } = world;
    if (!database || !config.database) return 'done';
    const settled = await settledBackup(world);
    if (settled === 'none') return 'done';
    const backup = settled ?? (await findBackup(world));
    if (!backup) return 'pending';
    if (!settled) {
      if (config.database.requireProof && !backup.proven) return 'pending';
      if (!(await isBackupCurrent(database, backup))) return 'pending';
    }
    return (await copiesAreKept(world, wholeDatabase, backup)) ? 'done' : 'pending';
  },
  async apply(world) {
    const settled = await settledBackup(world);
    if (settled === 'none') return;
    if (settled) return keepMore(world, settled);
    const backup = await backUp(world);
    if (!backup) return;
    await keepCopies(world, wholeDatabase, backup);
    world.emit({ type: 'database', step, message: world.say('copied to the nodes') });
  },
  undo: {
    title: 'remove half-made backups',
    apply: (world) => tidyBackup(world),
  },
};

/** The backup that holds, because the database or the folders are not the old ones any more; `none` when the run needed none. */
async function settledBackup(world: World): Promise<Backup | 'none' | undefined> {
  const backup = await backupToRestore(world);
  if (backup) return backup;
  // Nothing of the migration is left to do, so the new services may be running and writing again.
  if ((await isMigrated(world)) && (await anySwitchBegun(world))) return (await findBackup(world)) ?? 'none';
  return undefined;
}

async function backUp(world: World): Promise<Backup | undefined> {
  const { database, config, emit, say } = world;
  if (!database || !config.database) return undefined;
  const databaseConfig = config.database;
  const backup = await onDatabase(world, () => dumpDatabase(database, databaseConfig, backupFolder(world)));
  emit({
    type: 'database',
    step,
    message: say('dumped {tables} tables, {bytes} bytes', { tables: backup.tables.length, bytes: backup.sizeBytes }),
  });
  if (!config.database.requireProof) {
    emit({
      type: 'warning',
      message: say('REQUIRE_PROOF is false: the database backup was not proven by restoring it.'),
    });
    return backup;
  }
  const proven = await onDatabase(world, () => proveBackup(database, databaseConfig, backup));
  emit({ type: 'database', step, message: say('proven by restoring it to the scratch schema') });
  return proven;
}

// After the switch the copies are one more safety; what is there in STATE_DIR takes everything back.
async function keepMore(world: World, backup: Backup): Promise<void> {
  try {
    await keepCopies(world, wholeDatabase, backup);
  } catch (error) {
    if (!(error instanceof UpgradeError) || error.code !== 'DISK_FULL') throw error;
    world.emit({ type: 'warning', message: describeFinding(error.findings[0], world.config.language) });
  }
}
