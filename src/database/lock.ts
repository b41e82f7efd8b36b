// The advisory lock of a run: GET_LOCK in the very session that runs the statements, so that it ends when that session does.

import { UpgradeError } from '../engine/errors.ts';
import type { Database } from './database.ts';
import { sha256 } from './names.ts';
import { currentSchema, optionalQuery, sessions, waitForStatement } from './session.ts';

// The server frees the locks of a session a moment after its client has gone.
const endingSeconds = 2;

/**
 * Takes the lock of MYSQL_DB for this session; false when another session holds it and does not just end. `holder` goes into the
 * statement, for the administrator who reads the server's log.
 */
export function takeLock(db: Database, holder: string): Promise<boolean> {
  return getLock(db, holder, endingSeconds);
}

/**
 * After `takeLock` was in vain. A client that was killed leaves the server at work on its last statement, and the session keeps
 * the lock until then: so that statement is waited for. Call it when the holder is known to be dead, as this may take as long
 * as the statement does. Throws LOCK_HELD naming the holder when it holds the lock without such a statement, or after it.
 */
export async function inheritLock(db: Database, holder: string): Promise<void> {
  const tag = await orphanTag(db);
  if (tag) await waitForStatement(db, tag);
  if (!(tag && (await getLock(db, holder, 5)))) throw await lockHeld(db);
}

/** Does the session that holds the lock run a statement of a migration? Its client may be dead then. */
export async function isHolderAtWork(db: Database): Promise<boolean> {
  return (await orphanTag(db)) !== undefined;
}

/** LOCK_HELD, naming the holder. */
export async function lockHeld(db: Database): Promise<UpgradeError> {
  const holder = (await describeLockHolder(db)) ?? 'a run that has just ended';
  return new UpgradeError({
    code: 'LOCK_HELD',
    where: `database ${db.name}`,
    found: `The lock is held by ${holder}.`,
  });
}

async function getLock(db: Database, holder: string, patienceSeconds: number): Promise<boolean> {
  const comment = `/* eggroll-upgrade lock ${plain(holder)} */`;
  const [row] = await db.query(`SELECT ${comment} GET_LOCK(?, ?) AS got`, [lockName(db.name), patienceSeconds]);
  const got = row?.['got'];
  if (got === null || got === undefined) {
    const found = 'The server could not give the lock (GET_LOCK returned NULL).';
    throw new UpgradeError({ code: 'DATABASE_FAILED', where: `database ${db.name}`, found });
  }
  if (Number(got) !== 1) return false;
  await assertLock(db);
  return true;
}

/** Proves that this session still holds the lock and works in MYSQL_DB. Throws LOCK_LOST. */
export async function assertLock(db: Database): Promise<void> {
  const [row] = await db.query('SELECT IS_USED_LOCK(?) = CONNECTION_ID() AS mine', [lockName(db.name)]);
  const where = `database ${db.name}`;
  if (Number(row?.['mine'] ?? 0) !== 1) {
    const holder = await holderId(db);
    const found = `This session no longer holds the lock; ${holder === undefined ? 'nobody does' : `connection ${holder} does`}.`;
    throw new UpgradeError({ code: 'LOCK_LOST', where, found });
  }
  const schema = await currentSchema(db);
  if (schema === db.name || schema?.toLowerCase() === db.name.toLowerCase()) return;
  throw new UpgradeError({ code: 'DEFECT', where, found: `The session works in ${schema ?? 'no schema'}.` });
}

/** Gives the lock back; harmless when this session does not hold it. */
export async function releaseLock(db: Database): Promise<void> {
  await db.query('SELECT RELEASE_LOCK(?) AS released', [lockName(db.name)]);
}

/** Who holds the lock now, in words; undefined when nobody does. */
export async function describeLockHolder(db: Database): Promise<string | undefined> {
  const id = await holderId(db);
  if (id === undefined) return undefined;
  const session = (await sessions(db)).find((candidate) => candidate.id === id);
  const since = session
    ? `, user ${session.user}, host ${session.host}, for ${session.seconds} s in its present state`
    : '';
  const attributes = await optionalQuery(
    db,
    "SELECT ATTR_VALUE AS holder FROM performance_schema.session_account_connect_attrs WHERE PROCESSLIST_ID = ? AND ATTR_NAME = 'holder'",
    [id],
  );
  const told = (attributes ?? []).map(({ holder }) => `, ${holder}`).join('');
  return `connection ${id}${since}${told}`;
}

async function orphanTag(db: Database): Promise<string | undefined> {
  const id = await holderId(db);
  const holder = id === undefined ? undefined : (await sessions(db)).find((session) => session.id === id);
  return /\/\* eggroll-upgrade run=\S+ statement=\d+ \*\//.exec(holder?.statement ?? '')?.[0];
}

async function holderId(db: Database): Promise<number | undefined> {
  const [row] = await db.query('SELECT IS_USED_LOCK(?) AS id', [lockName(db.name)]);
  const id = row?.['id'];
  return id === null || id === undefined ? undefined : Number(id);
}

/** Locks belong to the server, not to a schema, and their names have at most 64 characters. */
function lockName(database: string): string {
  const name = `eggroll-upgrade:${database.toLowerCase()}`;
  return name.length <= 64 ? name : `${name.slice(0, 50)}:${sha256(name).slice(0, 12)}`;
}

function plain(text: string): string {
  return text.replace(/[^\w.:@ -]/g, '_').slice(0, 200);
}
