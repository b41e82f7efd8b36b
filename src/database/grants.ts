// Whether the account may do what a run will do. Each right is tried with a statement that is sure to fail for another reason:
// the server looks at rights first, so its error tells whether the right is there, and nothing is changed.

import type { DatabaseConfig } from '../config/config.ts';
import { compareVersions } from '../eggroll/versions.ts';
import type { Finding } from '../engine/errors.ts';
import { UpgradeError } from '../engine/errors.ts';
import { phrase } from '../messages/phrases.ts';
import { type ClientTools, defaultTools, findDumpClient } from './client.ts';
import type { Database } from './database.ts';
import { readLedger } from './ledger.ts';
import { isNamedBy } from './migration.ts';
import { isOwnTable, quoteName, quoteTable } from './names.ts';
import { type SchemaObject, unsupportedObjects } from './objects.ts';
import { fateSchema, purgedTables, schemasOf } from './purge-tables.ts';
import { scratchObjection } from './scratch-schema.ts';
import { optionalQuery } from './session.ts';

const denied = new Set([1044, 1142, 1143, 1227, 1370]);
const probeTable = 'eggroll_upgrade_probe';

const tries: ReadonlyMap<string, (table: string, schema: string) => string> = new Map([
  ['SELECT', (table: string) => `SELECT 1 FROM ${table}`],
  ['INSERT', (table: string) => `INSERT INTO ${table} VALUES (1)`],
  ['UPDATE', (table: string) => `UPDATE ${table} SET a = 1`],
  ['DELETE', (table: string) => `DELETE FROM ${table}`],
  ['CREATE', (table: string) => `CREATE TABLE ${table} (a INT, a INT)`],
  ['ALTER', (table: string) => `ALTER TABLE ${table} ADD COLUMN a INT`],
  ['DROP', (table: string) => `DROP TABLE ${table}`],
  ['INDEX', (table: string) => `CREATE INDEX i ON ${table} (a)`],
  ['EVENT', (_: string, schema: string) => `SHOW EVENTS FROM ${quoteName(schema)}`],
]);

// Without TRIGGER and EVENT a dump would leave triggers out without a word, or fail.
const rightsOnDatabase = [...tries.keys(), 'TRIGGER'];
const rightsOnScratch = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'CREATE', 'ALTER', 'DROP', 'INDEX'];
const rightsForPurge = ['SELECT', 'INSERT', 'DELETE', 'CREATE', 'ALTER', 'DROP', 'EVENT', 'TRIGGER'];

/**
 * Everything that would stop a run at this database: missing rights as the GRANT statement to run, a scratch schema that cannot
 * be had (unless REQUIRE_PROOF=false: see `scratchFindings`), a read-only server, objects that cannot be put back, tables
 * that the server would not make again as they are, no dump client.
 */
export async function checkGrants(
  db: Database,
  config: DatabaseConfig,
  tools: ClientTools = defaultTools,
): Promise<Finding[]> {
  const where = `database ${db.name}`;
  if (!db.exists) return [{ code: 'DATABASE_MISSING', where, found: `The server has no database ${db.name}.` }];
  // Much of what follows asks for what an older server does not know.
  if (isTooOld(db)) return [{ code: 'DATABASE_TOO_OLD', where, found: `The server is ${db.flavour} ${db.version}.` }];
  const findings: Finding[] = [];
  const [server] = await db.query('SELECT @@GLOBAL.read_only AS readOnly');
  if (Number(server?.['readOnly']) === 1) {
    findings.push({ code: 'DATABASE_READ_ONLY', where, found: 'The server is read-only (read_only=ON).' });
  }
  findings.push(...(await missingRights(db, db.name, rightsOnDatabase)));
  if (config.requireProof) findings.push(...(await scratchFindings(db, config)));
  findings.push(...(await purgeFindings(db, config.purge)));
  const unsupported = await unsupportedObjects(db, db.name, await isNotHalfMade(db));
  if (unsupported.length) {
    findings.push({ code: 'DATABASE_UNSUPPORTED', where, found: `It holds ${unsupported.join(', ')}.` });
  }
  findings.push(...(await keyFindings(db, config.purge)));
  findings.push(...(await clientFindings(db, config, tools)));
  return findings;
}

/** Leaves out what a migration has made that stopped half-way: that goes when it is resumed, or put back. */
async function isNotHalfMade(db: Database): Promise<(object: SchemaObject) => boolean> {
  const rows = await readLedger(db);
  const unfinished = new Set(rows.filter(({ state }) => state !== 'done').map(({ run }) => run));
  const isNamed = isNamedBy(rows.filter(({ run, state }) => unfinished.has(run) && state !== 'planned'));
  return ({ name, table }) => !(isNamed({ name }) || (table !== undefined && isNamed({ name: table })));
}

/** Older ones keep no column's expression, which says whether a row can be copied as it is. */
export function isTooOld({ flavour, version }: Pick<Database, 'flavour' | 'version'>): boolean {
  return compareVersions(version, flavour === 'mysql' ? '5.7.0' : '10.2.0') < 0;
}

async function clientFindings(db: Database, config: DatabaseConfig, tools: ClientTools): Promise<readonly Finding[]> {
  try {
    await findDumpClient(db, config, tools);
    return [];
  } catch (error) {
    if (error instanceof UpgradeError) return error.findings;
    throw error;
  }
}

/** Why the scratch schema cannot be had; empty when it can. Only a warning where REQUIRE_PROOF=false. */
export async function scratchFindings(db: Database, config: DatabaseConfig): Promise<Finding[]> {
  const objection = await scratchObjection(db, config.scratchName);
  if (objection) return [{ code: 'SCRATCH_UNUSABLE', where: `schema ${config.scratchName}`, found: objection }];
  return missingRights(db, config.scratchName, rightsOnScratch);
}

