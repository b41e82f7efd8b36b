// The simulated node behaves as EGGROLL.md section 4 says of the real scripts and services.

import { Client } from 'ssh2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serviceScript } from '../../src/rehearsal/service-script.ts';
import { docker } from '../support/docker.ts';
import { type SimulatedNode, startNode } from '../support/simulated-node.ts';

const snapshot = (home: string) =>
  `cd ${home} && find . -printf '%p %y %m %U:%G %T@ %l\\n' | sort && find . -type f -print0 | sort -z | xargs -0 sha256sum`;

const manager = 'com.webank.eggroll.core.resourcemanager';

async function eggroll(node: SimulatedNode, args: string, prefix = '') {
  return await node.exec(`cd ${node.home} && ${prefix} bash bin/eggroll.sh ${args} 2>&1`, 'app');
}

async function commandLine(node: SimulatedNode, pattern: string): Promise<string> {
  return (await node.exec(`ps -C java -o args= -ww | grep -e '${pattern}'`)).stdout.trim();
}

async function listens(node: SimulatedNode, port: number): Promise<boolean> {
  return (await node.exec(`(: </dev/tcp/127.0.0.1/${port}) 2>/dev/null`)).exitCode === 0;
}

async function login(node: SimulatedNode, secret: { privateKey: string } | { password: string }, command: string) {
  const client = new Client();
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  client.on('error', reject).on('ready', () => {
    client.exec(command, (error, stream) => {
      if (error) return reject(error);
      let output = '';
      stream.on('data', (data: Buffer) => {
        output += data.toString();
      });
      stream.on('close', () => resolve(output));
    });
  });
  client.connect({ host: node.host, port: node.port, username: 'app', ...secret });
  return await promise.finally(() => client.end());
}

describe('2.0.2', () => {
  let node: SimulatedNode;
  beforeAll(async () => {
    node = await startNode({ version: '2.0.2', services: ['clustermanager', 'nodemanager', 'rollsite'] });
  });
  afterAll(async () => await node.stop());

  test('services listen and show the real command lines', async () => {
    const conf = `${node.home}/conf/eggroll.properties`;
    expect(await commandLine(node, 'ClusterManager')).toMatch(
      `com.webank.eggroll.core.Bootstrap --bootstraps ${manager}.ClusterManagerBootstrap -c ${conf} -p 4670 -s eggroll-host`,
    );
    expect(await commandLine(node, 'rollsite')).toMatch(new RegExp(`com.webank.eggroll.rollsite.Proxy -c ${conf}$`));
    for (const port of [4670, 4671, 9370]) expect(await listens(node, port)).toBe(true);
  });

  test('needs the home as current directory', async () => {
    const elsewhere = await node.exec(`cd / && bash ${node.home}/bin/eggroll.sh nodemanager status`, 'app');
    expect(elsewhere).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('service not running') });
    expect((await eggroll(node, 'nodemanager status')).stdout).toContain('NodeManagerBootstrap');
  });

  test('a 2.2 script sees NodeManager, but not RollSite', async () => {
    const script = Buffer.from(serviceScript('2.2.1')).toString('base64');
    const ask = (module: string) =>
      node.exec(
        `mkdir -p /tmp/new/bin /tmp/new/conf && cp ${node.home}/conf/eggroll.properties /tmp/new/conf &&
         echo ${script} | base64 -d >/tmp/new/bin/eggroll.sh && bash /tmp/new/bin/eggroll.sh ${module} status`,
        'app',
      );
    expect((await ask('nodemanager')).stdout).toContain('NodeManagerBootstrap -c');
    expect((await ask('rollsite')).stdout).toContain('service not running');
    expect(await listens(node, 9370)).toBe(true);
  });

  test('RollSite is found by its pid file', async () => {
    await node.exec(`mv ${node.home}/bin/rollsite /tmp/pid`);
    expect((await eggroll(node, 'rollsite status')).stdout).toContain('service not running');
    await node.exec(`mv /tmp/pid ${node.home}/bin/rollsite`);
    expect((await eggroll(node, 'rollsite stop')).stdout).toMatch(/killed\nservice not running/);
    expect(await listens(node, 9370)).toBe(false);
    expect((await eggroll(node, 'rollsite start')).stdout).toMatch(/service start sucessfully\. pid: \d+/);
    await expect.poll(() => listens(node, 9370)).toBe(true);
  });

  test('exit codes say nothing', async () => {
    expect((await eggroll(node, '')).exitCode).toBe(0);
    expect((await eggroll(node, 'nonsense status')).exitCode).toBe(255);
    expect((await eggroll(node, 'nodemanager nonsense')).exitCode).toBe(255);
    expect((await node.exec(`cd ${node.home} && sh bin/eggroll.sh all status`)).exitCode).toBe(2);
  });

  test('sim-reset restores the home byte for byte', async () => {
    const stopped = await startNode({ version: '2.0.2', name: 'still' });
    const before = await stopped.exec(snapshot(stopped.home));
    await stopped.exec(
      `cd ${stopped.home} && rm -r lib data && touch conf/eggroll.properties bin && chmod 0700 python &&
       mkdir .eggroll-upgrade && echo x >.eggroll-upgrade/lock && chown root deploy/conf.sh && ln -sf /nowhere venv/bin/python`,
    );
    expect((await stopped.exec(snapshot(stopped.home))).stdout).not.toBe(before.stdout);
    await stopped.reset();
    expect(await stopped.exec(snapshot(stopped.home))).toEqual(before);
    expect(before.stdout).toContain('证书.pem f 640 1001:1001');
    await stopped.stop();
  });

  test('sim-reset ends what runs and starts the services again', async () => {
    await node.exec('touch /etc/simulated/ignore-term');
    const before = await commandLine(node, 'NodeManager');
    // As long as it is given: it waits for ever.
    const endless = await node.exec(`cd ${node.home} && timeout 3 bash bin/eggroll.sh nodemanager stop`, 'app');
    expect(endless.exitCode).toBe(124);
    expect(await listens(node, 4671)).toBe(true);
    await node.reset();
    expect(await commandLine(node, 'NodeManager')).toBe(before);
    expect((await node.exec('ls /etc/simulated')).stdout).toBe('');
    expect((await node.exec('sim-ready')).exitCode).toBe(0);
  });
});

