// How two snapshots of a cluster differ, in words.

import type { Snapshot } from './snapshot.ts';

/** How a cluster differs from what it shall be: files, services, rows and definitions, with the first `shown` lines of each. */
export function differences(expected: Snapshot, found: Snapshot, shown = 4): string[] {
  const hosts = Object.keys(expected.files);
  const compare = (where: string, before: string | undefined, after: string | undefined) =>
    linesOf(where, before, after, shown);
  return [
    ...hosts.flatMap((host) => compare(`${host}, files`, expected.files[host], found.files[host])),
    ...hosts.flatMap((host) => compare(`${host}, services`, expected.services[host], found.services[host])),
    ...compare('database', expected.database, found.database),
  ];
}

/** Lines that are missing (-) and lines too many (+), a line that is there twice counted twice. */
function linesOf(where: string, expected = '', found = '', shown: number): string[] {
  if (expected === found) return [];
  const missing = without(expected, found).map((line) => `- ${line}`);
  const extra = without(found, expected).map((line) => `+ ${line}`);
  const all = [...missing, ...extra];
  if (all.length === 0) return [`${where}: the same lines in another order`];
  const rest = all.length > shown ? ` … ${all.length} in all` : '';
  return [`${where}: ${all.slice(0, shown).map(cut).join('; ')}${rest}`];
}

function without(text: string, other: string): string[] {
  const left = new Map<string, number>();
  for (const line of other.split('\n')) left.set(line, (left.get(line) ?? 0) + 1);
  return text.split('\n').filter((line) => {
    const count = left.get(line) ?? 0;
    left.set(line, count - 1);
    return count <= 0;
  });
}

function cut(line: string): string {
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}
