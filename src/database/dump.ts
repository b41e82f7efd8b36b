// The database backed up by the client's own dump program.

import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { DatabaseConfig } from '../config/config.ts';
import { onDisk } from '../engine/disk.ts';
import { UpgradeError } from '../engine/errors.ts';
import { makeFolder } from '../engine/folders.ts';
import type { Saying } from '../messages/phrases.ts';
import {
  type Backup,
  compareTables,
  describeTables,
  dumpFile,
  isBackupCurrent,
  isComplete,
  readBackup,
  renameDurably,
  writeBackup,
} from './backup.ts';
import { type ClientTools, type DumpClient, defaultTools, findDumpClient, runDump } from './client.ts';
import type { Database } from './database.ts';
import { tableNames } from './fingerprint.ts';
import { exactFloats } from './float-values.ts';
import { isOwnTable } from './names.ts';

export { type Backup, isBackupCurrent, readBackup } from './backup.ts';
export { proveBackup } from './proof.ts';

/**
 * Dumps MYSQL_DB without our own book-keeping into `dir` and describes what the dump must restore to. A good backup of the very
 * state of now that is there already is taken as it is. Call it before the migration begins and while nobody writes.
 * Throws BACKUP_FAILED, BACKUP_DAMAGED, DUMP_CLIENT_MISSING, DISK_FULL, DISK_FAILED.
 */
export async function dumpDatabase(
  db: Database,
  config: DatabaseConfig,
  dir: string,
  tools: ClientTools = defaultTools,
): Promise<Backup> {
  const earlier = await readBackup(dir);
  if (earlier && (await isBackupCurrent(db, earlier))) return earlier;
  if (earlier) await refuseToReplace(db, earlier);
  return dumpSchema(db, config, dir, tools, { schema: db.name });
}

/** Dumps a schema, or only some of its tables. Throws BACKUP_FAILED, DUMP_CLIENT_MISSING, DISK_FULL, DISK_FAILED. */
export async function dumpSchema(
  db: Database,
  config: DatabaseConfig,
  dir: string,
  tools: ClientTools,
  what: { readonly schema: string; readonly tables?: readonly string[] },
): Promise<Backup> {
  await onDisk(dir, () => makeFolder(dir, 0o700));
  const client = await findDumpClient(db, config, tools);
  const describe = async () => {
    const tables = await describeTables(db, what.schema);
    return what.tables ? tables.filter(({ name }) => what.tables?.includes(name)) : tables;
  };
  const tables = await describe();
  const ignored = what.tables ? [] : (await tableNames(db, what.schema, true)).filter(isOwnTable);
  const partial = `${dumpFile(dir)}.partial`;
  const source = { schema: what.schema, tables: what.tables ?? [], ignored };
  const names = tables.map(({ name }) => name);
  const written = await dumpInto(partial, { db, config, tools, client, source, names });
  const changed = compareTables(tables, await describe());
  if (changed.length) {
    const remedy = 'Stop whatever writes to it, then run the same command again.';
    throw failed(what.schema, `It was written to while it was dumped: ${changed.join('; ')}.`, remedy);
  }
  await onDisk(dumpFile(dir), () => renameDurably(dir, partial, dumpFile(dir)));
  const [clock] = await db.query("SELECT DATE_FORMAT(UTC_TIMESTAMP(), '%Y-%m-%dT%H:%i:%sZ') AS now");
  const backup: Backup = {
    schema: 1,
    dir,
    database: what.schema,
    server: { flavour: db.flavour, version: db.version },
    client: `${client.flavour} ${client.version.join('.')}`,
    sizeBytes: written.sizeBytes,
    sha256: written.digest,
    createdAt: String(clock?.['now']),
    tables,
    proven: false,
  };
  await writeBackup(backup);
  return backup;
}

