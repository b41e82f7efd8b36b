// A dump fed to the server statement by statement, in our own session and as a stream, so that its size does not matter.

import { createReadStream } from 'node:fs';
import { onDisk } from '../engine/disk.ts';
import { type Database, resetSession } from './database.ts';
import { quoteName } from './names.ts';
import { scanSql } from './sql-text.ts';

/**
 * Runs every statement of a dump in `schema`. `door` is `work` for a scratch schema and `change` for a real one.
 * Throws what the server says, as `Database.query` does, and DISK_FAILED.
 */
export async function feedDump(db: Database, file: string, schema: string, door: 'work' | 'change'): Promise<void> {
  await db.work(`USE ${quoteName(schema)}`);
  try {
    await onDisk(file, async () => {
      const chunks = createReadStream(file, { encoding: 'utf8', highWaterMark: 1 << 20 });
      for await (const statement of dumpStatements(chunks)) await db[door](statement);
    });
  } finally {
    await leave(db);
  }
}

// A lost session has nothing left to put right; the error that lost it is the one to tell.
async function leave(db: Database): Promise<void> {
  await db.work(`USE ${quoteName(db.name)}`);
  await resetSession(db);
}

/** The statements of a dump, without comments between them. A dump ends every statement at the end of a line. */
export async function* dumpStatements(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let statement = '';
  for await (const line of linesOf(chunks)) {
    if (statement === '' && isSkipped(line)) continue;
    statement += line;
    const trimmed = line.trimEnd();
    if (!trimmed.endsWith(';') || !isClosed(statement)) continue;
    yield statement.trimEnd().slice(0, -1);
    statement = '';
  }
  if (statement.trim() !== '') yield statement;
}

/** Blank lines, comments, and the first line that MariaDB's client writes for itself. */
function isSkipped(line: string): boolean {
  return /^\s*(?:--(?:\s|$)|$)/.test(line) || /^\/\*M?!999999\\- /.test(line);
}

function isClosed(text: string): boolean {
  return scanSql(text).every(({ closed }) => closed);
}

async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split(/(?<=\n)/);
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest) yield rest;
}
