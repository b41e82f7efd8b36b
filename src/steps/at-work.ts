// Tells who is worked on, and how long: what a report draws as a timeline.

import type { Statement } from '../database/statements.ts';
import type { StatementText } from '../engine/events.ts';
import type { World } from './world.ts';

type Emitter = Pick<World, 'emit'>;

/** Does a piece of work on a node, or on the database, and tells when it begins and ends. */
export async function atWork<T>({ emit }: Emitter, where: string, work: () => Promise<T>): Promise<T> {
  emit({ type: 'work', phase: 'begins', where });
  try {
    return await work();
  } finally {
    emit({ type: 'work', phase: 'ends', where });
  }
}

/** The same on the database, by the name that its changes have. */
export function onDatabase<T>(world: Pick<World, 'emit' | 'config'>, work: () => Promise<T>): Promise<T> {
  return atWork(world, `database ${world.config.database?.name}`, work);
}

const longestSql = 2000;

/** Tells the statements of the migration, before the first of them is run. */
export function tellStatements({ emit, statements }: Pick<World, 'emit' | 'statements'>): void {
  if (statements.length > 0) emit({ type: 'statements', statements: statements.map(textOf) });
}

function textOf({ index, file, line, sql }: Statement): StatementText {
  const text = sql.length <= longestSql ? sql : `${sql.slice(0, longestSql - 1)}…`;
  return { index, from: `${file}:${line}`, sql: text };
}