describe('2.2.1', () => {
  let node: SimulatedNode;
  beforeAll(async () => {
    const services = ['clustermanager', 'nodemanager', 'rollsite'] as const;
    node = await startNode({ version: '2.2.1', services, password: 'open sesame', site: { logs: 'symlink' } });
  });
  afterAll(async () => await node.stop());

  test('sim-services tells which run, of which release, and from where', async () => {
    const all = 'clustermanager 2.2.1\nnodemanager 2.2.1\nrollsite 2.2.1\n';
    expect((await node.exec('sim-services')).stdout).toBe(all);
    await node.exec(`cd ${node.home} && mv lib old && cp -a old lib`);
    expect((await node.exec('sim-services')).stdout).toBe(all.replaceAll('2.2.1', '2.2.1 stale'));
    await node.reset();
  });

  test('services show the real command lines, from any directory', async () => {
    expect(await commandLine(node, 'EggSite')).toMatch(
      /com\.webank\.eggroll\.core\.Bootstrap --bootstraps com\.webank\.eggroll\.rollsite\.EggSiteBootstrap -c .* -p 9370 -s eggroll-host$/,
    );
    expect(await commandLine(node, 'ClusterManager')).toContain('java -Xmx512m -XX:MaxDirectMemorySize=256m -D');
    const status = await node.exec(`cd / && bash ${node.home}/bin/eggroll.sh all status`, 'app');
    expect(status.stdout.match(/status:/g)).toHaveLength(3);
  });

  test('COLUMNS hides a service that runs', async () => {
    expect((await eggroll(node, 'nodemanager status', 'COLUMNS=80')).stdout).toContain('service not running');
  });

  test('stop, start and a second start', async () => {
    expect(await eggroll(node, 'nodemanager stop')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/killing:\n.*NodeManagerBootstrap.*\nkilled\nservice not running/),
    });
    expect(await listens(node, 4671)).toBe(false);
    expect((await eggroll(node, 'nodemanager stop')).stdout).toContain('service not running');
    expect((await eggroll(node, 'nodemanager start')).stdout).toMatch(/service start sucessfully\. pid=\d+/);
    expect((await eggroll(node, 'nodemanager start')).stdout).toMatch(/service already started\. pid=\d+/);
    await expect.poll(() => listens(node, 4671)).toBe(true);
  });

  test.each([
    ['without the core jar', 'rm lib/eggroll-core-2.2.1.jar', /Could not find or load main class/],
    ['with two core jars', 'cp lib/eggroll-core-2.2.1.jar lib/eggroll-core-2.0.2.jar', /NoSuchMethodError/],
    ['told to fail', 'touch /etc/simulated/fail-start', /told to fail/],
  ])('%s a start is called a success, and the service dies', async (_, damage, message) => {
    await eggroll(node, 'rollsite stop');
    await node.exec(`cd ${node.home} && : >logs/eggroll/bootstrap.rollsite.err && ${damage}`);
    expect(await eggroll(node, 'rollsite start')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('service start sucessfully. pid='),
    });
    await expect.poll(() => commandLine(node, 'EggSite')).toBe('');
    expect((await node.exec(`cat ${node.home}/logs/eggroll/bootstrap.rollsite.err`)).stdout).toMatch(message);
    await node.reset();
  });

  test('a fault may hold for one service or one release', async () => {
    await eggroll(node, 'all stop');
    await node.exec('echo rollsite 2.9.9 >/etc/simulated/fail-start');
    await eggroll(node, 'all start');
    await expect.poll(() => commandLine(node, 'EggSite')).toBe('');
    expect(await listens(node, 4671)).toBe(true);
    await node.reset();
  });

  test('a worker can outlive its NodeManager', async () => {
    await node.exec('sim-worker session_1');
    await eggroll(node, 'all stop');
    expect((await node.exec('ps -eo args -ww')).stdout).toMatch(
      /^python .*egg_pair\.py --config .* --session-id session_1/m,
    );
    await node.reset();
    expect((await node.exec('ps -eo args -ww')).stdout).not.toContain('egg_pair.py');
  });

  test('login by key and, when asked for, by password', async () => {
    const command = 'id -un; echo $JAVA_HOME';
    const expected = 'app\n/usr/lib/jvm/simulated\n';
    expect(await login(node, { privateKey: node.login.privateKey }, command)).toBe(expected);
    expect(await login(node, { password: 'open sesame' }, command)).toBe(expected);
    await expect(login(node, { password: 'wrong' }, command)).rejects.toThrow(/authentication methods failed/);
  });

  test('the folders are switched by true renames', async () => {
    const moved = await node.exec(
      `cd ${node.home} && stat -c %i lib && mv lib lib2 && stat -c %i lib2 && mv lib2 lib`,
      'app',
    );
    const [before, after] = moved.stdout.split('\n');
    expect(after).toBe(before);
  });
});

