// Keeps one processor, or the disk below a folder, busy until whoever started it is gone; at most for so long.
//
//   node busy.mts processor MILLISECONDS
//   node busy.mts disk MILLISECONDS FOLDER

import { closeSync, fsyncSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const [kind, limitMs, folder = ''] = process.argv.slice(2);
const startMs = performance.now();
const parent = process.ppid;
const isOver = () => process.ppid !== parent || performance.now() - startMs > Number(limitMs);

const pieceMs = 100;
const chunk = Buffer.alloc(1_048_576, 'x');
/** What lies on the disk at most. */
const chunks = 64;

if (kind === 'disk') writeForEver();
else spin();

function spin(): void {
  while (!isOver()) {
    const pieceStartMs = performance.now();
    while (performance.now() - pieceStartMs < pieceMs);
  }
}

/** Each piece goes to the disk before the next one is written. */
function writeForEver(): void {
  mkdirSync(folder, { recursive: true });
  try {
    while (!isOver()) {
      const file = openSync(join(folder, 'busy'), 'w');
      for (let count = 0; count < chunks && !isOver(); count += 1) {
        writeSync(file, chunk);
        fsyncSync(file);
      }
      closeSync(file);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
