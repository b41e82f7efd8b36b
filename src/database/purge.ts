// The guide's clean-up of run-time tables, only when asked for, and only after a backup of what is emptied
// (EGGROLL.md sections 5 and 6).

import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatabaseConfig } from '../config/config.ts';
import { UpgradeError } from '../engine/errors.ts';
import { type Backup, compareTables, describeTables, dumpFile, readBackup } from './backup.ts';
import { type ClientTools, defaultTools } from './client.ts';
import type { Database } from './database.ts';
import { dumpSchema } from './dump.ts';
import { feedDump } from './feed.ts';
import { dataChecksums, tableNames } from './fingerprint.ts';
import { assertLock } from './lock.ts';
import { quoteTable } from './names.ts';
import { isLost } from './server-errors.ts';

export interface PurgedTable {
  readonly schema: string;
  readonly table: string;
  readonly rows: number;
}

/** FATE's own database where it does not share EggRoll's. */
const fateSchema = 'fate_flow';

// Sessions and stores; never server_node, without which ClusterManager knows no nodes.
const eggrollTable = /^(?:session|store)_/;
const fateTables = new Set(
  (
    't_job t_task t_machine_learning_model_info t_model_tag t_tags t_model_operation_log t_engine_registry t_storage_table_meta ' +
    't_session_record t_queue t_data_view t_machine_learning_model_meta componentsummary trackingmetric trackingoutputdatainfo'
  ).split(' '),
);
// The tables of these names without a date are always empty: the rows are in one table per day.
const fateShard = /^t_(?:component_summary|tracking_metric|tracking_output_data_info)_\d{8}$/;

/**
 * Empties the tables that `which` names, in MYSQL_DB and in `fate_flow` beside it, after dumping them below `dir`. All tables of a
 * schema are emptied in one transaction. What was purged by an earlier try is not purged again. Needs the lock.
 * Throws BACKUP_FAILED, BACKUP_DAMAGED, LOCK_LOST, DATABASE_LOST.
 */
export async function purge(
  db: Database,
  config: DatabaseConfig,
  which: 'none' | 'eggroll' | 'fate' | 'all',
  dir: string,
  tools: ClientTools = defaultTools,
): Promise<PurgedTable[]> {
  await assertLock(db);
  const purged: PurgedTable[] = [];
  for (const schema of schemasOf(db)) {
    const tables = (await tableNames(db, schema)).filter((name) => isPurged(name, which, schema === db.name));
    if (tables.length === 0) continue;
    const folder = purgeFolder(dir, schema);
    const earlier = await readRecord(folder);
    purged.push(...(earlier ?? (await purgeSchema(db, config, { schema, tables, folder, tools }))));
  }
  return purged;
}

/** Brings back what `purge` emptied, as it was then; does nothing where nothing was purged. Throws RESTORE_FAILED, BACKUP_DAMAGED. */
export async function restorePurged(db: Database, _config: DatabaseConfig, dir: string): Promise<void> {
  await assertLock(db);
  for (const schema of schemasOf(db)) {
    const folder = purgeFolder(dir, schema);
    const backup = await readBackup(folder);
    if (!backup) continue;
    const differences = async () => {
      const names = new Set(backup.tables.map(({ name }) => name));
      return compareTables(
        backup.tables,
        (await describeTables(db, schema)).filter(({ name }) => names.has(name)),
      );
    };
    if (!(await readRecord(folder)) && !(await wasPurged(db, schema, backup))) continue;
    await writeRecord(folder, backup, schema);
    if ((await differences()).length) await feedBack(db, dumpFile(folder), schema);
    const left = await differences();
    if (left.length) throw failed(schema, `After the restore of the purged tables: ${left.join('; ')}.`);
    await forgetRecord(folder);
  }
}

async function purgeSchema(
  db: Database,
  config: DatabaseConfig,
  what: { schema: string; tables: readonly string[]; folder: string; tools: ClientTools },
): Promise<PurgedTable[]> {
  const { schema, tables, folder, tools } = what;
  const earlier = await readBackup(folder);
  // A killed purge has emptied all or nothing; then its dump is the one that holds the rows, and must not be replaced.
  if (earlier && (await wasPurged(db, schema, earlier))) return writeRecord(folder, earlier, schema);
  const backup = await dumpSchema(db, config, folder, tools, { schema, tables });
  await assertLock(db);
  await db.work('START TRANSACTION');
  try {
    for (const { name } of backup.tables) await db.change(`DELETE FROM ${quoteTable(schema, name)}`);
    await db.work('COMMIT');
  } catch (error) {
    if (!isLost(error)) await db.work('ROLLBACK');
    throw error;
  }
  return writeRecord(folder, backup, schema);
}

/** True when a table that held rows at backup time holds none now. */
async function wasPurged(db: Database, schema: string, backup: Backup): Promise<boolean> {
  const now = new Map((await dataChecksums(db, schema)).map(({ name, rows }) => [name, rows]));
  return backup.tables.some(({ name, rows }) => rows > 0 && now.get(name) === 0);
}

function schemasOf(db: Database): string[] {
  return db.name === fateSchema ? [db.name] : [db.name, fateSchema];
}

function isPurged(table: string, which: 'none' | 'eggroll' | 'fate' | 'all', inEggroll: boolean): boolean {
  if (which === 'none') return false;
  const eggroll = inEggroll && which !== 'fate' && eggrollTable.test(table);
  return eggroll || (which !== 'eggroll' && (fateTables.has(table.toLowerCase()) || fateShard.test(table)));
}

async function feedBack(db: Database, file: string, schema: string): Promise<void> {
  try {
    await feedDump(db, file, schema, 'change');
  } catch (error) {
    if (isLost(error) || !(error instanceof UpgradeError)) throw error;
    throw failed(schema, `${file} could not be restored: ${error.findings[0].found}`, error);
  }
}

function purgeFolder(dir: string, schema: string): string {
  return join(dir, `purged-${schema}`);
}

function recordFile(folder: string): string {
  return join(folder, 'purged.json');
}

async function readRecord(folder: string): Promise<PurgedTable[] | undefined> {
  try {
    return JSON.parse(await readFile(recordFile(folder), 'utf8')) as PurgedTable[];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function writeRecord(folder: string, backup: Backup, schema: string): Promise<PurgedTable[]> {
  const purged = backup.tables.map(({ name, rows }) => ({ schema, table: name, rows }));
  await writeFile(`${recordFile(folder)}.partial`, JSON.stringify(purged));
  await rename(`${recordFile(folder)}.partial`, recordFile(folder));
  return purged;
}

/** After bringing the rows back a purge may be done again. */
async function forgetRecord(folder: string): Promise<void> {
  await rename(recordFile(folder), `${recordFile(folder)}.undone`).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}

function failed(schema: string, found: string, cause?: unknown): UpgradeError {
  return new UpgradeError({ code: 'RESTORE_FAILED', where: `database ${schema}`, found }, { cause });
}