/** True when the scratch schema can be had. */
export async function canUseScratch(db: Database, config: DatabaseConfig): Promise<boolean> {
  return (await scratchFindings(db, config)).length === 0;
}

/** What stands against purging FATE's own database. */
async function purgeFindings(db: Database, which: DatabaseConfig['purge']): Promise<Finding[]> {
  const rows = await db.query('SELECT 1 FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ?', [fateSchema]);
  if (rows.length === 0 || db.name === fateSchema || !['fate', 'all'].includes(which)) return [];
  const touched = new Set(await purgedTables(db, fateSchema, which));
  // A view shows whatever table has its name; a foreign key follows the table that is moved aside.
  const matters = ({ kind, table }: SchemaObject) =>
    table === undefined ? kind !== 'view' : kind === 'foreign key' || touched.has(table);
  const unsupported = await unsupportedObjects(db, fateSchema, matters);
  const where = `database ${fateSchema}`;
  return [
    ...(await missingRights(db, fateSchema, rightsForPurge)),
    ...(unsupported.length
      ? [{ code: 'DATABASE_UNSUPPORTED', where, found: `It holds ${unsupported.join(', ')}.` } as const]
      : []),
  ];
}

/** Settings under which the server makes a table without a primary key in another way, or not at all. */
const keySettings = ['sql_require_primary_key', 'sql_generate_invisible_primary_key', 'innodb_force_primary_key'];

/** Tables that could not be restored as they are, because they lack a primary key and the server insists on one. */
async function keyFindings(db: Database, purge: DatabaseConfig['purge']): Promise<Finding[]> {
  const rows = await db.query(
    `SHOW VARIABLES WHERE Variable_name IN (${keySettings.map(() => '?')}) AND Value = 'ON'`,
    [...keySettings],
  );
  const settings = rows.map((row) => String(row['Variable_name']));
  if (settings.length === 0) return [];
  const findings: Finding[] = [];
  for (const schema of schemasOf(db)) {
    const touched = schema === db.name ? undefined : await purgedTables(db, schema, purge);
    const keyless = (await tablesWithoutKey(db, schema)).filter((name) => touched?.includes(name) ?? true);
    if (keyless.length === 0) continue;
    const found = `${settings.join(' and ')} is ON, and these tables have no primary key, so that a backup of them could not be restored: ${keyless.join(', ')}.`;
    const remedy = phrase('As an administrator of the server, for the time of the upgrade, run: {statements}', {
      statements: settings.map((name) => `SET GLOBAL ${name} = OFF;`).join(' '),
    });
    findings.push({ code: 'DATABASE_UNSUPPORTED', where: `database ${schema}`, found, remedy });
  }
  return findings;
}

/** MariaDB is content with a unique key of columns that are never NULL. */
async function tablesWithoutKey(db: Database, schema: string): Promise<string[]> {
  const isKey = db.flavour === 'mysql' ? "MIN(INDEX_NAME) = 'PRIMARY'" : "MAX(NON_UNIQUE) = 0 AND MAX(NULLABLE) = ''";
  const rows = await db.query(
    `SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_TYPE = 'BASE TABLE' AND TABLE_NAME NOT IN (SELECT TABLE_NAME FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = ? GROUP BY TABLE_NAME, INDEX_NAME HAVING ${isKey}) ORDER BY TABLE_NAME`,
    [schema, schema],
  );
  return rows.map((row) => String(row['name'])).filter((name) => !isOwnTable(name));
}

async function missingRights(db: Database, schema: string, rights: readonly string[]): Promise<Finding[]> {
  const missing: string[] = [];
  for (const right of rights) {
    const sql = tries.get(right)?.(quoteTable(schema, probeTable), schema);
    const has = sql ? !denied.has(await db.attempt(sql)) : await isGranted(db, schema, right);
    if (!has) missing.push(right);
  }
  if (missing.length === 0) return [];
  const account = await grantee(db);
  const found = `The account ${account} lacks ${missing.join(', ')}.`;
  const remedy = phrase('As an administrator of the server, run: {statement}', {
    statement: `GRANT ${missing.join(', ')} ON ${quoteName(schema)}.* TO ${account};`,
  });
  return [{ code: 'GRANT_MISSING', where: `database ${schema}`, found, remedy }];
}

/** For a right that cannot be tried without locking a table in use: is it in the server's list? A role may hold it unseen. */
async function isGranted(db: Database, schema: string, right: string): Promise<boolean> {
  const account = await grantee(db);
  const rows = await db.query(
    'SELECT 1 FROM information_schema.SCHEMA_PRIVILEGES WHERE GRANTEE = ? AND PRIVILEGE_TYPE = ? AND ? LIKE TABLE_SCHEMA UNION ALL SELECT 1 FROM information_schema.USER_PRIVILEGES WHERE GRANTEE = ? AND PRIVILEGE_TYPE = ?',
    [account, right, schema, account, right],
  );
  if (rows.length > 0) return true;
  const [role] = (await optionalQuery(db, 'SELECT CURRENT_ROLE() AS name', [])) ?? [];
  return !['NONE', 'null', 'undefined'].includes(String(role?.['name']));
}

/** The account that the server chose for this login, quoted for GRANT. */
async function grantee(db: Database): Promise<string> {
  const [row] = await db.query('SELECT CURRENT_USER() AS account');
  const account = String(row?.['account']);
  const at = account.lastIndexOf('@');
  return `'${account.slice(0, at)}'@'${account.slice(at + 1)}'`;
}
