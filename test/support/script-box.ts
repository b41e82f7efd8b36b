// A container in which the scripts of src/cluster/remote run as on a node, by the shell that a test names.

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { invocation, type ScriptName } from '../../src/cluster/remote-scripts.ts';
import { containerOf } from './containers.ts';
import { nodeImage } from './simulated-node.ts';

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
  const container = await containerOf(nodeImage()).withEntrypoint(['sleep', 'infinity']).withTmpFs(tmpfs).start();
  const workers = new Map<string, Worker>();
  const worker = (user: string) => {
    const known = workers.get(user) ?? startWorker(container.getId(), user);
    workers.set(user, known);
    return known;
  };
  return {
    async script(shell, name, args, input = '') {
      const { command, text } = invocation(name, args);
      const line = `exec ${shell}${command.slice('sh'.length)}`;
      const outcome = await worker('app').run(line, Buffer.concat([text, Buffer.from(input)]));
      const mark = Buffer.from('\u0001begin\u0001\n');
      return { ...outcome, stdout: outcome.stdout.subarray(outcome.stdout.indexOf(mark) + mark.length) };
    },
    async bash(commands, user = 'app') {
      const { exitCode, stdout, stderr } = await worker(user).run(commands, Buffer.alloc(0));
      if (exitCode !== 0) throw new Error(`${commands}\nended with ${exitCode}: ${stderr}`);
      return stdout.toString('utf8');
    },
    async stop() {
      for (const { child } of workers.values()) child.kill();
      await container.stop({ timeout: 0 });
    },
  };
}

interface Worker {
  readonly child: ChildProcessWithoutNullStreams;
  run(commands: string, input: Buffer): Promise<BoxOutcome>;
}

// Runs one job after another: a line with the commands and one with the input in, a line with what came of it out, all in base64.
// Much quicker than a `docker exec` for each.
const workerScript = `
  dir=$(mktemp -d)
  while read -r commands && read -r input; do
    base64 -d <<<"$commands" >"$dir/commands"
    base64 -d <<<"$input" | bash -eu "$dir/commands" >"$dir/out" 2>"$dir/err"
    echo "\${PIPESTATUS[1]},$(base64 -w 0 "$dir/out"),$(base64 -w 0 "$dir/err")"
  done`;

function startWorker(containerId: string, user: string): Worker {
  const child = spawn('docker', ['exec', '-i', `--user=${user}`, containerId, 'bash', '-c', workerScript]);
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    child,
    async run(commands, input) {
      child.stdin.write(`${Buffer.from(commands).toString('base64')}\n${input.toString('base64')}\n`);
      const { value, done } = await answers.next();
      if (done) throw new Error(`The container ended at: ${commands}`);
      const [exitCode, stdout = '', stderr = ''] = value.split(',');
      return {
        exitCode: Number(exitCode),
        stdout: Buffer.from(stdout, 'base64'),
        stderr: Buffer.from(stderr, 'base64').toString('utf8').trim(),
      };
    },
  };
}
