// The simulated node with a real supervisord, as AnsibleFATE has it, and what our scripts see of it.

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { ClusterNode } from '../../src/cluster/node.ts';
import type { Config } from '../../src/config/config.ts';
import { activityOf } from '../../src/steps/activity.ts';
import { startAll, stopAll } from '../../src/steps/services.ts';
import { realClock } from '../support/clock.ts';
import { type SimulatedNode, startNode } from '../support/simulated-node.ts';
import { type SshNode, sshNode } from '../support/ssh-node.ts';
import { testWorld } from '../unit/steps/world.ts';

const supervisordHome = '/data/projects/common/supervisord';
const service = `bash ${supervisordHome}/service.sh`;

async function connected(simulated: SimulatedNode): Promise<{ ssh: SshNode; node: ClusterNode }> {
  const ssh = await sshNode(simulated);
  return { ssh, node: await ssh.clusterNode() };
}

const supervisord = async (simulated: SimulatedNode) =>
  Number((await simulated.exec('cat /data/projects/common/supervisord/supervisord.pid')).stdout);

const state = async (simulated: SimulatedNode, program: string) =>
  (await simulated.exec(`${service} status ${program}`, 'app')).stdout.trim().split(/\s+/)[1];

describe('a program that stays in the foreground', () => {
  let simulated: SimulatedNode;
  beforeAll(async () => {
    simulated = await startNode({
      version: '2.2.1',
      services: ['clustermanager', 'rollsite'],
      environment: { SUPERVISED: 'starting' },
    });
  });
  afterAll(() => simulated.stop());
  afterEach(() => simulated.reset());

  test('service.sh wants the action first, and says nothing of it by its exit code', async () => {
    const reversed = await simulated.exec(`${service} fate-clustermanager stop`, 'app');
    expect(reversed).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^Usage/) });
    expect((await simulated.exec(`${service} stop`, 'app')).exitCode).toBe(1);
    await expect.poll(() => state(simulated, 'fate-clustermanager')).toBe('RUNNING');
    expect((await simulated.exec(`${service} status fate-nothing`, 'app')).exitCode).toBe(4);
    expect((await simulated.exec(`${service} stop fate-clustermanager`, 'app')).stdout).toBe(
      'fate-clustermanager: stopped\n',
    );
    expect((await simulated.exec(`${service} stop fate-clustermanager`, 'app')).exitCode).toBe(0);
    expect((await simulated.exec(`${service} status all`, 'app')).exitCode).toBe(3);
    expect((await simulated.exec('sim-services')).stdout).toBe('rollsite 2.2.1\n');
    expect((await simulated.exec(`${service} start fate-clustermanager`, 'app')).stdout).toContain('started');
  });

  test('a service is a child of supervisord, which starts it again when it ends', async () => {
    const { ssh, node } = await connected(simulated);
    const pid = await supervisord(simulated);
    const rollsite = async () => (await activityOf(node)).services.find(({ module }) => module === 'rollsite')?.process;
    const first = await rollsite();
    expect(first).toMatchObject({ supervisor: pid });
    await simulated.exec(`kill -KILL ${first?.pid}`);
    const next = async () => {
      const process = await rollsite();
      return process?.pid === first?.pid ? undefined : process;
    };
    await expect.poll(next).toMatchObject({ supervisor: pid });
    await ssh.close();
  });

  test('service.sh is called with the action first', async () => {
    const { ssh, node } = await connected(simulated);
    await node.lock('me');
    const services = { control: 'supervisord', supervisordHome, supervisordPrefix: 'fate-', leftoverWorkers: 'end' };
    const plain = testWorld({ services } as unknown as Partial<Config>);
    const world = { ...plain, clock: realClock, nodes: [node] };
    await stopAll(world, '2.2.1');
    expect(await state(simulated, 'fate-rollsite')).toBe('STOPPED');
    await startAll(world, new Map([['nm1', ['rollsite']]]), '2.2.1');
    expect(await state(simulated, 'fate-rollsite')).toBe('RUNNING');
    expect(await state(simulated, 'fate-clustermanager')).toBe('STOPPED');
    await ssh.close();
  });

  test("a stop by EggRoll's own script is undone, and the message says by whom and what to set", async () => {
    const { ssh, node } = await connected(simulated);
    await node.lock('me');
    const plain = testWorld();
    const limits = { ...plain.limits, stopMs: 8_000 };
    const world = { ...plain, limits, clock: realClock, nodes: [node] };
    await expect(stopAll(world, '2.2.1')).rejects.toMatchObject({
      code: 'SERVICE_NOT_STOPPED',
      message: expect.stringMatching(/ is run by supervisord \(process \d+\), .* Set SERVICE_CONTROL=supervisord\./s),
    });
    await ssh.close();
  });
});

test('a program that ends in start is FATAL for supervisord while its service lives, and no child of it', async () => {
  const simulated = await startNode({
    version: '2.0.2',
    services: ['clustermanager'],
    environment: { SUPERVISED: 'start' },
  });
  await expect.poll(() => state(simulated, 'fate-clustermanager'), { timeout: 240_000 }).toBe('FATAL');
  const { ssh, node } = await connected(simulated);
  expect((await activityOf(node)).services).toMatchObject([{ module: 'clustermanager', process: { supervisor: 0 } }]);
  await ssh.close();
  await simulated.stop();
});