// One case stops what the next one starts: a reset between them takes as long as all of them.
describe('3.0.0', { shuffle: false }, () => {
  let node: SimulatedNode;
  beforeAll(async () => {
    const services = ['clustermanager', 'nodemanager', 'dashboard'] as const;
    node = await startNode({ version: '3.0.0', services, environment: { SSH_JAVA_HOME: 'no' } });
  });
  afterAll(async () => await node.stop());

  test('services listen and show the real command lines', async () => {
    expect(await commandLine(node, 'nodemanager.Bootstrap')).toMatch(
      /^java -server .*-Dmodule=nodemanager -cp \S+\/lib\/\*: org\.fedai\.eggroll\.nodemanager\.Bootstrap -p 4671 -s eggroll-host$/,
    );
    for (const port of [4670, 4671, 8083]) expect(await listens(node, port)).toBe(true);
  });

  test('stops, and says in colour that it does not run', async () => {
    const stopped = await eggroll(node, 'dashboard nodemanager stop');
    expect(stopped).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('killed by SIGTERM') });
    expect(stopped.stdout).toContain('\u001b[31mThe dashboard service is not running ((NOT ACTIVE))');
    expect(await listens(node, 8083)).toBe(false);
  });

  test('a start takes five seconds and needs JAVA_HOME', async () => {
    const start = performance.now();
    expect((await eggroll(node, 'nodemanager start')).stdout).toContain('The nodemanager service start sucessfully');
    expect(performance.now() - start).toBeGreaterThan(5000);
    expect(await eggroll(node, 'dashboard start', 'env -u JAVA_HOME')).toMatchObject({ exitCode: 1 });
    const key = { privateKey: node.login.privateKey };
    expect(await login(node, key, `bash ${node.home}/bin/eggroll.sh dashboard start; echo $?`)).toContain(
      'JAVA_HOME is not set',
    );
    expect(await login(node, key, `. ${node.home}/init_env.sh; echo $JAVA_HOME`)).toBe('/usr/lib/jvm/simulated\n');
  });

  test('wrong words end with 1', async () => {
    for (const words of ['usage', 'nonsense status', 'nodemanager shut']) {
      expect((await eggroll(node, words)).exitCode).toBe(1);
    }
  });

  test('a service that ignores SIGTERM is killed after ten seconds', async () => {
    await node.exec('echo clustermanager >/etc/simulated/ignore-term');
    expect((await eggroll(node, 'clustermanager stop')).stdout).toContain('killed by SIGKILL');
    expect(await listens(node, 4670)).toBe(false);
  });
});

