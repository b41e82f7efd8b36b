// Before a migration is resumed or a new one begun: is the database what its ledger says? A person may have been there in between.
// Rows may change, and so may tables that the migration does not name.

import type { DatabaseConfig } from '../config/config.ts';
import { UpgradeError } from '../engine/errors.ts';
import { phrase } from '../messages/phrases.ts';
import type { Database } from './database.ts';
import { compareStructures, schemaFingerprint } from './fingerprint.ts';
import { readLedger, readLedgerOf } from './ledger.ts';
import { describeDifferences, isNamedBy, refuseMismatch, tookEffect } from './migration.ts';
import type { Statement } from './statements.ts';

/**
 * What the migration would refuse on its way: other statements than the run began with, or tables that changed in the middle of a
 * statement in a way that is not its own. Throws LEDGER_MISMATCH.
 */
export async function expectResumableMigration(
  db: Database,
  config: DatabaseConfig,
  run: string,
  statements: readonly Statement[],
): Promise<void> {
  const rows = await readLedger(db);
  refuseMismatch(config, run, statements, rows);
  for (const row of rows) if (row.run === run && row.state === 'intent') await tookEffect(db, row);
}

/** The tables of the migration are as its last statement left them. Throws LEDGER_MISMATCH. */
export async function expectMigratedTables(db: Database, run: string): Promise<void> {
  const { differences, index } = await differencesSince(db, run);
  if (differences.size === 0) return;
  const found = `The tables are not as statement ${index} of run ${run} left them: ${describeDifferences(differences)}.`;
  const remedy = 'Take these changes back and run `upgrade` again; or run `recover`, which keeps the tables aside.';
  throw new UpgradeError({ code: 'LEDGER_MISMATCH', where: `database ${db.name}`, found, remedy });
}

/** Did somebody put the tables of a migration back to what they were before it, and leave its ledger? */
export async function wasTakenBack(db: Database, run: string): Promise<boolean> {
  if ((await differencesSince(db, run)).differences.size === 0) return false;
  const rows = await readLedgerOf(db, run);
  const { before } = rows.find(({ state }) => state === 'done') ?? {};
  const { tables } = await schemaFingerprint(db, db.name);
  return before !== undefined && compareStructures(before, tables.filter(isNamedBy(rows))).size === 0;
}

async function differencesSince(db: Database, run: string) {
  const rows = await readLedgerOf(db, run);
  const last = rows.filter(({ state, after }) => state === 'done' && after !== undefined).at(-1);
  // In the middle of a statement the tables may be as before it or as after it.
  const isUnsettled = rows.some(({ state }) => state === 'intent' || state === 'failed');
  if (isUnsettled || !last?.after) return { differences: new Map<string, string>(), index: 0 };
  const { tables } = await schemaFingerprint(db, db.name);
  return { differences: compareStructures(last.after, tables.filter(isNamedBy(rows))), index: last.index };
}

/** For a new run: no migration has stopped half-way of which the nodes know nothing. Throws LEDGER_MISMATCH. */
export async function refuseUnknownMigration(db: Database): Promise<void> {
  const rows = await readLedger(db);
  const half = rows.find(
    (row) => row.state !== 'done' && rows.some((other) => isBegun(other) && other.run === row.run),
  );
  if (!half) return;
  const found = `The migration of run ${half.run} stopped at statement ${half.index}, and no node holds an unfinished run of that name.`;
  const remedy = phrase(
    'Put the folders .eggroll-upgrade/runs/{run} of the nodes back and run `recover`; or put the database back from a backup of your own and remove the rows of that run from eggroll_upgrade_ledger.',
    { run: half.run },
  );
  throw new UpgradeError({ code: 'LEDGER_MISMATCH', where: `database ${db.name}`, found, remedy });
}

function isBegun({ state }: { readonly state: string }): boolean {
  return state !== 'planned';
}
