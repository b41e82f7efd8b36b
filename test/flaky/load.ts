// A load beside the tests: a process for each processor that does nothing but compete for it, and one that writes to the disk.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

const busy = join(import.meta.dirname, 'busy.mts');
/** It ends with the process that has started it, however that one ends; and in any case after this. */
const limitMs = 24 * 3_600_000;

/** Starts it; gives a function that ends it and removes what it has written in the folder. */
export function startLoad(folder: string): () => Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  const processors = Array.from({ length: availableParallelism() }, () => start('processor'));
  const all = [...processors, start('disk', folder)];
  return async () => {
    await Promise.all(all.map(end));
    rmSync(folder, { recursive: true, force: true });
  };
}

function start(...words: readonly string[]): ChildProcess {
  const [kind = '', ...more] = words;
  return spawn(process.execPath, [busy, kind, String(limitMs), ...more], { stdio: 'ignore' });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