// The restart comes last: a container that was restarted has another port.
describe('clock, restart and network', { shuffle: false }, () => {
  let node: SimulatedNode;
  beforeAll(async () => {
    node = await startNode({ version: '2.2.1', services: ['nodemanager'], environment: { AUTOSTART: 'no' } });
  });
  afterAll(async () => await node.stop());

  const year = async () => Number(await login(node, { privateKey: node.login.privateKey }, 'date +%Y'));

  test('sim-clock sets the clock of what is run by login, and nothing else', async () => {
    const now = new Date().getFullYear();
    expect(await year()).toBe(now);
    await node.exec('stat -c %Y /etc/passwd >/tmp/right; sim-clock +10y');
    expect(await year()).toBeGreaterThanOrEqual(now + 9);
    const key = { privateKey: node.login.privateKey };
    // What a file was given stays as it is.
    expect(await login(node, key, 'stat -c %Y /etc/passwd')).toBe((await node.exec('cat /tmp/right')).stdout);
    // Durations stay right.
    expect(await login(node, key, 'timeout 1 sleep 600; echo $?')).toBe('124\n');
    await node.exec('sim-clock -3650d');
    expect(await year()).toBeLessThanOrEqual(now - 9);
    await node.exec('sim-clock off');
    expect(await year()).toBe(now);
    await node.exec('sim-clock +10y');
    await node.reset();
    expect(await year()).toBe(now);
    expect((await node.exec('sim-clock nonsense')).exitCode).toBe(64);
  });

  test('a clock that steps is seen by what runs already', async () => {
    await node.exec('sim-clock +1y');
    const key = { privateKey: node.login.privateKey };
    const days = '$(( (began - EPOCHSECONDS) / 86400 ))';
    const command = `bash -c 'began=$EPOCHSECONDS; touch /tmp/began; until [ ${days} -gt 700 ]; do sleep 0.1; done; echo seen'`;
    const stepping = login(node, key, command);
    await node.exec('until [ -e /tmp/began ]; do sleep 0.05; done; sim-clock -1y');
    expect(await stepping).toBe('seen\n');
    await node.exec('sim-clock off');
  });

  test('with AUTOSTART=no nothing starts with the container, which keeps the home when it is restarted', async () => {
    const restart = async () => {
      await docker(['restart', '--time=0', node.container.getId()]);
      await node.exec('until (: </dev/tcp/127.0.0.1/22) 2>/dev/null; do sleep 0.05; done');
    };
    await restart();
    expect((await node.exec('sim-services')).stdout).toBe('');
    expect((await eggroll(node, 'nodemanager start')).exitCode).toBe(0);
    await expect.poll(async () => (await node.exec('sim-services')).stdout).toBe('nodemanager 2.2.1\n');
    await node.exec(`touch ${node.home}/kept`);
    await restart();
    expect((await node.exec(`ls ${node.home}/kept`)).exitCode).toBe(0);
    expect((await node.exec('sim-services')).stdout).toBe('');
  });
});

test('a small disk can be filled', async () => {
  const node = await startNode({ version: '2.0.2', name: 'small', tmpfsSizeMb: 16 });
  expect((await node.exec('sim-fill 100')).exitCode).toBe(0);
  const full = await node.exec(`head -c 200000 /dev/zero >${node.home}/x`, 'app');
  expect(full.stderr).toContain('No space left on device');
  await node.reset();
  expect((await node.exec(`head -c 200000 /dev/zero >${node.home}/x`, 'app')).exitCode).toBe(0);
  await node.stop();
});

test('fate_flow is found by its ports, and its exit codes say nothing', async () => {
  const node = await startNode({ version: '2.2.1', services: ['nodemanager'], fateFlow: true });
  const service = (action: string) => node.exec(`bash /data/projects/fate/fateflow/bin/service.sh ${action}`, 'app');
  const running = 'fate_flow\nnodemanager 2.2.1\n';
  try {
    expect((await node.exec('sim-services')).stdout).toBe(running);
    expect([await listens(node, 9380), await listens(node, 9360)]).toEqual([true, true]);
    expect((await service('status')).stdout).toMatch(/python .*\/fateflow\/python\/fate_flow\/fate_flow_server\.py$/m);
    expect((await service('start')).stdout).toMatch(/^service already started\. pid: \d+$/m);
    expect((await service('stop')).stdout).toMatch(/^killed$/m);
    expect([await listens(node, 9380), await listens(node, 9360)]).toEqual([false, false]);
    await node.exec('mv /data/projects/fate/conf /data/projects/fate/away');
    expect(await service('start')).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('not found') });
    await node.exec('mv /data/projects/fate/away /data/projects/fate/conf');
    await node.exec('echo fate_flow:2.2.1 >/etc/simulated/fail-start');
    expect(await service('start')).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('start failed') });
    await node.exec('echo fate_flow:2.2.2 >/etc/simulated/fail-start');
    expect((await service('start')).stdout).toMatch(/service start sucessfully\. pid: \d+/);
    await service('stop');
    await node.reset();
    expect((await node.exec('sim-services')).stdout).toBe(running);
  } finally {
    await node.stop();
  }
});
