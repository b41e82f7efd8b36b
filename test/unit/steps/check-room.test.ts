import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NodeFacts } from '../../../src/cluster/facts.ts';
import type { ClusterNode } from '../../../src/cluster/node.ts';
import type { Database } from '../../../src/database/database.ts';
import type { EventBody } from '../../../src/engine/events.ts';
import { checkDumpRoom, checkNodeRoom } from '../../../src/steps/check-room.ts';
import type { World } from '../../../src/steps/world.ts';
import { testWorld } from './world.ts';

const mebibyte = 1_048_576;
const node = { name: 'nm1', home: '/data/eggroll' } as ClusterNode;
const facts = (freeBytes: number | undefined, freeInodes?: number) => ({ freeBytes, freeInodes }) as NodeFacts;

let stateDir: string;
let events: EventBody[];
beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'room-test-'));
  events = [];
});
afterEach(() => rm(stateDir, { recursive: true }));

/** A world with a package of 100 MiB in two files, and a database of some size. */
function world(dumpBytes = 0): World {
  const sizes = [60 * mebibyte, 40 * mebibyte];
  const tree = new Map(sizes.map((sizeBytes, index) => [`lib/${index}`, { sizeBytes }]));
  const database = {
    exists: true,
    name: 'eggroll_meta',
    query: async () => [{ name: 'session_main', size: dumpBytes / 2 }],
  };
  return {
    ...testWorld({ stateDir, database: { purge: 'none' } as never }),
    inputs: { package: { tree } } as never,
    emit: (event) => events.push(event),
    nodes: [node],
    database: database as unknown as Database,
  };
}

describe('checkNodeRoom', () => {
  it.each([
    ['room enough', facts(175 * mebibyte, 200), []],
    ['a megabyte too little', facts(173 * mebibyte), ['DISK_FULL']],
    ['no inodes', facts(175 * mebibyte, 90), ['DISK_FULL']],
    ['nothing at all', facts(0, 0), ['DISK_FULL', 'DISK_FULL']],
  ])('finds %s', (_name, found, expected) => {
    expect(checkNodeRoom(world(), node, found).map(({ code }) => code)).toEqual(expected);
    expect(events).toEqual([]);
  });

  it('warns when the room is not known', () => {
    expect(checkNodeRoom(world(), node, facts(undefined))).toEqual([]);
    expect(events).toMatchObject([{ type: 'warning', host: 'nm1' }]);
  });
});

describe('checkDumpRoom', () => {
  it('is content with room for three dumps in STATE_DIR and one on a node', async () => {
    const given = world(mebibyte);
    given.facts.set('nm1', facts(180 * mebibyte));
    expect(await checkDumpRoom(given)).toEqual([]);
  });

  it('finds a STATE_DIR and nodes that are too small', async () => {
    const given = world(1e18);
    given.facts.set('nm1', facts(180 * mebibyte));
    const findings = await checkDumpRoom(given);
    expect(findings.map(({ code, where }) => [code, where])).toEqual([
      ['DISK_FULL', 'STATE_DIR'],
      ['DISK_FULL', 'the nodes'],
    ]);
  });

  it('warns when a file system does not count its blocks', async () => {
    const given = {
      ...world(mebibyte),
      config: testWorld({ stateDir: '/proc', database: { purge: 'none' } as never }).config,
    };
    given.facts.set('nm1', facts(undefined));
    expect(await checkDumpRoom(given)).toEqual([]);
    expect(events).toMatchObject([{ type: 'warning' }]);
  });
});
