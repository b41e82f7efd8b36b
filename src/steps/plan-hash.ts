// One hash for what a run does: the trees that the nodes get and the statements that the database gets.

import { createHash } from 'node:crypto';
import type { World } from './world.ts';

/** Lower-case hex sha256; undefined before every node was planned. Equal plans have equal hashes, in whatever order they were made. */
export function planHash({ plans, nodes, statements, inputs }: World): string | undefined {
  if (!inputs || nodes.length === 0 || nodes.some(({ name }) => !plans.has(name))) return undefined;
  const trees = [...plans]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, { expected }]) => [
      name,
      [...expected.values()].map(({ path, type, mode, sha256, target }) => [path, type, mode, sha256, target]),
    ]);
  const text = JSON.stringify({ to: inputs.package.version, trees, statements: statements.map(({ hash }) => hash) });
  return createHash('sha256').update(text).digest('hex');
}
