// Does something at the wanted line of the job's output. Output to a pipe is synchronous, so nothing of what follows the line has begun.

import { isWanted, keyOf } from './event-key.mts';

export interface WantedLine {
  readonly key: string;
  /** Which occurrence, from 1. */
  readonly nth: number;
}

/** Calls `act` with the place in the list of each wanted line as it comes by. */
export function atLines(wanted: readonly WantedLine[], act: (index: number) => void): void {
  const seen = wanted.map(() => 0);
  onEveryLine((line) => {
    const key = keyOf(line);
    for (const [index, { key: wantedKey, nth }] of wanted.entries()) {
      if (!isWanted(key, wantedKey)) continue;
      const count = (seen[index] ?? 0) + 1;
      seen[index] = count;
      if (count === nth) act(index);
    }
  });
}

/** Calls `act` with every line of JSON right after it was printed. */
export function onEveryLine(act: (line: Readonly<Record<string, unknown>>) => void): void {
  const write = process.stdout.write.bind(process.stdout) as (...args: readonly unknown[]) => boolean;
  process.stdout.write = (chunk: string | Uint8Array, ...more: readonly unknown[]): boolean => {
    const written = write(chunk, ...more);
    for (const line of String(chunk).split('\n')) {
      if (line.startsWith('{')) act(JSON.parse(line) as Readonly<Record<string, unknown>>);
    }
    return written;
  };
}
