import { describe, expect, it } from 'vitest';
import { adopt } from '../../../src/steps/adopt-run.ts';
import { testRecord } from '../../support/record.ts';
import { testWorld } from './world.ts';

describe('adopt', () => {
  it('takes from the records which services ran on each node, whichever of them knows it', () => {
    const world = testWorld();
    const records = [
      testRecord({ hosts: [], services: { nm1: ['clustermanager'] } }),
      testRecord({ hosts: [], services: { nm1: ['clustermanager', 'nodemanager'], nm2: [] } }),
    ];
    adopt(world, records);
    expect(world.run?.services).toEqual(
      new Map([
        ['nm1', ['clustermanager', 'nodemanager']],
        ['nm2', []],
      ]),
    );
  });

  it('keeps to the run, its versions and its plan', () => {
    const world = testWorld();
    adopt(world, [testRecord({ hosts: [], sequence: 3, planHash: 'b' })]);
    expect(world.run).toMatchObject({ id: 'run-1', sequence: 3, from: '2.0.2', to: '2.2.1', planHash: 'b' });
  });

  it('refuses other hosts than those of the run, and another database', () => {
    expect(() => adopt(testWorld(), [testRecord({ hosts: ['nm1:22'] })])).toThrow(/missing now: nm1:22/);
    expect(() => adopt(testWorld(), [testRecord({ hosts: [], database: 'eggroll_meta' })])).toThrow(
      /worked on database eggroll_meta/,
    );
  });
});
