// Services on a real node: those that run from folders which are not there any more, scripts that do not do what they are told, and
// workers that outlive their NodeManager.

import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ClusterNode } from '../../src/cluster/node.ts';
import type { Config } from '../../src/config/config.ts';
import { UpgradeError } from '../../src/engine/errors.ts';
import type { EventBody } from '../../src/engine/events.ts';
import { serviceScript } from '../../src/rehearsal/service-script.ts';
import { expectStopped } from '../../src/steps/expect-stopped.ts';
import { refuseWorkers } from '../../src/steps/leftover-workers.ts';
import { servicesUp, startAll, stopAll } from '../../src/steps/services.ts';
import type { World } from '../../src/steps/world.ts';
import { realClock } from '../support/clock.ts';
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
  node = await ssh.clusterNode();
  await node.lock('me');
  world = worldOf('eggroll');
});
afterEach(async () => {
  await ssh.close();
  await simulated.reset();
});

function worldOf(control: 'eggroll' | 'none', changes: Partial<World> & { leftoverWorkers?: 'refuse' } = {}): World {
  const { leftoverWorkers = 'end', ...others } = changes;
  const services = { control, supervisordHome: '', initEnvFile: undefined, startAfter: true, leftoverWorkers };
  return { ...testWorld({ services } as unknown as Partial<Config>), clock: realClock, nodes: [node], ...others };
}

/** As a site's own script would be, in the place of EggRoll's; `$1` is the module. */
async function setScript(text: string): Promise<void> {
  await simulated.exec(`cat >${simulated.home}/bin/eggroll.sh <<'END'\n${text}\nEND`);
}

/** What a stop of the NodeManager throws, once it has stopped as soon as it could. */
async function failedStop(limits: Partial<World['limits']>): Promise<{ error: UpgradeError; tookMs: number }> {
  const begunMs = performance.now();
  const error = await stopAll({ ...world, limits: { ...world.limits, ...limits } }, '2.2.1').then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UpgradeError);
  return { error: error as UpgradeError, tookMs: performance.now() - begunMs };
}

const workers = async () => Number((await simulated.exec('pgrep -fc "^python .*egg_pair[.]py"')).stdout);
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
    .toMatch(/Workers of sessions run here: process \d+ of session session_1/);
});

test.each([
  ['prints its usage', 'echo "usage: eggroll.sh"', 'it does not know what it was told.'],
  ['does not see the service', 'echo "service not running"; exit 3', 'the script does not see the service.'],
])('a stop script that %s is not waited for', async (_, script, meaning) => {
  await setScript(script);
  const { error, tookMs } = await failedStop({ stableMs: 300, graceMs: 60_000 });
  expect(error.code).toBe('SERVICE_NOT_STOPPED');
  expect(error.message).toMatch(/nodemanager \(process \d+\) did not stop within \d+ s/);
  expect(error.message).toContain(`That is, ${meaning}`);
  expect(tookMs).toBeLessThan(world.limits.stopMs / 2);
  expect(await running()).toBe(both);
});

test('a stop script that fails in words of its own gets the grace of one that has sent a signal, and no more', async () => {
  await setScript('echo no right to do that; exit 4');
  const { error, tookMs } = await failedStop({ stableMs: 300, graceMs: 2_000 });
  expect(error.message).toContain('Its script said: "no right to do that" (exit code 4).');
  expect(tookMs).toBeGreaterThan(2_000);
  expect(tookMs).toBeLessThan(world.limits.stopMs / 2);
});

test('a stop script that sends its signal and returns leaves the service its time to end', async () => {
  await simulated.exec('touch /etc/simulated/slow-stop');
  await setScript(`case $1 in rollsite) class=EggSiteBootstrap ;; *) class=NodeManagerBootstrap ;; esac
    for pid in $(pgrep -x java); do if grep -aq "$class" "/proc/$pid/cmdline"; then kill "$pid"; fi; done; exit 1`);
  await stopAll(world, '2.2.1');
  expect(await running()).toBe('');
});

