import { describe, expect, it } from 'vitest';
import { controlProblem } from '../../../src/steps/control-problem.ts';

const below = (supervisor: number | undefined) => ({
  module: 'nodemanager' as const,
  process: { pid: 12, workingFolder: '/', commandLine: 'java', stale: false, identity: '12.1.boot', supervisor },
});

describe('controlProblem', () => {
  it("sees a service that supervisord would start again under EggRoll's own script", () => {
    expect(controlProblem({ control: 'eggroll' }, below(7))).toEqual({
      found: 'nodemanager (process 12) is run by supervisord (process 7), which would start it again.',
      remedy: 'Set SERVICE_CONTROL=supervisord.',
    });
  });

  it('sees a service that supervisord does not run and cannot stop', () => {
    expect(controlProblem({ control: 'supervisord' }, below(0))).toMatchObject({
      found: 'nodemanager (process 12) is not run by supervisord, which therefore cannot stop it.',
      remedy: expect.stringContaining('SERVICE_CONTROL=eggroll'),
    });
  });

  it('says nothing where all is well, or cannot be told, or commands of the site decide', () => {
    const commands = { start: 'a', stop: 'b' };
    for (const [config, supervisor] of [
      [{ control: 'eggroll' }, 0],
      [{ control: 'eggroll' }, 1],
      [{ control: 'eggroll' }, undefined],
      [{ control: 'supervisord' }, 1],
      [{ control: 'supervisord' }, 7],
      [{ control: 'supervisord' }, undefined],
      [{ control: 'eggroll', commands }, 7],
      [{ control: 'supervisord', commands }, 0],
      [{ control: 'none' }, 7],
    ] as const) {
      expect(controlProblem(config, below(supervisor))).toBeUndefined();
    }
  });
});
