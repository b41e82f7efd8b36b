import { describe, expect, it } from 'vitest';
import type { FateFlow, FateFlowState } from '../../../src/cluster/fate-flow.ts';
import type { Config } from '../../../src/config/config.ts';
import { phrase } from '../../../src/messages/phrases.ts';
import { adopt } from '../../../src/steps/adopt-run.ts';
import { checkFateFlow, expectFateFlowStopped, noteFateFlow } from '../../../src/steps/fate-flow.ts';
import type { Inputs, Run, World } from '../../../src/steps/world.ts';
import { testRecord } from '../../support/record.ts';
import { testWorld } from './world.ts';

const idle: FateFlowState = {
  missingTools: [],
  scriptPresent: true,
  initEnvPresent: true,
  pids: [],
  isAtWork: false,
  ports: [9380, 9360],
  listeningPorts: new Set([22]),
};

/** A world in which fate_flow is on flow1, and looks like this. */
function worldWith(state: Partial<FateFlowState>, change: Partial<World> = {}): World {
  const seen = { ...idle, ...state };
  const fateFlow = { host: { name: 'flow1', port: 22, user: 'app' }, script: '/f/service.sh' };
  const world = testWorld({ fateFlow, services: { initEnvFile: '/env.sh' } as Config['services'] });
  const machine = { name: 'flow1', look: async () => seen } as unknown as FateFlow;
  return { ...world, fateFlow: machine, fateFlowSeen: seen, ...change };
}

describe('checkFateFlow', () => {
  it('finds nothing wrong with one that is idle, or that runs', () => {
    expect(checkFateFlow(worldWith({}))).toEqual([]);
    expect(checkFateFlow(worldWith({ pids: [7], listeningPorts: new Set([9380]) }, { inputs: {} as Inputs }))).toEqual(
      [],
    );
  });

  it('finds everything that is missing', () => {
    const state = { missingTools: ['timeout'], scriptPresent: false, initEnvPresent: false };
    expect(checkFateFlow(worldWith(state))).toMatchObject([
      { code: 'NODE_UNFIT', where: 'flow1', remedy: phrase('Install {tool}.', { tool: 'timeout' }) },
      { code: 'CONFIG_INVALID', where: 'FATE_FLOW_SERVICE', found: 'There is no file /f/service.sh on flow1.' },
      { code: 'NODE_UNFIT', where: 'flow1', found: 'There is no file /env.sh.' },
    ]);
  });

  it('finds a port that another program has, unless it is to go back', () => {
    const state = { listeningPorts: new Set([9360]) };
    expect(checkFateFlow(worldWith(state, { inputs: {} as Inputs }))).toMatchObject([
      { code: 'NODE_UNFIT', where: 'flow1', found: expect.stringMatching(/^Port 9360 of fate_flow listens/) },
    ]);
    expect(checkFateFlow(worldWith(state))).toEqual([]);
  });
});

describe('noteFateFlow', () => {
  const noted = async (pids: readonly number[], fateFlow: Run['fateFlow']) => {
    const world = worldWith({ pids }, { run: { fateFlow } as Run });
    return [await noteFateFlow(world), world.run?.fateFlow?.ran];
  };

  it('notes what it finds, and never forgets that it ran', async () => {
    expect(await noted([7], undefined)).toEqual([true, true]);
    expect(await noted([], undefined)).toEqual([true, false]);
    expect(await noted([], { host: 'flow1', ran: true })).toEqual([false, true]);
    expect(await noted([], { host: 'flow1', ran: false })).toEqual([false, false]);
    // Started by somebody since.
    expect(await noted([7], { host: 'flow1', ran: false })).toEqual([true, true]);
  });

  it('notes nothing where there is none', async () => {
    expect(await noteFateFlow(testWorld())).toBe(false);
  });
});

describe('expectFateFlowStopped', () => {
  it('refuses one that runs, and one that is being started', async () => {
    await expectFateFlowStopped(worldWith({}));
    await expect(expectFateFlowStopped(worldWith({ pids: [7] }))).rejects.toMatchObject({
      code: 'SERVICE_NOT_STOPPED',
      message: expect.stringContaining('fate_flow (process 7) runs here'),
    });
    await expect(expectFateFlowStopped(worldWith({ isAtWork: true }))).rejects.toMatchObject({
      code: 'SERVICE_NOT_STOPPED',
      message: expect.stringContaining('being started or stopped'),
    });
  });
});

describe('a run that is taken over', () => {
  const record = testRecord({ hosts: [], fateFlow: { host: 'nm1', ran: true } });

  it('keeps to its fate_flow as long as it is unfinished', () => {
    for (const state of ['open', 'recovering'] as const) {
      const other = () => adopt(worldWith({}), [{ ...record, state }]);
      expect(other).toThrow(/fate_flow on nm1, and now flow1 is named/);
      expect(() => adopt(testWorld(), [{ ...record, state }])).toThrow(/fate_flow on nm1, and now no host is/);
    }
    const idleThen = { ...record, fateFlow: { host: 'nm1', ran: false } };
    expect(() => adopt(testWorld(), [idleThen])).not.toThrow();
  });

  it('may be recovered with another one later, of which nothing is known', () => {
    const world = worldWith({});
    adopt(world, [{ ...record, state: 'finished' }]);
    expect(world.run?.fateFlow).toBeUndefined();
    adopt(world, [{ ...record, state: 'finished', fateFlow: { host: 'flow1', ran: true } }]);
    expect(world.run?.fateFlow).toEqual({ host: 'flow1', ran: true });
  });
});
