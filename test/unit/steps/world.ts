// A world without a cluster, for what can be told without one.

import type { Config } from '../../../src/config/config.ts';
import { newWorld, type World } from '../../../src/steps/world.ts';
import { testClock } from '../../support/clock.ts';

const services = { control: 'eggroll', supervisordHome: '', initEnvFile: undefined, startAfter: true };

export function testWorld(config: Partial<Config> = {}): World {
  return newWorld({
    config: { hosts: [], language: 'en', concurrency: 4, services, ...config } as unknown as Config,
    inputs: undefined,
    emit: () => undefined,
    clock: testClock(),
    looksOnly: false,
    signal: new AbortController().signal,
    runner: 'test',
    makeRunId: () => '20260102-abcdef',
    adoptRun: () => undefined,
  });
}
