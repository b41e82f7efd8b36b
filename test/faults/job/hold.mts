// Loaded into the job by `node --import`: holds it at the wanted lines of its output, so that a test can do something exactly there,
// and then lets it go. The test sees the file `reached-N` in /hold, and makes `go-N`.
//
// FAULT_HOLD is JSON: {"points": [{key, nth}], "how": "still" | "beating"}. `still`: the process does nothing at all, not even a
// timer, as if it were frozen. `beating`: its timers go on, so that it keeps its locks, but every command and statement waits.

import { existsSync, writeFileSync } from 'node:fs';
import { atLines, type WantedLine } from './at-line.mts';
import { type Method, wrapCommands, wrapStatements } from './doors.mts';

interface Hold {
  readonly points: readonly WantedLine[];
  readonly how: 'still' | 'beating';
}

const folder = '/hold';
const { points, how } = JSON.parse(process.env['FAULT_HOLD'] ?? '{}') as Hold;
const mayGo = (index: number) => existsSync(`${folder}/go-${index}`);

const waiting: (() => void)[] = [];
// A step that asks nobody anything comes to its end while it is held, and the next one is held as well.
const holding = new Set<number>();

const holdable = (original: Method): Method =>
  function (...args) {
    if (holding.size === 0) return original.apply(this, args);
    waiting.push(() => void original.apply(this, args));
    return undefined;
  };
wrapCommands(holdable);
wrapStatements(holdable);

atLines(points, (index) => {
  writeFileSync(`${folder}/reached-${index}`, '');
  if (how === 'still') stayStill(index);
  else keepBeating(index);
});

function stayStill(index: number): void {
  const clock = new Int32Array(new SharedArrayBuffer(4));
  while (!mayGo(index)) Atomics.wait(clock, 0, 0, 5);
}

function keepBeating(index: number): void {
  holding.add(index);
  const look = setInterval(() => {
    if (!mayGo(index)) return;
    clearInterval(look);
    holding.delete(index);
    if (holding.size > 0) return;
    for (const goOn of waiting.splice(0)) goOn();
  }, 5);
}
