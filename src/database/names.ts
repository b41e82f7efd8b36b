// Names inside the database: quoting, and which tables are our own book-keeping.

import { createHash } from 'node:crypto';

/** Tables with this prefix are ours: neither dumped, compared, nor restored. */
export const ownPrefix = 'eggroll_upgrade_';

/** Tables that `recover` has replaced. */
export const asidePrefix = `${ownPrefix}aside_`;

/** MySQL's longest name of a table, in characters. */
const longestName = 64;

export function isOwnTable(table: string): boolean {
  return table.toLowerCase().startsWith(ownPrefix);
}

/** A name in backticks, safe inside any statement. */
export function quoteName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** `schema`.`table` in backticks. */
export function quoteTable(schema: string, table: string): string {
  return `${quoteName(schema)}.${quoteName(table)}`;
}

/**
 * The name under which a replaced table is kept until `prune`: `eggroll_upgrade_aside_<run>_<table>`, at most 64 characters.
 * `copy` above 1 tells apart several recoveries of one run. Long names are cut and end in a hash.
 */
export function asideName(run: string, table: string, copy = 1): string {
  const suffix = copy === 1 ? '' : `_${copy}`;
  const name = `${asidePrefix}${run}_${table}${suffix}`;
  if ([...name].length <= longestName) return name;
  const hash = sha256(`${run}/${table}`).slice(0, 12);
  const kept = [...name].slice(0, longestName - hash.length - 1 - suffix.length).join('');
  return `${kept}_${hash}${suffix}`;
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
