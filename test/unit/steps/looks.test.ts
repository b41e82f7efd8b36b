import { describe, expect, it } from 'vitest';
import type { ClusterNode } from '../../../src/cluster/node.ts';
import { lookOnce } from '../../../src/steps/looks.ts';

describe('lookOnce', () => {
  const nodeWith = (folderChanges: number) => ({ folderChanges }) as ClusterNode & { folderChanges: number };

  it("looks again only after a change of that node's folders", async () => {
    const [node, other] = [nodeWith(0), nodeWith(0)];
    const look = lookOnce<number>();
    let looks = 0;
    const count = async () => ++looks;
    expect([await look(node, 'a', count), await look(node, 'a', count)]).toEqual([1, 1]);
    expect(await look(other, 'a', count)).toBe(2);
    expect(await look(other, 'b', count)).toBe(3);
    node.folderChanges += 1;
    expect([await look(node, 'a', count), await look(other, 'b', count)]).toEqual([4, 3]);
  });

  it('does not keep what was seen while a change went on', async () => {
    const node = nodeWith(0);
    const look = lookOnce<number>();
    await look(node, 'a', async () => {
      node.folderChanges += 1;
      return 1;
    });
    expect(await look(node, 'a', async () => 2)).toBe(2);
  });

  it('keeps no failure', async () => {
    const node = nodeWith(0);
    const look = lookOnce<number>();
    await expect(look(node, 'a', () => Promise.reject(new Error('gone')))).rejects.toThrow('gone');
    expect(await look(node, 'a', async () => 1)).toBe(1);
  });
});
