// The two scripts that look at fate_flow and call its service.sh, by every shell that may be the sh of its machine.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parseFateFlowState } from '../../src/cluster/fate-flow.ts';
import { invocation } from '../../src/cluster/remote-scripts.ts';
import { withSiblings } from '../support/extent.ts';
import { type ScriptBox, startScriptBox } from '../support/script-box.ts';

let box: ScriptBox;
let fate: string;
let fates = 0;

beforeAll(async () => {
  box = await startScriptBox();
  await box.bash('chown app:apps /data', 'root');
});
afterAll(() => box.stop());

// As FATE 1.7 to 1.11 has it.
beforeEach(async () => {
  fates += 1;
  fate = `/data/fate ${fates}`;
  await box.bash(`mkdir -p '${fate}'/fateflow/bin '${fate}'/fateflow/python/fate_flow '${fate}'/conf
    : >'${fate}/fateflow/bin/service.sh'; : >'${fate}/fateflow/python/fate_flow/fate_flow_server.py'`);
});
afterEach(() =>
  box.bash('for pid in $(cat /tmp/started 2>/dev/null); do kill -KILL "$pid" || true; done; rm -f /tmp/started'),
);

/** Starts a process with this name and these words, in a folder; gives its number. */
async function start(name: string, folder: string, ...words: string[]): Promise<number> {
  const list = words.map((word) => `'${word}'`).join(' ');
  const pid = await box.bash(
    `cd '${folder}'; (exec -a ${name} bash -c 'sleep 60; :' ${list}) </dev/null >/dev/null 2>&1 & echo $! | tee -a /tmp/started`,
  );
  return Number(pid);
}

describe.each(withSiblings(['dash'], ['bash --posix', 'busybox sh']))('%s', (shell) => {
  const look = async (script = `${fate}/fateflow/bin/service.sh`, initEnv = '') => {
    const { exitCode, stdout, stderr } = await box.script(shell, 'fate-flow-state', [script, initEnv, '1000000']);
    expect([exitCode, stderr]).toEqual([0, '']);
    return parseFateFlowState(stdout.toString());
  };
  const call = (limit: string, action: string, initEnv = '') =>
    box.script(shell, 'fate-flow', [`${fate}/fateflow/bin/service.sh`, initEnv, limit, action]);
  const service = (text: string) =>
    box.bash(`echo ${Buffer.from(text).toString('base64')} | base64 -d >'${fate}/fateflow/bin/service.sh'`);

  describe('fate-flow-state', () => {
    test('tells what is there and what is not', async () => {
      expect(await look()).toMatchObject({ missingTools: [], scriptPresent: true, initEnvPresent: true, pids: [] });
      expect(await look('/nowhere/bin/service.sh', '/nowhere/env.sh')).toMatchObject({
        scriptPresent: false,
        initEnvPresent: false,
        ports: [],
      });
    });

    test('finds the processes of this fate_flow and of no other', async () => {
      const server = 'python/fate_flow/fate_flow_server.py';
      const own = [
        await start('python', '/', `${fate}/fateflow/${server}`),
        await start('/venv/bin/python3.8', '/', '-u', `${fate}/fateflow/${server}`, '--debug'),
        await start('python', `${fate}/fateflow`, server),
        await start('python', `${fate}/fateflow/python/fate_flow`, 'fate_flow_server.py'),
      ];
      await box.bash(`mkdir -p '${fate}/fateflow2/python/fate_flow'`);
      await start('python', '/', `${fate}/fateflow2/${server}`);
      await start('python', `${fate}/fateflow2/python/fate_flow`, 'fate_flow_server.py');
      await start('vi', '/', `${fate}/fateflow/${server}`);
      await start('python', '/', `${fate}/fateflow/${server}.bak`);
      await start('python', '/', `${fate}/fateflow/python/fate_flow/task.py`, 'fate_flow_server.py');
      expect(new Set((await look()).pids)).toEqual(new Set(own));
    });

    test('knows it by another name of its folder, and beside its service.sh, as up to FATE 1.6', async () => {
      await box.bash(`ln -s '${fate}' '${fate} link'; : >'${fate}/fateflow/python/fate_flow/service.sh'`);
      const server = 'fateflow/python/fate_flow/fate_flow_server.py';
      const own = [
        await start('python', '/', `${fate}/${server}`),
        await start('python', '/', `${fate} link/${server}`),
      ];
      for (const script of [
        `${fate} link/fateflow/bin/service.sh`,
        `${fate}/fateflow/bin/service.sh`,
        `${fate}/fateflow/python/fate_flow/service.sh`,
        `${fate} link/fateflow/python/fate_flow/service.sh`,
      ]) {
        expect(new Set((await look(script)).pids), script).toEqual(new Set(own));
      }
    });

    test.each(['conf', 'fateflow/conf', 'fateflow/bin/conf'])('finds the configuration in %s', async (folder) => {
      await box.bash(
        `mkdir -p '${fate}/${folder}'; printf 'fateflow:\\n  http_port: 9380\\n' >'${fate}/${folder}/service_conf.yaml'`,
      );
      expect((await look()).ports).toEqual([9380]);
    });
  });

  describe('fate-flow', () => {
    test('calls service.sh by bash from its folder, after the environment, whatever it ends with', async () => {
      await service('words=(a b); echo "$PWD $# $1 $MARK"; sleep 60 & exit 3');
      await box.bash(`echo 'export MARK="\${BASH_VERSION:+bash}"' >'${fate}/env.sh'`);
      const { exitCode, stdout, stderr } = await call('10', 'stop', `${fate}/env.sh`);
      expect([exitCode, stdout.toString(), stderr]).toEqual([0, `${fate}/fateflow/bin 1 stop bash\n`, 'exit code 3']);
      expect(await box.bash("find /tmp -maxdepth 1 -type f -name 'tmp.*'")).toBe('');
    });

    test('ends one that goes on for ever, and shows what it said', async () => {
      await service('echo waiting; while :; do sleep 0.1; done');
      // Time enough to say it.
      const { exitCode, stdout, stderr } = await call('3', 'stop');
      expect([exitCode, stdout.toString(), stderr]).toEqual([0, 'waiting\n', 'it did not end within 3 s']);
    });

    test('ends an earlier call that is still at work, of which a look tells', async () => {
      await service(`until [ "$1" = stop ] || [ -e '${fate}/go' ]; do sleep 0.05; done; echo "$1" >>'${fate}/done'`);
      const { command, text } = invocation('fate-flow', [`${fate}/fateflow/bin/service.sh`, '', '10', 'start']);
      await box.bash(`base64 -d >/tmp/text <<<${text.toString('base64')}
        (${shell}${command.slice('sh'.length)} </tmp/text) >/dev/null 2>&1 &
        until pgrep -f '^bash .*service.sh start' >/dev/null; do sleep 0.01; done`);
      expect((await look()).isAtWork).toBe(true);
      expect((await call('10', 'stop')).exitCode).toBe(0);
      expect((await look()).isAtWork).toBe(false);
      // Nobody is left to go on.
      expect(await box.bash(`: >'${fate}/go'; pgrep -f 'service[.]sh start' || cat '${fate}/done'`)).toBe('stop\n');
    });
  });
});
