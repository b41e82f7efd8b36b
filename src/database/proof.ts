// A backup is proven by restoring it and comparing.

import type { DatabaseConfig } from '../config/config.ts';
import { UpgradeError } from '../engine/errors.ts';
import { type Backup, differencesFrom, dumpFile, writeBackup } from './backup.ts';
import type { Database } from './database.ts';
import { feedDump } from './feed.ts';
import { canUseScratch } from './grants.ts';
import { withScratch } from './scratch-schema.ts';
import { isLost } from './server-errors.ts';

/**
 * Restores the backup into the scratch schema and compares definitions, row counts and checksums; records the proof in
 * backup.json. Where no scratch schema can be had and REQUIRE_PROOF=false, the backup comes back unproven.
 * Throws BACKUP_UNPROVEN, SCRATCH_UNUSABLE.
 */
export async function proveBackup(db: Database, config: DatabaseConfig, backup: Backup): Promise<Backup> {
  if (backup.proven) return backup;
  if (!config.requireProof && !(await canUseScratch(db, config))) return backup;
  await withScratch(db, config, (schema) => restoreInto(db, schema, backup, 'BACKUP_UNPROVEN'));
  const proven = { ...backup, proven: true };
  await writeBackup(proven);
  return proven;
}

/** Restores a backup into a scratch schema and makes sure that it is equal to what was backed up. */
export async function restoreInto(
  db: Database,
  schema: string,
  backup: Backup,
  code: 'BACKUP_UNPROVEN' | 'RESTORE_FAILED',
): Promise<void> {
  const where = dumpFile(backup.dir);
  try {
    await feedDump(db, where, schema, 'work');
  } catch (error) {
    if (isLost(error) || !(error instanceof UpgradeError)) throw error;
    throw new UpgradeError(
      { code, where, found: `It could not be restored: ${error.findings[0].found}` },
      { cause: error },
    );
  }
  const differences = await differencesFrom(db, schema, backup);
  if (differences.length) {
    throw new UpgradeError({ code, where, found: `It restores to another state: ${differences.join('; ')}.` });
  }
}
