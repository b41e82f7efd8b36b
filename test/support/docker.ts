// Calls programs whose exit code and output are what a test looks at: docker's command line for one-shot containers, and others.

import { spawn } from 'node:child_process';

export interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `docker …` to its end. */
export function docker(args: readonly string[], input?: string, onLine?: (line: string) => void): Promise<Outcome> {
  return run('docker', args, input, onLine);
}

/**
 * Freezes a container: the kernel still takes what is sent to it, but nobody answers. The engine gives up when a process was in the
 * middle of something that cannot be frozen, so it is asked again while the container runs.
 */
export async function pauseContainer(container: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const { exitCode, stderr } = await docker(['pause', container]);
    if (exitCode === 0) return;
    if (tries === 5) throw new Error(`docker pause ${container}: ${stderr}`);
  }
}

export async function unpauseContainer(container: string): Promise<void> {
  const { exitCode, stderr } = await docker(['unpause', container]);
  if (exitCode !== 0) throw new Error(`docker unpause ${container}: ${stderr}`);
}

/** Runs a program to its end. `onLine` hears each line of standard output as soon as it is whole. */
export function run(
  program: string,
  args: readonly string[],
  input?: string,
  onLine?: (line: string) => void,
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], { stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    let told = 0;
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk;
      if (!onLine) return;
      for (let end = stdout.indexOf('\n', told); end >= 0; end = stdout.indexOf('\n', told)) {
        onLine(stdout.slice(told, end));
        told = end + 1;
      }
    });
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      stderr += chunk;
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ exitCode: code ?? -1, stdout, stderr }));
    child.stdin?.end(input);
  });
}
