// Loaded into the job by `node --import`: ends it by SIGKILL at the wanted line of its output, at once, or so many milliseconds
// later. Output to a pipe is synchronous, so nothing of what follows the line has begun.
//
// FAULT_KILL is JSON: {"key": the line's key, "nth": its occurrence from 1, "afterMs": a number, absent for at once}.

import { isWanted, keyOf } from './event-key.mts';

interface Wanted {
  readonly key: string;
  readonly nth: number;
  readonly afterMs?: number;
}

const wanted = JSON.parse(process.env['FAULT_KILL'] ?? '{}') as Wanted;
const write = process.stdout.write.bind(process.stdout) as (...args: readonly unknown[]) => boolean;
let seen = 0;

process.stdout.write = (chunk: string | Uint8Array, ...more: readonly unknown[]): boolean => {
  const written = write(chunk, ...more);
  for (const line of String(chunk).split('\n')) {
    if (!line.startsWith('{') || !isWanted(keyOf(JSON.parse(line) as Record<string, unknown>), wanted.key)) continue;
    seen += 1;
    if (seen === wanted.nth) end();
  }
  return written;
};

function end(): void {
  const kill = () => process.kill(process.pid, 'SIGKILL');
  if (wanted.afterMs === undefined) kill();
  else setTimeout(kill, wanted.afterMs);
}
