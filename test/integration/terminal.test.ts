// The program as a process, in front of a node that takes the connection and never says a word.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ConfigFixture, configFixture } from '../unit/config/fixture.ts';

const main = join(import.meta.dirname, '../../src/cli/main.ts');
const hideCursor = '\u001b[?25l';
const showCursor = '\u001b[?25h';

let fixture: ConfigFixture;
let server: Server;
const sockets: Socket[] = [];
beforeEach(async () => {
  fixture = await configFixture();
  server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  server.close();
  await fixture.dispose();
});

async function start(
  env: Readonly<Record<string, string>>,
  command = 'status',
  node: readonly string[] = [],
  screen?: number,
) {
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const lists = {
    NM_FILE: await fixture.write('silent', `127.0.0.1:${port}\n`),
    RS_FILE: await fixture.write('none', '\n'),
    MYSQL_FILE: 'none',
  };
  const program = spawn(process.execPath, [...node, main, command], {
    env: { PATH: process.env['PATH'], ...fixture.env, ...lists, ...env },
    stdio: ['ignore', screen ?? 'pipe', screen ?? 'pipe'],
  });
  let text = '';
  program.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const closed = once(program, 'close');
  return {
    program,
    output: () => text,
    async shows(part: string) {
      while (!text.includes(part))
        await Promise.race([once(program.stdout ?? program, 'data'), closed.then(() => expect(text).toContain(part))]);
    },
    ended: async () => (await closed)[0] as number,
  };
}

/** Makes the program do something when it gets SIGUSR2. */
const atSignal = (what: string) => [`--import=data:text/javascript,process.on("SIGUSR2", () => { ${what} });`];

describe('a terminal', () => {
  it('gets its cursor back when the process ends at once', async () => {
    const run = await start({ OUTPUT: 'tty' }, 'status', atSignal('process.exit(75)'));
    await run.shows(hideCursor);
    run.program.kill('SIGUSR2');
    expect(await run.ended()).toBe(75);
    expect(run.output().endsWith(showCursor)).toBe(true);
    expect(run.output().split(hideCursor)).toHaveLength(2);
    expect(run.output()).toContain('look at the nodes and the database');
  });

  it('gets its cursor back after Ctrl-C, with the result', async () => {
    const run = await start({ OUTPUT: 'tty' });
    await run.shows(hideCursor);
    run.program.kill('SIGINT');
    await run.shows('SIGINT');
    run.program.kill('SIGINT');
    expect(await run.ended()).toBe(75);
    expect(run.output().endsWith(showCursor)).toBe(true);
  });

  it('gets its cursor back before the last words of a program that breaks', async () => {
    const both = await open(join(fixture.folder, 'screen'), 'w+');
    const run = await start({ OUTPUT: 'tty' }, 'status', atSignal('throw new Error("broken on purpose")'), both.fd);
    const screen = () => readFile(join(fixture.folder, 'screen'), 'utf8');
    while (!(await screen()).includes(hideCursor)) await sleep(20);
    run.program.kill('SIGUSR2');
    expect(await run.ended()).toBe(70);
    const [before = '', after] = (await screen()).split('A defect in this program: Error: broken on purpose');
    await both.close();
    expect(before.endsWith(showCursor)).toBe(true);
    expect(after).not.toContain(showCursor);
  });
});

describe('MESSAGES', () => {
  const ending = async (env: Readonly<Record<string, string>>) => {
    const run = await start({ SSH_PORT: 'many', ...env }, 'upgrade');
    return { exitCode: await run.ended(), output: run.output() };
  };

  it.each([{ MESSAGES: 'zh' }, { LANG: 'zh_CN.UTF-8' }])(
    '%j says in Chinese what is wrong and what to do',
    async (env) => {
      const { exitCode, output } = await ending(env);
      expect(exitCode).toBe(78);
      expect(output).toMatch(
        /ERROR CONFIG_INVALID SSH_PORT：变量缺失或取值有误。.* 请改正该变量，然后重新运行同一命令。/,
      );
      expect(output).toMatch(/upgrade：失败（退出码 78，CONFIG_INVALID）\n {2}没有做任何改动。\n.*下一步：请/s);
    },
  );

  it('changes nothing of what programs read', async () => {
    const lines = async (env: Readonly<Record<string, string>>) => {
      const { output } = await ending({ OUTPUT: 'json', ...env });
      const texts = ['message', 'next', 'remedy', 'time', 'run'];
      return output
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line, (key, value) => (texts.includes(key) ? typeof value : value)));
    };
    const [chinese, english] = [await lines({ MESSAGES: 'zh' }), await lines({ LANG: 'zh_CN.UTF-8', MESSAGES: 'en' })];
    expect(chinese).toEqual(english);
    expect(chinese.at(-1)).toMatchObject({ type: 'result', outcome: 'failed', exitCode: 78 });
  });

  it('is itself checked', async () => {
    const { output } = await ending({ MESSAGES: 'klingon' });
    expect(output).toMatch(/ERROR CONFIG_INVALID MESSAGES: /);
  });
});
