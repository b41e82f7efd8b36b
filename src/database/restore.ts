// The database put back to the state at backup time.
//
// The dump is restored beside, compared, and then takes the place of the current tables in one RENAME TABLE, which the server does
// wholly or not at all. So whenever this is interrupted, running it again finds either the old state or the restored one.

import type { DatabaseConfig } from '../config/config.ts';
import { UpgradeError } from '../engine/errors.ts';
import { type Backup, differencesFrom, dumpFile, isBackupCurrent } from './backup.ts';
import type { Database } from './database.ts';
import { feedDump } from './feed.ts';
import { tableNames } from './fingerprint.ts';
import { canUseScratch } from './grants.ts';
import { forgetRun } from './ledger.ts';
import { assertLock } from './lock.ts';
import { asideName, quoteTable } from './names.ts';
import { restoreInto } from './proof.ts';
import { withScratch } from './scratch-schema.ts';
import { withLockRetries } from './session.ts';

/**
 * Puts back what `backup` holds and forgets the migration of `run`. Replaced tables, and those that the migration made, are kept
 * aside until `prune`. Needs the lock. Does nothing to a database that is equal to the backup.
 * Throws RESTORE_FAILED, SCRATCH_UNUSABLE, LOCK_LOST, DATABASE_LOST.
 */
export async function restoreBackup(db: Database, config: DatabaseConfig, backup: Backup, run: string): Promise<void> {
  await assertLock(db);
  if (backup.database !== db.name) {
    throw failed(db, `The backup in ${backup.dir} is of database ${backup.database}.`);
  }
  if (!(await isBackupCurrent(db, backup))) {
    if (config.requireProof || (await canUseScratch(db, config))) await restoreBySwap(db, config, backup, run);
    else await restoreInPlace(db, backup, run);
    const differences = await differencesFrom(db, db.name, backup);
    if (differences.length)
      throw failed(db, `After the restore it differs from the backup: ${differences.join('; ')}.`);
  }
  await forgetRun(db, run);
}

async function restoreBySwap(db: Database, config: DatabaseConfig, backup: Backup, run: string): Promise<void> {
  await withScratch(db, config, async (schema) => {
    await restoreInto(db, schema, backup, 'RESTORE_FAILED');
    const incoming = backup.tables.map(({ name }) => [quoteTable(schema, name), quoteTable(db.name, name)] as const);
    await assertLock(db);
    await rename(db, [...(await movesAside(db, run)), ...incoming]);
  });
}

/** Without a scratch schema the dump runs in MYSQL_DB itself, beside the tables moved aside; interrupted, it is done over. */
async function restoreInPlace(db: Database, backup: Backup, run: string): Promise<void> {
  await rename(db, await movesAside(db, run));
  try {
    await feedDump(db, dumpFile(backup.dir), db.name, 'change');
  } catch (error) {
    if (!(error instanceof UpgradeError) || error.code === 'DATABASE_LOST') throw error;
    const found = `${dumpFile(backup.dir)} could not be restored: ${error.findings[0].found} The replaced tables are kept aside.`;
    throw failed(db, found, error);
  }
}

/** Every table of now to a free name of its own. */
async function movesAside(db: Database, run: string): Promise<(readonly [string, string])[]> {
  const all = await tableNames(db, db.name, true);
  const taken = new Set(all.map((name) => name.toLowerCase()));
  return (await tableNames(db, db.name)).map((name) => {
    let copy = 1;
    while (taken.has(asideName(run, name, copy).toLowerCase())) copy += 1;
    return [quoteTable(db.name, name), quoteTable(db.name, asideName(run, name, copy))] as const;
  });
}

async function rename(db: Database, moves: readonly (readonly [string, string])[]): Promise<void> {
  if (moves.length === 0) return;
  const sql = `RENAME TABLE ${moves.map(([from, to]) => `${from} TO ${to}`).join(', ')}`;
  await withLockRetries(db, 'Putting the tables back', () => db.change(sql));
}

function failed(db: Database, found: string, cause?: unknown): UpgradeError {
  return new UpgradeError({ code: 'RESTORE_FAILED', where: `database ${db.name}`, found }, { cause });
}
