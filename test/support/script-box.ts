// A container in which the scripts of src/cluster/remote run as on a node, by the shell that a test names.

import { invocation, type ScriptName } from '../../src/cluster/remote-scripts.ts';
import { containerOf } from './containers.ts';
import { shellsOf, type User } from './shells.ts';
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
  bash(commands: string, user?: User): Promise<string>;
  stop(): Promise<void>;
}

/** `tmpfs`: mount points and their options, such as `rw,exec,size=2m`. Without any, /data is a volume. */
export async function startScriptBox(tmpfs: Record<string, string> = {}): Promise<ScriptBox> {
  const container = await containerOf(nodeImage()).withEntrypoint(['sleep', 'infinity']).withTmpFs(tmpfs).start();
  const shells = shellsOf(container.getId());
  return {
    async script(shell, name, args, input = '') {
      const { command, text } = invocation(name, args);
      const line = `exec ${shell}${command.slice('sh'.length)}`;
      const outcome = await shells.run(line, { user: 'app', input: Buffer.concat([text, Buffer.from(input)]) });
      const mark = Buffer.from('\u0001begin\u0001\n');
      const stdout = outcome.stdout.subarray(outcome.stdout.indexOf(mark) + mark.length);
      return { ...outcome, stdout, stderr: outcome.stderr.trim() };
    },
    async bash(commands, user = 'app') {
      const { exitCode, stdout, stderr } = await shells.run(`set -eu\n${commands}`, { user });
      if (exitCode !== 0) throw new Error(`${commands}\nended with ${exitCode}: ${stderr.trim()}`);
      return stdout.toString('utf8');
    },
    async stop() {
      shells.stop();
      await container.stop({ timeout: 0 });
    },
  };
}
