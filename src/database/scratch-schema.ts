// The scratch schema: a second schema on the same server that a run makes, uses and drops.
//
// A marker table tells ours from a schema of somebody else. A schema that holds anything but no marker is never touched.

import type { DatabaseConfig } from '../config/config.ts';
import { UpgradeError } from '../engine/errors.ts';
import type { Database } from './database.ts';
import { quoteName, quoteTable, sha256 } from './names.ts';
import { codeObjects, describeObject, dropObjects, everyTable } from './objects.ts';

const marker = 'eggroll_upgrade_scratch';

/** The marker's comment, which is there as soon as the marker is. */
const origins = { made: 'a run made this schema', found: 'this schema was there before, and empty' } as const;

/** Why the scratch schema may not be used; undefined when it may (absent, empty, or left over by a run). */
export async function scratchObjection(db: Database, name: string): Promise<string | undefined> {
  if (name.toLowerCase() === db.name.toLowerCase()) return 'MYSQL_SCRATCH_DB is MYSQL_DB itself.';
  const tables = await everyTable(db, name);
  const names = [...tables, ...(await codeObjects(db, name)).map(describeObject)];
  if (names.length === 0 || tables.includes(marker)) return undefined;
  return `It exists and holds what is not ours: ${names.slice(0, 5).join(', ')}${names.length > 5 ? ', …' : ''}.`;
}

/**
 * Makes the scratch schema, runs `use` with its name, and drops it again, whatever happened. What an earlier run left is dropped
 * first. A schema that was there before and empty stays, empty, with the character set of MYSQL_DB.
 * Throws SCRATCH_UNUSABLE and GRANT_MISSING.
 */
export async function withScratch<T>(
  db: Database,
  config: DatabaseConfig,
  use: (schema: string) => Promise<T>,
): Promise<T> {
  const schema = config.scratchName;
  await takeScratchLock(db, schema);
  try {
    await makeScratch(db, schema);
    return await use(schema);
  } finally {
    await leaveScratch(db, schema);
  }
}

/** Drops what a killed run has left of the scratch schema. One without our marker, or in use by another run, is not touched. */
export async function clearScratch(db: Database, config: DatabaseConfig): Promise<void> {
  const schema = config.scratchName;
  const [row] = await db.query('SELECT GET_LOCK(?, 2) AS got', [scratchLock(schema)]);
  if (Number(row?.['got'] ?? 0) !== 1) return;
  await removeScratch(db, schema);
  await db.query('SELECT RELEASE_LOCK(?) AS released', [scratchLock(schema)]);
}

async function makeScratch(db: Database, schema: string): Promise<void> {
  const objection = await scratchObjection(db, schema);
  if (objection) throw new UpgradeError({ code: 'SCRATCH_UNUSABLE', where: `schema ${schema}`, found: objection });
  await removeScratch(db, schema);
  const origin = (await schemaExists(db, schema)) ? origins.found : origins.made;
  const charset = await charsetOf(db);
  if (origin === origins.made) await db.work(`CREATE DATABASE ${quoteName(schema)} ${charset}`);
  const table = quoteTable(schema, marker);
  await db.work(`CREATE TABLE ${table} (id INT PRIMARY KEY) ENGINE=InnoDB COMMENT = ?`, [origin]);
  if (origin === origins.found) await db.work(`ALTER DATABASE ${quoteName(schema)} ${charset}`);
}

/** Drops a schema that carries our marker: wholly if we made it, else all that it holds, the marker last. */
async function removeScratch(db: Database, schema: string): Promise<void> {
  const names = await everyTable(db, schema);
  if (!names.includes(marker)) return;
  if ((await originOf(db, schema)) === origins.made) return void (await db.work(`DROP DATABASE ${quoteName(schema)}`));
  await dropObjects(db, schema, await codeObjects(db, schema), 'work');
  await db.work('SET SESSION foreign_key_checks = 0');
  for (const name of [...names.filter((candidate) => candidate !== marker), marker]) {
    await db.work(`DROP TABLE ${quoteTable(schema, name)}`);
  }
  await db.work('SET SESSION foreign_key_checks = 1');
}

async function originOf(db: Database, schema: string): Promise<string> {
  const [row] = await db.query(
    'SELECT TABLE_COMMENT AS origin FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ?',
    [schema, marker],
  );
  return String(row?.['origin']);
}

// When the session is lost, the clean-up fails as well: the first error is the one to tell, and the next run removes the rest.
async function leaveScratch(db: Database, schema: string): Promise<void> {
  try {
    await db.work(`USE ${quoteName(db.name)}`);
    await removeScratch(db, schema);
    await db.query('SELECT RELEASE_LOCK(?) AS released', [scratchLock(schema)]);
  } catch (error) {
    if (!(error instanceof UpgradeError)) throw error;
    db.report({ type: 'note', text: `the scratch schema ${schema} is left for the next run: ${error.message}` });
  }
}

/** Two runs on two databases may name one scratch schema; the second waits its turn by failing. */
async function takeScratchLock(db: Database, schema: string): Promise<void> {
  const [row] = await db.query('SELECT GET_LOCK(?, 2) AS got', [scratchLock(schema)]);
  if (Number(row?.['got'] ?? 0) === 1) return;
  const found = 'Another run works in it at this moment.';
  throw new UpgradeError({ code: 'SCRATCH_UNUSABLE', where: `schema ${schema}`, found });
}

function scratchLock(schema: string): string {
  return `eggroll-upgrade-scratch:${sha256(schema.toLowerCase()).slice(0, 24)}`;
}

async function schemaExists(db: Database, schema: string): Promise<boolean> {
  const rows = await db.query('SELECT 1 FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ?', [schema]);
  return rows.length > 0;
}

/** Tables without a character set of their own take the schema's, so the copy gets the same one. */
async function charsetOf(db: Database): Promise<string> {
  const [row] = await db.query(
    'SELECT DEFAULT_CHARACTER_SET_NAME AS charset, DEFAULT_COLLATION_NAME AS collation FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ?',
    [db.name],
  );
  return `CHARACTER SET ${String(row?.['charset'])} COLLATE ${String(row?.['collation'])}`;
}
