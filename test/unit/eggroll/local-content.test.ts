import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { PlannedEntry } from '../../../src/eggroll/home-plan.ts';
import { withLocalContent } from '../../../src/eggroll/local-content.ts';
import type { TreeEntry } from '../../../src/eggroll/tree.ts';

const big = 'x'.repeat(4096);

function file(path: string, content: string, modifiedSeconds = 10): TreeEntry {
  const sha256 = hash('sha256', content, 'hex');
  return { path, type: 'file', mode: 0o644, sizeBytes: content.length, modifiedSeconds, sha256 };
}

/** What becomes of one file of the package on a node that has these files: the path of its copy, and its time. */
function fate(wanted: TreeEntry, onNode: readonly TreeEntry[], source: PlannedEntry['source'] = { from: 'package' }) {
  const planned = withLocalContent(
    new Map([[wanted.path, { entry: wanted, source }]]),
    new Map(onNode.map((entry) => [entry.path, entry])),
  ).get(wanted.path);
  const copyOf = planned?.source.from === 'package' ? planned.source.copyOf : undefined;
  return [copyOf, planned?.entry.modifiedSeconds];
}

describe('withLocalContent', () => {
  it('takes what is there under the same path, however small, with the time that it has', () => {
    expect(fate(file('lib/a.jar', 'a', 200), [file('lib/b.jar', 'a'), file('lib/a.jar', 'a', 20)])).toEqual([
      'lib/a.jar',
      20,
    ]);
  });

  it('takes what is there under another path, unless it is hardly anything', () => {
    expect(fate(file('lib/a-2.jar', big, 200), [file('lib/a-1.jar', big)])).toEqual(['lib/a-1.jar', 10]);
    expect(fate(file('lib/a-2.jar', 'a', 200), [file('lib/a-1.jar', 'a')])).toEqual([undefined, 200]);
  });

  it('leaves what is not there, or has other content, to be sent', () => {
    expect(fate(file('lib/a.jar', big, 200), [file('lib/a.jar', `${big}y`)])).toEqual([undefined, 200]);
  });

  it.each(['conf/route_table.json', 'python/eggroll/__pycache__/a.pyc', 'bin/pid/a'])(
    'does not count on %s, which EggRoll writes while it runs',
    (path) => {
      expect(fate(file('lib/a.jar', big, 200), [file(path, big)])).toEqual([undefined, 200]);
      expect(fate(file(path, big, 200), [file(path, big)])).toEqual([undefined, 200]);
    },
  );

  it('touches neither what stays nor what was merged', () => {
    const onNode = [file('bin/site.sh', big), file('lib/a.jar', big)];
    const stays = { from: 'home', path: 'bin/site.sh' } as const;
    expect(fate(file('bin/site.sh', big, 200), onNode, stays)).toEqual([undefined, 200]);
    const merged = { from: 'merge', content: Buffer.from(big) } as const;
    expect(fate(file('bin/x', big, 200), onNode, merged)).toEqual([undefined, 200]);
  });

  it('plans once what two nodes have alike', () => {
    const wanted = file('lib/a.jar', 'a', 200);
    const planned = new Map<string, PlannedEntry>([[wanted.path, { entry: wanted, source: { from: 'package' } }]]);
    const ofNode = (own: TreeEntry) => withLocalContent(planned, new Map([[own.path, own]])).get(wanted.path);
    expect(ofNode(file('lib/a.jar', 'a'))).toBe(ofNode(file('lib/a.jar', 'a')));
    // Not there: as it was planned for every node.
    expect(ofNode(file('lib/b.jar', 'b'))).toBe(planned.get(wanted.path));
  });
});
