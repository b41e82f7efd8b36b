// The guide's clean-up of run-time tables, only when asked for, and only after a backup of what is emptied
// (EGGROLL.md sections 5 and 6).

import type { DatabaseConfig } from '../config/config.ts';
import { type Backup, compareTables, describeTables } from './backup.ts';
import { type ClientTools, defaultTools } from './client.ts';
import type { Database } from './database.ts';
import { dumpSchema } from './dump.ts';
import { dataChecksums } from './fingerprint.ts';
import { assertLock } from './lock.ts';
import { quoteTable } from './names.ts';
import { proveBackup } from './proof.ts';
import { forgetPurged, type PurgedTable, preparePurgeRecord, readPurged, writePurged } from './purge-record.ts';
import { purgedTables, schemasOf } from './purge-tables.ts';
import { exchangeTables, restoreFailed } from './restore.ts';
import { isLost } from './server-errors.ts';

export { type PurgedTable, readPurged } from './purge-record.ts';
export { purgedTables, schemasOf } from './purge-tables.ts';

/** Where the backups of what is purged are: one for each schema. */
export interface PurgeBackups {
  /** The folder that a schema's backup is made in. */
  folder(schema: string): string;
  /** The backup of a schema, from wherever it is kept; undefined when there is none. */
  find(schema: string): Promise<Backup | undefined>;
  /** Makes a backup safe. After that the rows may go. */
  keep(schema: string, backup: Backup): Promise<void>;
}

export interface PurgeOptions {
  readonly run: string;
  readonly which: DatabaseConfig['purge'];
  readonly backups: PurgeBackups;
  readonly tools?: ClientTools;
}

/**
 * Empties the tables that `which` names, in MYSQL_DB and in `fate_flow` beside it, after dumping them, proving the dump and making it
 * safe. All tables of a schema are emptied in one transaction, together with the record of it. What this run has purged before is
 * not purged again. Needs the lock.
 * Throws BACKUP_FAILED, BACKUP_DAMAGED, BACKUP_UNPROVEN, DISK_FULL, DISK_FAILED, LOCK_LOST, DATABASE_LOST.
 */
export async function purge(db: Database, config: DatabaseConfig, options: PurgeOptions): Promise<PurgedTable[]> {
  await assertLock(db);
  const done = await readPurged(db, options.run);
  const purged: PurgedTable[] = [];
  for (const schema of schemasOf(db)) {
    const earlier = done.filter((table) => table.schema === schema);
    const tables = await purgedTables(db, schema, options.which);
    if (earlier.length > 0) purged.push(...earlier);
    else if (tables.length > 0) purged.push(...(await purgeSchema(db, config, options, { schema, tables })));
  }
  return purged;
}

/**
 * Brings back what the run has purged, as it was then; does nothing where nothing was purged. The tables with what was written since
 * are kept aside until `prune`. Needs the lock. Throws RESTORE_FAILED, SCRATCH_UNUSABLE, BACKUP_DAMAGED, DISK_FULL, DISK_FAILED,
 * LOCK_LOST, DATABASE_LOST.
 */
export async function restorePurged(
  db: Database,
  config: DatabaseConfig,
  { run, backups }: Pick<PurgeOptions, 'run' | 'backups'>,
): Promise<void> {
  await assertLock(db);
  const purged = await readPurged(db, run);
  for (const schema of schemasOf(db)) {
    const recorded = purged.some((table) => table.schema === schema);
    const backup = await backups.find(schema);
    if (!backup && recorded)
      throw restoreFailed(schema, `Run ${run} has purged tables, and the backup of them is nowhere.`);
    if (!backup || !(recorded || (await wasEmptiedUnrecorded(db, schema, backup)))) continue;
    const names = new Set(backup.tables.map(({ name }) => name));
    const differences = async () => {
      const now = await describeTables(db, schema);
      return compareTables(
        backup.tables,
        now.filter(({ name }) => names.has(name)),
      );
    };
    if ((await differences()).length) {
      await exchangeTables(db, config, backup, { run, schema, givesWay: (table) => names.has(table) });
    }
    const left = await differences();
    if (left.length) throw restoreFailed(schema, `After the restore of the purged tables: ${left.join('; ')}.`);
    await forgetPurged(db, run, schema);
  }
}

async function purgeSchema(
  db: Database,
  config: DatabaseConfig,
  { run, backups, tools = defaultTools }: PurgeOptions,
  what: { readonly schema: string; readonly tables: readonly string[] },
): Promise<PurgedTable[]> {
  const { schema } = what;
  const earlier = await backups.find(schema);
  // The dump that holds the rows must not be replaced.
  const kept = earlier && (await wasEmptiedUnrecorded(db, schema, earlier)) ? earlier : undefined;
  const made = kept ?? (await dumpSchema(db, config, backups.folder(schema), tools, what));
  const backup = await proveBackup(db, config, made);
  await backups.keep(schema, backup);
  await preparePurgeRecord(db);
  const purged = backup.tables.map(({ name, rows }) => ({ schema, table: name, rows }));
  await assertLock(db);
  await db.work('START TRANSACTION');
  try {
    for (const { name } of backup.tables) await db.change(`DELETE FROM ${quoteTable(schema, name)}`);
    for (const table of purged) await writePurged(db, run, table);
    await db.work('COMMIT');
  } catch (error) {
    if (!isLost(error)) await db.work('ROLLBACK');
    throw error;
  }
  return purged;
}

/** Did a purge that was killed empty a table that knows no transactions? One that held rows at backup time holds none now. */
async function wasEmptiedUnrecorded(db: Database, schema: string, backup: Backup): Promise<boolean> {
  const suspects = backup.tables.filter(({ rows, definition }) => rows > 0 && !/ENGINE=InnoDB/i.test(definition));
  if (suspects.length === 0) return false;
  const now = new Map((await dataChecksums(db, schema)).map(({ name, rows }) => [name, rows]));
  return suspects.some(({ name }) => now.get(name) === 0);
}
