// The services of each generation by its own script, on a real node: their order, what proves that they run, and what of their scripts
// is not to be believed.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ClusterNode } from '../../src/cluster/node.ts';
import type { Config } from '../../src/config/config.ts';
import type { ModuleName } from '../../src/eggroll/services.ts';
import type { EventBody } from '../../src/engine/events.ts';
import type { Release } from '../../src/rehearsal/releases.ts';
import { startAll, stopAll } from '../../src/steps/services.ts';
import type { World } from '../../src/steps/world.ts';
import { realClock } from '../support/clock.ts';
import { withSiblings } from '../support/extent.ts';
import { type SimulatedNode, startNode } from '../support/simulated-node.ts';
import { type SshNode, sshNode } from '../support/ssh-node.ts';
import { testWorld } from '../unit/steps/world.ts';

interface Generation {
  readonly version: Release;
  readonly stops: readonly ModuleName[];
  readonly starts: readonly ModuleName[];
}

const two = {
  stops: ['clustermanager', 'nodemanager', 'rollsite'],
  starts: ['clustermanager', 'nodemanager', 'rollsite'],
} as const;
const three = {
  stops: ['nodemanager', 'clustermanager', 'dashboard'],
  starts: ['clustermanager', 'nodemanager', 'dashboard'],
} as const;
const generations = withSiblings<Generation>(
  [{ version: '3.2.0', ...three }],
  [
    { version: '2.0.2', ...two },
    { version: '2.2.0', ...two },
    { version: '2.5.3', ...two },
  ],
);

describe.each(generations)('EggRoll $version', ({ version, stops, starts }) => {
  let simulated: SimulatedNode;
  let ssh: SshNode;
  let node: ClusterNode;
  let done: string[];

  beforeAll(async () => {
    // No JAVA_HOME by login: 3.x starts nothing without the environment file of the site.
    simulated = await startNode({
      version,
      services: starts,
      environment: { SSH_JAVA_HOME: 'no', SIMULATED_PAUSE: '0.1' },
    });
  });
  afterAll(() => simulated.stop());
  beforeEach(async () => {
    ssh = await sshNode(simulated);
    node = await ssh.clusterNode();
    await node.lock('me');
    done = [];
  });
  afterEach(async () => {
    await ssh.close();
    await simulated.reset();
  });

  function worldOf(limits: Partial<World['limits']> = {}): World {
    const services = { control: 'eggroll', initEnvFile: `${simulated.home}/init_env.sh`, leftoverWorkers: 'end' };
    const plain = testWorld({ services } as unknown as Partial<Config>);
    const emit = (event: EventBody) => {
      if (event.type === 'service') done.push(`${event.service} ${event.state}`);
    };
    return { ...plain, limits: { ...plain.limits, ...limits }, clock: realClock, emit, nodes: [node] };
  }

  const running = async () => (await simulated.exec('sim-services')).stdout;
  const lines = (modules: readonly string[]) =>
    [...modules]
      .sort()
      .map((module) => `${module} ${version}\n`)
      .join('');

  test('all stop and start in its order, and nothing starts that did not run', async () => {
    expect(await running()).toBe(lines(starts));
    await stopAll(worldOf(), version);
    expect(done).toEqual(stops.map((module) => `${module} stopped`));
    expect(await running()).toBe('');
    done = [];
    const [first, ...others] = starts;
    await startAll(worldOf(), new Map([['nm1', others]]), version);
    expect(done).toEqual(others.map((module) => `${module} started`));
    expect(await running()).toBe(lines(others));
    await startAll(worldOf(), new Map([['nm1', starts]]), version);
    expect(done.at(-1)).toBe(`${first} started`);
    expect(await running()).toBe(lines(starts));
  });

  test('a start that was called a success is none when the service dies, and its log says why', async () => {
    await stopAll(worldOf(), version);
    await simulated.exec('echo nodemanager >/etc/simulated/fail-start');
    await expect(startAll(worldOf(), new Map([['nm1', starts]]), version)).rejects.toMatchObject({
      code: 'SERVICE_NOT_STARTED',
      message: expect.stringMatching(/nodemanager did not start and stay up\..*Its log ends with: .*told to fail/s),
    });
  });

  test('a service is up when its port listens, however long that takes', async () => {
    await stopAll(worldOf(), version);
    await simulated.exec('echo clustermanager >/etc/simulated/slow-start');
    await startAll(worldOf(), new Map([['nm1', ['clustermanager']]]), version);
    expect((await simulated.exec(': </dev/tcp/127.0.0.1/4670')).exitCode).toBe(0);
  });

  test('one that heeds no SIGTERM is named after the limit, unless its script kills it', async () => {
    // Alone, as another one may need longer than that limit on a busy machine.
    await stopAll(worldOf(), version);
    await startAll(worldOf(), new Map([['nm1', ['nodemanager']]]), version);
    await simulated.exec('echo nodemanager >/etc/simulated/ignore-term');
    const pid = (await simulated.exec('pgrep -f "[N]odeManagerBootstrap|[n]odemanager.Bootstrap"')).stdout.trim();
    if (version.startsWith('3')) {
      await stopAll(worldOf(), version);
      expect(await running()).toBe('');
    } else {
      await expect(stopAll(worldOf({ stopMs: 4_000 }), version)).rejects.toMatchObject({
        code: 'SERVICE_NOT_STOPPED',
        message: expect.stringContaining(`nodemanager (process ${pid}) did not stop`),
      });
      expect((await simulated.exec('ps -eo args -ww | grep "[e]ggroll.sh"')).stdout).toBe('');
    }
  });
});
