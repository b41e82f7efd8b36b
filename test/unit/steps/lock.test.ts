import { describe, expect, it } from 'vitest';
import type { ClusterNode } from '../../../src/cluster/node.ts';
import { lock, refereeOf } from '../../../src/steps/lock.ts';
import type { World } from '../../../src/steps/world.ts';
import { testWorld } from './world.ts';

/** A world of nodes whose locks have these tokens, of which another try has had others. */
function worldWith(tokens: Readonly<Record<string, number>>, before: Readonly<Record<string, number>> = {}): World {
  const nodes = Object.entries(tokens).map(
    ([name, token]) => ({ name, lock: async () => token }) as unknown as ClusterNode,
  );
  return { ...testWorld(), nodes, tokens: new Map(Object.entries(before)) };
}

describe('the lock of a node', () => {
  it('is kept with its token', async () => {
    const world = worldWith({ nm1: 7, nm2: 1 });
    await lock.apply(world);
    expect(world.tokens).toEqual(
      new Map([
        ['nm1', 7],
        ['nm2', 1],
      ]),
    );
  });

  it('may be taken again by the next try, unless another run had it in between', async () => {
    await expect(lock.apply(worldWith({ nm1: 8 }, { nm1: 7 }))).resolves.toBeUndefined();
    await expect(lock.apply(worldWith({ nm1: 9 }, { nm1: 7 }))).rejects.toMatchObject({ code: 'LOCK_LOST' });
  });

  it('comes first on the node whose name is the first, wherever it stands in the lists', () => {
    expect(refereeOf(worldWith({ nm2: 1, nm1: 1, rs1: 1 }))?.name).toBe('nm1');
  });
});
