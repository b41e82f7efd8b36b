// The database's part of the preflight: can we work there, what is its schema, which statements will run?

import type { Host } from '../config/config.ts';
import { connectDatabase, type Database, type DatabaseEvent } from '../database/database.ts';
import { type ColumnFacts, checkGrants, columnFacts, inspectDatabase, scratchFindings } from '../database/inspect.ts';
import { detectSchemaLevel } from '../eggroll/migrations.ts';
import { describeFinding, throwFindings } from '../engine/errors.ts';
import { builtInStatements } from './built-in-migration.ts';
import type { World } from './world.ts';

const eggroll =
  'every table that jobs have stored loses its entry in store_*, and its data stays under data/ without one';
const fate = 'the history of jobs and the registry of models are emptied';
const purgeLosses = { eggroll: [eggroll], fate: [fate], all: [eggroll, fate] } as const;

/** Opens the session with the database; undefined without database work. Throws as `connectDatabase` does. */
export async function connectToDatabase(world: World): Promise<Database | undefined> {
  const { config, emit, owner, signal, looksOnly } = world;
  if (!config.database) return undefined;
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
  world.database = await connectDatabase(config.database, {
    attributes: { holder: owner },
    signal,
    onEvent,
    looksOnly,
  });
  return world.database;
}

/** Opens the session and checks the database. Throws everything it found wrong. */
export async function openDatabase(world: World): Promise<void> {
  const { config, emit, say } = world;
  const database = await connectToDatabase(world);
  if (!database || !config.database) return;
  const findings = await checkGrants(database, config.database);
  // What was made since the upgrade must not keep anybody from going back: a swap of tables leaves it alone, or keeps it aside.
  throwFindings(world.inputs ? findings : findings.filter(({ code }) => code !== 'DATABASE_UNSUPPORTED'));
  if (!config.database.requireProof) {
    for (const finding of await scratchFindings(database, config.database)) {
      const text = describeFinding(finding, config.language);
      const message = say('{finding} REQUIRE_PROOF is false, so the run goes on without proof.', { finding: text });
      emit({ type: 'warning', message });
    }
  }
  const facts = await inspectDatabase(database);
  if (facts.nonInnoDb.length > 0) {
    const message = say('Tables that are not InnoDB are dumped without a snapshot: {tables}.', {
      tables: facts.nonInnoDb.join(', '),
    });
    emit({ type: 'warning', message });
  }
  if (facts.fateTables.length > 0) {
    const message = say(
      '{database} also holds {count} tables of FATE; they are backed up, and put back by `recover`, with it.',
      { database: database.name, count: facts.fateTables.length },
    );
    emit({ type: 'warning', message });
  }
  const { purge } = config.database;
  if (world.inputs && purge !== 'none') {
    const losses = purgeLosses[purge].map((loss) => say(loss)).join('; ');
    const message = say('PURGE={purge}: {losses}. `recover` brings the rows back.', { purge, losses });
    emit({ type: 'warning', message });
  }
  world.schemaBefore ??= levelIn(facts.columns);
  const unlisted = await unlistedNodes(database, facts.columns, config.hosts);
  if (unlisted.length > 0) {
    const message = say('EggRoll knows NodeManagers that no list names: {nodes}. They are left as they are.', {
      nodes: unlisted.join(', '),
    });
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
  return levelIn(await columnFacts(database, database.name));
}

// The guide's statements lead to 2.2.1 but for a misnamed column that 2.x never reads.
function levelIn(columns: readonly ColumnFacts[]): string {
  const { level } = detectSchemaLevel(columns);
  return level === 'seed-migrated' ? '2.2.1' : level;
}

/** Chooses the statements of an upgrade: the file's, or the built-in ones for the schema of now. Throws SQL_INVALID. */
export async function chooseStatements(world: World): Promise<void> {
  const { inputs, database } = world;
  if (!inputs || !database) return;
  world.statements = inputs.statements ?? (await builtInStatements(database, inputs.package.version));
}
