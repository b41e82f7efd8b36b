// The database put back to the state at backup time.
//
// The dump is restored beside, compared, and then takes the place of the current tables in one RENAME TABLE, which the server does
// wholly or not at all. So whenever this is interrupted, running it again finds either the old state or the restored one.

import type { DatabaseConfig } from '../config/config.ts';
import { UpgradeError } from '../engine/errors.ts';
import { type Backup, differencesFrom, dumpFile, isBackupCurrent } from './backup.ts';
import type { Database } from './database.ts';
import { feedDump } from './feed.ts';
import { canUseScratch } from './grants.ts';
import { forgetRun, type LedgerRow, readLedgerOf } from './ledger.ts';
import { assertLock } from './lock.ts';
import { isNamedBy } from './migration.ts';
import { asideName, isOwnTable, quoteTable } from './names.ts';
import { codeObjects, dropConstraints, dropObjects, everyTable } from './objects.ts';
import { restoreInto } from './proof.ts';
import { withScratch } from './scratch-schema.ts';
import { withLockRetries } from './session.ts';

/** Where a backup takes the place of what is there. */
export interface Exchange {
  readonly run: string;
  readonly schema: string;
  /** Is a table of now one of those that make room for the backup's? */
  readonly givesWay: (table: string) => boolean;
}

/**
 * Puts back what `backup` holds and forgets the migration of `run`. Replaced tables, and those that the migration made, are kept
 * aside until `prune`; its views, triggers, routines and events are dropped. Needs the lock. Does nothing to a database that is equal
 * to the backup and in which no statement of the run has begun.
 * Throws RESTORE_FAILED, SCRATCH_UNUSABLE, LOCK_LOST, DATABASE_LOST.
 */
export async function restoreBackup(db: Database, config: DatabaseConfig, backup: Backup, run: string): Promise<void> {
  await assertLock(db);
  if (backup.database !== db.name) {
    throw restoreFailed(db.name, `The backup in ${backup.dir} is of database ${backup.database}.`);
  }
  const begun = (await readLedgerOf(db, run)).filter(({ state }) => state !== 'planned');
  // A checksum does not see text that has moved from one column to the next, so what a statement may have changed is not compared.
  if (begun.length > 0 || !(await isBackupCurrent(db, backup))) {
    await dropMadeObjects(db, begun);
    await exchangeTables(db, config, backup, { run, schema: db.name, givesWay: () => true });
    const differences = await differencesFrom(db, db.name, backup);
    if (differences.length)
      throw restoreFailed(db.name, `After the restore it differs from the backup: ${differences.join('; ')}.`);
  }
  await forgetRun(db, run);
}

/**
 * Puts the tables of a backup in the place of those of now that give way, which are kept aside. Without a scratch schema, where no
 * proof is asked for, the backup is restored in the schema itself. Interrupted, it is done over.
 */
export async function exchangeTables(
  db: Database,
  config: DatabaseConfig,
  backup: Backup,
  exchange: Exchange,
): Promise<void> {
  if (config.requireProof || (await canUseScratch(db, config))) await exchangeBySwap(db, config, backup, exchange);
  else await exchangeInPlace(db, backup, exchange);
}

export function restoreFailed(schema: string, found: string, cause?: unknown): UpgradeError {
  return new UpgradeError({ code: 'RESTORE_FAILED', where: `database ${schema}`, found }, { cause });
}

/** There was none of these at backup time, as a database with one is refused. Triggers would live on on the tables kept aside. */
async function dropMadeObjects(db: Database, begun: readonly LedgerRow[]): Promise<void> {
  const made = (await codeObjects(db, db.name)).filter(isNamedBy(begun));
  await dropObjects(db, db.name, made, 'change');
}

async function exchangeBySwap(db: Database, config: DatabaseConfig, backup: Backup, exchange: Exchange): Promise<void> {
  await withScratch(db, config, async (scratch) => {
    await restoreInto(db, scratch, backup, 'RESTORE_FAILED');
    const incoming = backup.tables.map(
      ({ name }) => [quoteTable(scratch, name), quoteTable(exchange.schema, name)] as const,
    );
    await assertLock(db);
    await rename(db, [...(await movesAside(db, exchange)), ...incoming]);
  });
}

/** The dump runs in the schema itself, beside the tables moved aside. */
async function exchangeInPlace(db: Database, backup: Backup, exchange: Exchange): Promise<void> {
  await rename(db, await movesAside(db, exchange));
  try {
    await feedDump(db, dumpFile(backup.dir), exchange.schema, 'change');
  } catch (error) {
    if (!(error instanceof UpgradeError) || error.code === 'DATABASE_LOST') throw error;
    const found = `${dumpFile(backup.dir)} could not be restored: ${error.findings[0].found} The replaced tables are kept aside.`;
    throw restoreFailed(exchange.schema, found, error);
  }
}

/** Every table that gives way to a free name of its own. */
async function movesAside(db: Database, { run, schema, givesWay }: Exchange): Promise<(readonly [string, string])[]> {
  const all = await everyTable(db, schema);
  const leaving = all.filter((name) => !isOwnTable(name) && givesWay(name));
  await dropConstraints(db, schema, leaving);
  const taken = new Set(all.map((name) => name.toLowerCase()));
  return leaving.map((name) => {
    let copy = 1;
    while (taken.has(asideName(run, name, copy).toLowerCase())) copy += 1;
    return [quoteTable(schema, name), quoteTable(schema, asideName(run, name, copy))] as const;
  });
}

async function rename(db: Database, moves: readonly (readonly [string, string])[]): Promise<void> {
  if (moves.length === 0) return;
  const sql = `RENAME TABLE ${moves.map(([from, to]) => `${from} TO ${to}`).join(', ')}`;
  await withLockRetries(db, 'Putting the tables back', () => db.change(sql));
}
