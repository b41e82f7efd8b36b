// Calls the docker command line: for one-shot containers whose exit code and output are what a test looks at.

import { spawn } from 'node:child_process';

export interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `docker …` to its end. */
export function docker(args: readonly string[], input?: string): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn('docker', [...args], { stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      stdout += chunk.toString('utf8');
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr += chunk.toString('utf8');
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ exitCode: code ?? -1, stdout, stderr }));
    child.stdin?.end(input);
  });
}