/**
 * Dumps MYSQL_DB without our own book-keeping into a file, as it is at one moment, while others go on writing to it: a copy to work with,
 * and no backup. Throws BACKUP_FAILED, DUMP_CLIENT_MISSING, DISK_FULL, DISK_FAILED.
 */
export async function copyDatabase(
  db: Database,
  config: DatabaseConfig,
  file: string,
  tools: ClientTools = defaultTools,
): Promise<void> {
  const client = await findDumpClient(db, config, tools);
  const all = await tableNames(db, db.name, true);
  const source = { schema: db.name, tables: [], ignored: all.filter(isOwnTable) };
  const names = all.filter((name) => !isOwnTable(name));
  await dumpInto(file, { db, config, tools, client, source, names });
}

interface DumpWork {
  readonly db: Database;
  readonly config: DatabaseConfig;
  readonly tools: ClientTools;
  readonly client: DumpClient;
  readonly source: { readonly schema: string; readonly tables: readonly string[]; readonly ignored: readonly string[] };
  /** Of the tables that are dumped. */
  readonly names: readonly string[];
}

async function dumpInto(file: string, { db, config, tools, client, source, names }: DumpWork): Promise<Written> {
  let written: Written | undefined;
  try {
    await runDump(db, config, tools, client, source, async (output) => {
      const content = withExactFloats(output, exactFloats(db, source.schema, names));
      written = await onDisk(file, () => writeDump(content, file));
    });
  } catch (error) {
    // Half a dump is worth nothing, and its room may be needed. That it cannot be removed is of no consequence.
    await rm(file, { force: true }).catch(() => undefined);
    throw error;
  }
  if (!written || !isComplete(written.tail)) throw failed(source.schema, 'The dump lacks its last line.');
  return written;
}

/** The dump, and behind its last line what it lacks. Half a dump is left as it is, to be told by its missing last line. */
async function* withExactFloats(output: Readable, floats: AsyncIterable<string>): AsyncGenerator<Buffer> {
  let tail = '';
  for await (const chunk of output as AsyncIterable<Buffer>) {
    tail = lastCharacters(tail, chunk);
    yield chunk;
  }
  if (!isComplete(tail)) return;
  let isFirst = true;
  for await (const statement of floats) {
    if (isFirst) yield Buffer.from('\n-- FLOAT values of which the lines above have six digits only\n');
    isFirst = false;
    yield Buffer.from(statement);
  }
  if (!isFirst) yield Buffer.from('\n-- Dump completed\n');
}

function lastCharacters(tail: string, chunk: Buffer): string {
  return (tail + chunk.subarray(-256).toString('utf8')).slice(-256);
}

interface Written {
  readonly sizeBytes: number;
  readonly digest: string;
  readonly tail: string;
}

async function writeDump(content: AsyncIterable<Buffer>, file: string): Promise<Written> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  let tail = '';
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      sizeBytes += chunk.length;
      tail = lastCharacters(tail, chunk);
      done(null, chunk);
    },
  });
  await pipeline(content, measure, createWriteStream(file, { mode: 0o600 }));
  const handle = await open(file, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { sizeBytes, digest: hash.digest('hex'), tail };
}

/** Rows may have changed since an earlier try, but another structure means that a migration ran: that backup is the only good one. */
async function refuseToReplace(db: Database, earlier: Backup): Promise<void> {
  const now = await describeTables(db, db.name);
  const structure = (backup: Backup['tables']) =>
    JSON.stringify(backup.map(({ name, definition }) => [name, definition]));
  if (structure(earlier.tables) === structure(now)) return;
  const found = `${earlier.dir} holds a backup of ${earlier.createdAt}, and the tables have changed since.`;
  throw failed(db.name, found, 'Run `recover` first, which uses that backup.');
}

function failed(schema: string, found: string, remedy?: Saying): UpgradeError {
  const finding = { code: 'BACKUP_FAILED', where: `database ${schema}`, found } as const;
  return new UpgradeError(remedy ? { ...finding, remedy } : finding);
}