test('a stop that loops for ever is ended with the process named, and nothing of it is left on the node', async () => {
  await simulated.exec('echo nodemanager >/etc/simulated/ignore-term');
  const { error } = await failedStop({ stopMs: 4_000 });
  expect(error.message).toMatch(/nodemanager \(process \d+\) did not stop .*\(it did not end within 4 s\)/s);
  expect((await simulated.exec('ps -eo args -ww | grep "[e]ggroll.sh"')).stdout).toBe('');
});

test('a start script that fails is not waited for', async () => {
  await stopAll(world, '2.2.1');
  await setScript('echo "JAVA_HOME is not set"; exit 1');
  const begunMs = performance.now();
  await expect(startAll(world, wanted, '2.2.1')).rejects.toMatchObject({
    code: 'SERVICE_NOT_STARTED',
    message: expect.stringContaining('(exit code 1). That is, it found no java: see INIT_ENV_FILE.'),
  });
  expect(performance.now() - begunMs).toBeLessThan(world.limits.startMs / 2);
});

test('workers that outlive their NodeManager are asked to end, then killed, and named', async () => {
  const warnings: EventBody[] = [];
  const emit = (event: EventBody) => void (event.type === 'warning' && warnings.push(event));
  const limits = { ...world.limits, graceMs: 1_000 };
  await simulated.exec('echo stubborn >/etc/simulated/ignore-term; sim-worker stubborn; sim-worker tame');
  await expect.poll(workers).toBe(2);
  await stopAll(worldOf('eggroll', { emit, limits }), '2.2.1');
  expect(await workers()).toBe(0);
  expect(await running()).toBe('');
  expect(warnings).toMatchObject([
    {
      host: 'nm1',
      message: expect.stringMatching(/asked to end: process \d+ of session (stubborn|tame), process \d+/),
    },
    { host: 'nm1', message: expect.stringMatching(/and are killed: process \d+ of session (stubborn|tame)/) },
  ]);
});

test('workers that end by themselves within their grace are left alone, and those of another home always', async () => {
  const elsewhere = '/data/projects/other/python/eggroll/roll_pair/egg_pair.py';
  await simulated.exec(
    `exec -a python /usr/lib/jvm/simulated/bin/java ${elsewhere} --session-id theirs >/dev/null 2>&1 &`,
    'app',
  );
  await simulated.exec('sim-worker ours');
  await expect.poll(workers).toBe(2);
  const warnings: EventBody[] = [];
  const emit = (event: EventBody) => {
    if (event.type === 'warning') warnings.push(event);
    if (event.type === 'service' && event.service === 'rollsite')
      void simulated.exec('pkill -TERM -f "session-id ours"');
  };
  await stopAll(worldOf('eggroll', { emit }), '2.2.1');
  expect(warnings).toEqual([]);
  expect((await simulated.exec('pgrep -af egg_pair.py')).stdout).toMatch(/^\d+ python \S+ --session-id theirs\n$/);
});

test('with LEFTOVER_WORKERS=refuse they stay, and nothing is stopped while they run', async () => {
  await simulated.exec('sim-worker ours');
  await expect.poll(workers).toBe(1);
  const refusing = worldOf('eggroll', { leftoverWorkers: 'refuse', limits: { ...world.limits, graceMs: 500 } });
  await expect(refuseWorkers(refusing)).rejects.toMatchObject({
    code: 'SERVICE_NOT_STOPPED',
    message: expect.stringMatching(/process \d+ of session ours.*LEFTOVER_WORKERS=end/),
  });
  await expect(stopAll(refusing, '2.2.1')).rejects.toMatchObject({ code: 'SERVICE_NOT_STOPPED' });
  expect(await workers()).toBe(1);
  await refuseWorkers(world);
});
