// A backup on disk: `dump.sql`, and `backup.json` that says what it must restore to. backup.json is written last, so that a folder
// without it holds no backup.

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { onDisk } from '../engine/disk.ts';
import { UpgradeError } from '../engine/errors.ts';
import { seal, unseal } from '../engine/sealed.ts';
import type { Database } from './database.ts';
import { dataChecksums } from './fingerprint.ts';
import { quoteTable } from './names.ts';

export interface BackupTable {
  readonly name: string;
  readonly rows: number;
  readonly checksum: string;
  /** SHOW CREATE TABLE, without the counter AUTO_INCREMENT. */
  readonly definition: string;
}

export interface Backup {
  readonly schema: 1;
  /** The folder; not part of backup.json, as folders move. */
  readonly dir: string;
  readonly database: string;
  readonly server: { readonly flavour: 'mysql' | 'mariadb'; readonly version: string };
  readonly client: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** By the server's clock, UTC. */
  readonly createdAt: string;
  readonly tables: readonly BackupTable[];
  /** True when it was restored to a scratch schema and found equal. */
  readonly proven: boolean;
}

const dumpName = 'dump.sql';
const recordName = 'backup.json';

export function dumpFile(dir: string): string {
  return join(dir, dumpName);
}

/** The two files of a backup, the one that makes it a backup last. */
export const backupFiles = [dumpName, recordName] as const;

/**
 * Reads a backup and checks the dump against it: size, SHA-256, last line. Undefined when the folder holds none.
 * Throws BACKUP_DAMAGED, DISK_FAILED.
 */
export function readBackup(dir: string): Promise<Backup | undefined> {
  return onDisk(dir, () => readAndCheck(dir));
}

async function readAndCheck(dir: string): Promise<Backup | undefined> {
  const text = await readFile(join(dir, recordName), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const backup = parseBackup(dir, text);
  const { sizeBytes, digest, tail } = await measureDump(dir);
  if (sizeBytes !== backup.sizeBytes) throw damaged(dir, `It has ${sizeBytes} bytes instead of ${backup.sizeBytes}.`);
  if (digest !== backup.sha256) throw damaged(dir, `Its SHA-256 is ${digest} instead of ${backup.sha256}.`);
  if (!isComplete(tail)) throw damaged(dir, 'It lacks the last line of a complete dump.');
  return backup;
}

/** Writes backup.json so that it is there wholly or not at all. Throws DISK_FULL, DISK_FAILED. */
export function writeBackup(backup: Backup): Promise<void> {
  return onDisk(join(backup.dir, recordName), () => writeRecord(backup));
}

async function writeRecord({ dir, ...record }: Backup): Promise<void> {
  const partial = join(dir, `${recordName}.partial`);
  const file = await open(partial, 'w', 0o600);
  try {
    await file.writeFile(seal(record));
    await file.sync();
  } finally {
    await file.close();
  }
  await renameDurably(dir, partial, join(dir, recordName));
}

/** Removes what a try that was killed has left half-made beside a backup. Throws DISK_FULL, DISK_FAILED. */
export async function removePartials(dir: string): Promise<void> {
  for (const name of backupFiles) {
    const partial = join(dir, `${name}.partial`);
    await onDisk(partial, () => rm(partial, { force: true }));
  }
}

/** A rename that outlives a power cut. */
export async function renameDurably(dir: string, from: string, to: string): Promise<void> {
  await rename(from, to);
  const folder = await open(dir, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** True when the end of a dump holds the line that the client writes last. */
export function isComplete(tail: string): boolean {
  return /(?:^|\n)-- Dump completed[^\n]*\n*$/.test(tail);
}

/** What every table of a schema holds now, in the form of a backup. Reads every row. */
export async function describeTables(db: Database, schema: string): Promise<BackupTable[]> {
  const tables: BackupTable[] = [];
  for (const content of await dataChecksums(db, schema)) {
    const [created] = await db.query(`SHOW CREATE TABLE ${quoteTable(schema, content.name)}`);
    const definition = String(created?.['Create Table']).replace(/ AUTO_INCREMENT=\d+/, '');
    tables.push({ ...content, definition });
  }
  return tables;
}

/** What differs between two states, in words; empty when they are equal. */
export function compareTables(expected: readonly BackupTable[], found: readonly BackupTable[]): string[] {
  const foundByName = new Map(found.map((table) => [table.name, table]));
  const names = new Set(expected.map(({ name }) => name));
  const differences = found.filter(({ name }) => !names.has(name)).map(({ name }) => `table ${name} is one too many`);
  for (const table of expected) {
    const other = foundByName.get(table.name);
    if (!other) differences.push(`table ${table.name} is missing`);
    else if (other.definition !== table.definition) differences.push(`table ${table.name} is defined differently`);
    else if (other.rows !== table.rows) {
      differences.push(`table ${table.name} has ${other.rows} rows instead of ${table.rows}`);
    } else if (other.checksum !== table.checksum) differences.push(`table ${table.name} has other content`);
  }
  return differences;
}

/** Is the database still, or again, what it was at backup time? */
export async function isBackupCurrent(db: Database, backup: Backup): Promise<boolean> {
  return (await differencesFrom(db, db.name, backup)).length === 0;
}

/** What differs between a schema and the state at backup time. */
export async function differencesFrom(db: Database, schema: string, backup: Backup): Promise<string[]> {
  return compareTables(backup.tables, await describeTables(db, schema));
}

/** The description of a backup in the bytes of backup.json. Throws BACKUP_DAMAGED. */
export function parseBackup(dir: string, bytes: Buffer | string): Backup {
  const record = unseal(bytes) as Omit<Backup, 'dir'> | undefined;
  if (record?.schema !== 1) throw damaged(dir, `${recordName} does not fit its own digest.`);
  return { ...record, dir };
}

async function measureDump(dir: string): Promise<{ sizeBytes: number; digest: string; tail: string }> {
  const file = dumpFile(dir);
  const info = await stat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw damaged(dir, `${dumpName} is missing.`);
    throw error;
  });
  const hash = createHash('sha256');
  let tail = '';
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    tail = (tail + chunk.subarray(-256).toString('utf8')).slice(-256);
  }
  return { sizeBytes: info.size, digest: hash.digest('hex'), tail };
}

function damaged(dir: string, found: string): UpgradeError {
  return new UpgradeError({ code: 'BACKUP_DAMAGED', where: dumpFile(dir), found });
}
