// The built-in migration (MYSQL_FILE=auto) for the schema that is found, and when it is offered to those who brought a file.

import type { Database } from '../database/database.ts';
import { type ColumnFacts, columnFacts } from '../database/inspect.ts';
import { readLedger } from '../database/ledger.ts';
import { plannedStatements } from '../database/migration.ts';
import { causeOf } from '../database/server-errors.ts';
import { parseStatements, type Statement } from '../database/statements.ts';
import { builtInMigration, detectSchemaLevel, levelOfVersion } from '../eggroll/migrations.ts';
import { UpgradeError } from '../engine/errors.ts';
import { type Fixed, phrase } from '../messages/phrases.ts';

/** The statements from the schema of now to that of `version`, none when it is there. Throws SQL_INVALID when none are known. */
export async function builtInStatements(database: Database, version: string): Promise<readonly Statement[]> {
  // A built-in migration that was interrupted goes on as it was planned; the schema of now is half-way.
  const interrupted = await interruptedStatements(database);
  if (interrupted.length > 0) return interrupted;
  const due = dueMigration(await columnFacts(database, database.name), version);
  if ('refusal' in due) {
    const remedy = 'Give the migration as a file by MYSQL_FILE.';
    throw new UpgradeError({ code: 'SQL_INVALID', where: `database ${database.name}`, found: due.refusal, remedy });
  }
  // As if they had come from a file.
  const text = due.statements.map((statement) => `${statement};\n`).join('');
  return text === '' ? [] : parseStatements(text, 'built-in migration', database.name);
}

// Something is there already, or is missing, or the statement is no SQL: typical of SQL that was written for another schema.
const otherSchema = new Set([1050, 1051, 1054, 1060, 1061, 1064, 1068, 1072, 1075, 1091, 1146]);

/** Adds to a statement's failure that the built-in migration would do it, where that is so. Gives any other error back as it is. */
export async function offerBuiltIn(error: unknown, database: Database, version: string): Promise<unknown> {
  if (!(error instanceof UpgradeError) || !otherSchema.has(causeOf(error).errno)) return error;
  const due = dueMigration(await columnFacts(database, database.name), version);
  if ('refusal' in due) return error;
  const count = due.statements.length;
  const remedy = phrase(count === 0 ? offers.none : count === 1 ? offers.one : offers.several, {
    level: due.level,
    version,
    count,
  });
  return new UpgradeError({ ...error.findings[0], remedy }, { cause: error.cause });
}

const offers = {
  none: 'The tables are those of EggRoll {level}; the statement may be meant for others. For {version} there is nothing to do: set MYSQL_FILE=auto, then run the same command again.',
  one: 'The tables are those of EggRoll {level}; the statement may be meant for others. For {version} 1 statement leads there: set MYSQL_FILE=auto, then run the same command again.',
  several:
    'The tables are those of EggRoll {level}; the statement may be meant for others. For {version} {count} statements lead there: set MYSQL_FILE=auto, then run the same command again.',
} as const;

/** What the upgrade guide's SQL does wrong, in tables that are as `columns` say; empty when nothing is. */
export function describeFlaws(columns: readonly ColumnFacts[]): Fixed[] {
  const { misnamedOptionId, nullableLocatorId } = detectSchemaLevel(columns);
  const flaws: Fixed[] = [];
  if (misnamedOptionId)
    flaws.push('the key column of session_option is called store_option_id, which 3.x does not find');
  if (nullableLocatorId) flaws.push('store_option.store_locator_id may be NULL');
  return flaws;
}

interface Due {
  readonly level: string;
  readonly statements: readonly string[];
}

function dueMigration(columns: readonly ColumnFacts[], version: string): Due | { readonly refusal: string } {
  const detected = detectSchemaLevel(columns);
  if (detected.level === 'unknown')
    return { refusal: `The schema is none of EggRoll's: ${detected.reasons.join('; ')}.` };
  const target = levelOfVersion(version);
  if (!target) return { refusal: `No schema is known for version ${version}.` };
  const migration = builtInMigration(detected.level, target, detected);
  return 'refusal' in migration ? migration : { level: detected.level, statements: migration.statements };
}

// The statements of a run of which some have begun and some are not done.
async function interruptedStatements(database: Database): Promise<Statement[]> {
  const rows = await readLedger(database);
  const half = rows.find(
    ({ run, state }) => state !== 'planned' && rows.some((row) => row.run === run && row.state !== 'done'),
  );
  return half ? plannedStatements(database, half.run) : [];
}
