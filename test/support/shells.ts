// Shells that wait in a container and run one command after another: a `docker exec` for each command would cost ten times as much.

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export type User = 'root' | 'app';

export interface CommandOptions {
  /** `root` unless told otherwise. */
  readonly user?: User;
  /** Standard input; nothing to read when absent. */
  readonly input?: Buffer | string;
}

export interface CommandOutcome {
  /** 137 when the container ended meanwhile. */
  readonly exitCode: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface Shells {
  /** Runs bash commands. Several may run at once, each in a shell of its own. */
  run(commands: string, options?: CommandOptions): Promise<CommandOutcome>;
  stop(): void;
}

/** No command of a test takes so long; one that hangs must not hold up all that comes after it. */
const limitSeconds = 600;

/** The shells of a container, made as they are needed. One that has ended with its container is replaced. */
export function shellsOf(containerId: string): Shells {
  const idle: Shell[] = [];
  const all = new Set<Shell>();
  return {
    async run(commands, { user = 'root', input } = {}) {
      const given = input === undefined ? '-' : Buffer.from(input).toString('base64');
      const line = `${user} ${Buffer.from(commands).toString('base64')} ${given}\n`;
      for (;;) {
        const known = idle.pop();
        const shell = known ?? startShell(containerId);
        all.add(shell);
        const outcome = await shell.run(line);
        if (shell.isAlive()) idle.push(shell);
        else all.delete(shell);
        if (outcome) return outcome;
        if (!known) throw new Error(`No shell starts in the container ${containerId}: ${shell.errors()}`);
      }
    },
    stop() {
      for (const shell of all) shell.end();
    },
  };
}

interface Shell {
  /** Undefined when the shell was gone before it took the command. */
  run(line: string): Promise<CommandOutcome | undefined>;
  isAlive(): boolean;
  errors(): string;
  end(): void;
}

// Every command is a line: the user, the text, the input. It answers with `taken` before it begins, and with the outcome after it.
// Its files lie where no test looks for what a run has left.
const script = `
  dir=$(mktemp -d /run/shell.XXXXXX) && chmod 755 "$dir" && cd / || exit
  while read -r user commands input; do
    echo taken
    base64 -d <<<"$commands" >"$dir/commands"
    run=(timeout ${limitSeconds} bash "$dir/commands")
    [ "$user" = root ] || run=(env HOME="/home/$user" setpriv --reuid="$user" --regid="$(id -g "$user")" --init-groups "\${run[@]}")
    if [ "$input" = - ]; then
      "\${run[@]}" </dev/null >"$dir/out" 2>"$dir/err"
    else
      base64 -d <<<"$input" | "\${run[@]}" >"$dir/out" 2>"$dir/err"
    fi
    echo "$?,$(base64 -w 0 "$dir/out"),$(base64 -w 0 "$dir/err")"
    : >"$dir/out"
    : >"$dir/err"
  done`;

function startShell(containerId: string): Shell {
  const child = spawn('docker', ['exec', '-i', '--user=root', containerId, 'bash', '-c', script]);
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let errors = '';
  let isOver = false;
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  child.once('exit', () => {
    isOver = true;
  });
  // It may end between two commands.
  child.stdin.on('error', () => undefined);
  return {
    isAlive: () => !isOver,
    errors: () => errors,
    end: () => void child.kill(),
    async run(line) {
      child.stdin.write(line);
      const taken = await answers.next();
      if (!taken.done) return outcomeOf(await answers.next());
      await ended(child);
      return undefined;
    },
  };
}

function outcomeOf({ value, done }: IteratorResult<string>): CommandOutcome {
  if (done) return { exitCode: 137, stdout: Buffer.alloc(0), stderr: 'The container ended.' };
  const [exitCode, stdout = '', stderr = ''] = value.split(',');
  return {
    exitCode: Number(exitCode),
    stdout: Buffer.from(stdout, 'base64'),
    stderr: Buffer.from(stderr, 'base64').toString('utf8'),
  };
}

async function ended(child: ChildProcessWithoutNullStreams): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise((resolve) => child.once('exit', resolve));
}
