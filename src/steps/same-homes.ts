// One EGGROLL_HOME that the lists name twice, by whatever name, address, port or user: it would be upgraded twice at once.

import type { Finding } from '../engine/errors.ts';
import type { World } from './world.ts';

/** A finding for each node whose home is that of a node before it. */
export function sameHomes({ nodes, facts }: Pick<World, 'nodes' | 'facts'>): Finding[] {
  const first = new Map<string, string>();
  return nodes.flatMap(({ name, home }): Finding[] => {
    const identity = facts.get(name)?.homeIdentity;
    if (identity === undefined) return [];
    const twin = first.get(identity);
    first.set(identity, twin ?? name);
    if (twin === undefined) return [];
    const found = `${home} is the same folder of the same machine as that of ${twin}: the lists name it twice.`;
    return [{ code: 'LIST_INVALID', where: name, found, remedy: 'Name each machine once.' }];
  });
}
