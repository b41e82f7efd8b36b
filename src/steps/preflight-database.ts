// The database's part of the preflight: can we work there, what is its schema, which statements will run?

import type { Host } from '../config/config.ts';
import { connectDatabase, type Database, type DatabaseEvent } from '../database/database.ts';
import { type ColumnFacts, checkGrants, inspectDatabase, scratchFindings } from '../database/inspect.ts';
import { readLedger } from '../database/ledger.ts';
import { plannedStatements } from '../database/migration.ts';
import { parseStatements, type Statement } from '../database/statements.ts';
import { builtInMigration, detectSchemaLevel, levelOfVersion } from '../eggroll/migrations.ts';
import { describeFinding, throwFindings, UpgradeError } from '../engine/errors.ts';
import type { World } from './world.ts';

/** Opens the session and checks the database. Throws everything it found wrong. */
export async function openDatabase(world: World): Promise<void> {
  const { config, emit, owner, signal } = world;
  if (!config.database) return;
  const onEvent = (event: DatabaseEvent) => {
    if (event.type === 'waiting') emit({ type: 'warning', message: `database: ${event.reason}` });
    if (event.type === 'change') {
      emit({
        type: 'change',
        phase: event.phase,
        where: `database ${config.database?.name}`,
        what: withoutRows(event.sql),
      });
    }
  };
  const database = await connectDatabase(config.database, { attributes: { holder: owner }, signal, onEvent });
  world.database = database;
  throwFindings(await checkGrants(database, config.database));
  if (!config.database.requireProof) {
    for (const finding of await scratchFindings(database, config.database)) {
      emit({
        type: 'warning',
        message: `${describeFinding(finding)} REQUIRE_PROOF is false, so the run goes on without proof.`,
      });
    }
  }
  const facts = await inspectDatabase(database);
  if (facts.nonInnoDb.length > 0) {
    const message = `Tables that are not InnoDB are dumped without a snapshot: ${facts.nonInnoDb.join(', ')}.`;
    emit({ type: 'warning', message });
  }
  if (facts.fateTables.length > 0) {
    const message = `${database.name} also holds ${facts.fateTables.length} tables of FATE; they are backed up, and put back by \`recover\`, with it.`;
    emit({ type: 'warning', message });
  }
  world.schemaBefore ??= detectSchemaLevel(facts.columns).level;
  const unlisted = await unlistedNodes(database, facts.columns, config.hosts);
  if (unlisted.length > 0) {
    const message = `EggRoll knows NodeManagers that no list names: ${unlisted.join(', ')}. They are left as they are.`;
    emit({ type: 'warning', message });
  }
}

// Rows are the site's own data: they have no place in an output.
function withoutRows(sql: string): string {
  return sql.replace(/\bVALUES\b.*/is, 'VALUES …');
}

// A warning only: the table may hold other names of the same hosts, and hosts that are gone.
async function unlistedNodes(database: Database, columns: readonly ColumnFacts[], hosts: readonly Host[]) {
  if (!columns.some(({ table, column }) => table === 'server_node' && column === 'node_type')) return [];
  const rows = await database.query(
    "SELECT DISTINCT host FROM server_node WHERE node_type = 'NODE_MANAGER' AND status = 'HEALTHY' ORDER BY host",
  );
  const listed = new Set(hosts.map(({ name }) => name.toLowerCase()));
  return rows.map((row) => String(row['host'])).filter((host) => !listed.has(host.toLowerCase()));
}

/** The schema level of the database now, `unknown` when it is none of EggRoll's. */
export async function schemaLevel(database: Database): Promise<string> {
  return detectSchemaLevel((await inspectDatabase(database)).columns).level;
}

/** Chooses the statements of an upgrade: the file's, or the built-in ones for the schema of now. Throws SQL_INVALID. */
export async function chooseStatements(world: World): Promise<void> {
  const { inputs, database } = world;
  if (!inputs || !database) return;
  world.statements = inputs.statements ?? (await chooseBuiltIn(database, inputs.package.version));
}

async function chooseBuiltIn(database: Database, version: string): Promise<readonly Statement[]> {
  // A built-in migration that was interrupted goes on as it was planned; the schema of now is half-way.
  const interrupted = await interruptedStatements(database);
  if (interrupted.length > 0) return interrupted;
  const where = `database ${database.name}`;
  const remedy = 'Give the migration as a file by MYSQL_FILE.';
  const { columns } = await inspectDatabase(database);
  const detected = detectSchemaLevel(columns);
  if (detected.level === 'unknown') {
    const found = `The schema is none of EggRoll's: ${detected.reasons.join('; ')}.`;
    throw new UpgradeError({ code: 'SQL_INVALID', where, found, remedy });
  }
  const target = levelOfVersion(version);
  const migration = target ? builtInMigration(detected.level, target, detected) : undefined;
  if (!migration || 'refusal' in migration) {
    const found = migration?.refusal ?? `No schema is known for version ${version}.`;
    throw new UpgradeError({ code: 'SQL_INVALID', where, found, remedy });
  }
  return builtInStatements(migration.statements, database.name);
}

// The statements of a run of which some have begun and some are not done.
async function interruptedStatements(database: Database): Promise<Statement[]> {
  const rows = await readLedger(database);
  const half = rows.find(
    ({ run, state }) => state !== 'planned' && rows.some((row) => row.run === run && row.state !== 'done'),
  );
  return half ? plannedStatements(database, half.run) : [];
}

// As if they had come from a file.
function builtInStatements(sql: readonly string[], databaseName: string): Statement[] {
  return sql.length === 0
    ? []
    : parseStatements(sql.map((statement) => `${statement};\n`).join(''), 'built-in migration', databaseName);
}
