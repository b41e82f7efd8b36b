// A container in which the scripts of src/cluster/remote run as on a node, by the shell that a test names.

import { spawn } from 'node:child_process';
import { GenericContainer } from 'testcontainers';
import { invocation, type ScriptName } from '../../src/cluster/remote-scripts.ts';
import { nodeImage } from './simulated-node.ts';

process.env['TESTCONTAINERS_RYUK_DISABLED'] ??= 'true';

export interface BoxOutcome {
  readonly exitCode: number;
  /** What the script printed, without the mark of the prelude. */
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface ScriptBox {
  /** Runs a script as app; throws nothing for any exit code. */
  script(shell: string, name: ScriptName, args: readonly string[], input?: Buffer | string): Promise<BoxOutcome>;
  /** Runs bash commands; gives what they printed. Throws when they fail. */
  bash(commands: string, user?: string): Promise<string>;
  stop(): Promise<void>;
}

/** `tmpfs`: mount points and their options, such as `rw,exec,size=2m`. Without any, /data is a volume. */
export async function startScriptBox(tmpfs: Record<string, string> = {}): Promise<ScriptBox> {
  const container = await new GenericContainer(nodeImage())
    .withEntrypoint(['sleep', 'infinity'])
    .withTmpFs(tmpfs)
    .start();
  const id = container.getId();
  return {
    async script(shell, name, args, input = '') {
      const { command, text } = invocation(name, args);
      const line = `exec ${shell}${command.slice('sh'.length)}`;
      const outcome = await docker(['exec', '-i', '--user=app', id, 'bash', '-c', line], [text, Buffer.from(input)]);
      const mark = Buffer.from('\u0001begin\u0001\n');
      return { ...outcome, stdout: outcome.stdout.subarray(outcome.stdout.indexOf(mark) + mark.length) };
    },
    async bash(commands, user = 'app') {
      const args = ['exec', '-i', `--user=${user}`, id, 'bash', '-eu'];
      const { exitCode, stdout, stderr } = await docker(args, [Buffer.from(commands)]);
      if (exitCode !== 0) throw new Error(`${commands}\nended with ${exitCode}: ${stderr}`);
      return stdout.toString('utf8');
    },
    stop: async () => void (await container.stop({ timeout: 0 })),
  };
}

function docker(args: readonly string[], input: readonly Buffer[]): Promise<BoxOutcome> {
  return new Promise((resolve, reject) => {
    const child = spawn('docker', args);
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.once('error', reject);
    child.once('close', (code) =>
      resolve({
        exitCode: code ?? -1,
        stdout: Buffer.concat(stdout),
        stderr: Buffer.concat(stderr).toString('utf8').trim(),
      }),
    );
    // A script may end before it has read everything.
    child.stdin.on('error', () => child.stdin.destroy());
    child.stdin.end(Buffer.concat(input));
  });
}
