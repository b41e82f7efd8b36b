// Services that run from folders which are not there any more, on a real node: they are no running services of this version.

import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type ClusterNode, clusterNode } from '../../src/cluster/node.ts';
import type { Config } from '../../src/config/config.ts';
import type { Clock } from '../../src/engine/clock.ts';
import { serviceScript } from '../../src/rehearsal/service-script.ts';
import { expectStopped } from '../../src/steps/expect-stopped.ts';
import { servicesUp, startAll, stopAll } from '../../src/steps/services.ts';
import type { World } from '../../src/steps/world.ts';
import { type SimulatedNode, startNode } from '../support/simulated-node.ts';
import { type SshNode, sshNode } from '../support/ssh-node.ts';
import { testWorld } from '../unit/steps/world.ts';

let simulated: SimulatedNode;
let ssh: SshNode;
let node: ClusterNode;
let world: World;

beforeAll(async () => {
  simulated = await startNode({ version: '2.2.1', services: ['nodemanager', 'rollsite'] });
});
afterAll(() => simulated.stop());
beforeEach(async () => {
  ssh = await sshNode(simulated);
  const host = { name: 'nm1', port: 22, user: 'app', role: 'nodemanager' } as const;
  node = clusterNode(host, simulated.home, await ssh.connect());
  await node.lock('me');
  world = worldOf('eggroll');
});
afterEach(async () => {
  await ssh.close();
  await simulated.reset();
});

function worldOf(control: 'eggroll' | 'none'): World {
  const services = { control, supervisordHome: '', initEnvFile: undefined, startAfter: true };
  const clock: Clock = {
    monotonicMs: () => performance.now(),
    date: () => new Date(),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  };
  return { ...testWorld({ services } as unknown as Partial<Config>), clock, nodes: [node] };
}

const running = async () => (await simulated.exec('sim-services')).stdout;
const both = 'nodemanager 2.2.1\nrollsite 2.2.1\n';
const wanted = new Map([['nm1', ['nodemanager', 'rollsite']]]);

/** As a switch does under a service that was started too late. */
async function switchLib(): Promise<void> {
  const run = `${simulated.home}/.eggroll-upgrade/runs/run-1/backup`;
  const { exitCode } = await simulated.exec(
    `mkdir -p ${run} && mv ${simulated.home}/lib ${run}/lib && cp -a ${run}/lib ${simulated.home}/lib`,
    'app',
  );
  expect(exitCode).toBe(0);
}

test('what runs from the folders that are there is up, and is not started again', async () => {
  const before = (await simulated.exec('ps -C java -o pid=')).stdout;
  expect(await servicesUp(node, ['nodemanager', 'rollsite'])).toBe(true);
  await startAll(world, wanted, '2.2.1');
  expect((await simulated.exec('ps -C java -o pid=')).stdout).toBe(before);
  expect(node.changes).toBe(0);
});

test('what runs from a backup is not up, and is stopped and started', async () => {
  await switchLib();
  expect(await running()).toBe('nodemanager 2.2.1 stale\nrollsite 2.2.1 stale\n');
  expect(await servicesUp(node, ['nodemanager', 'rollsite'])).toBe(false);
  await startAll(world, wanted, '2.2.1');
  expect(await running()).toBe(both);
  expect(await servicesUp(node, ['nodemanager', 'rollsite'])).toBe(true);
});

test('one that is not wanted is stopped, and not started', async () => {
  await switchLib();
  expect(await servicesUp(node, [])).toBe(false);
  await startAll(world, new Map([['nm1', ['nodemanager']]]), '2.2.1');
  expect(await running()).toBe('nodemanager 2.2.1\n');
});

test('one that the script of another version cannot see is ended all the same', async () => {
  await switchLib();
  const script = Buffer.from(serviceScript('3.0.0')).toString('base64');
  await simulated.exec(`echo ${script} | base64 -d >${simulated.home}/bin/eggroll.sh`);
  await stopAll(world, '3.0.0');
  expect(await running()).toBe('');
});

test('nothing may run where something is about to be changed', async () => {
  await expect(expectStopped(world)).rejects.toMatchObject({
    code: 'SERVICE_NOT_STOPPED',
    message: expect.stringMatching(
      /^nm1: nodemanager \(process \d+\), rollsite \(process \d+\) runs here, and must not\./,
    ),
  });
  await expect(stopAll(worldOf('none'), '2.2.1')).rejects.toMatchObject({ code: 'SERVICE_NOT_STOPPED' });
  expect(await running()).toBe(both);
  await stopAll(world, '2.2.1');
  await expectStopped(world);
  await simulated.exec('sim-worker session_1');
  await expect
    .poll(() => expectStopped(world).then(() => '', String))
    .toMatch(/Workers of sessions still run .*process \d+/);
});
