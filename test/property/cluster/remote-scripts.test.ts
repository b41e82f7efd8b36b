// Whatever an argument holds, it reaches the script as it is. Tried with the real sh of this machine.

import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { invocation } from '../../../src/cluster/remote-scripts.ts';

// The script behind the arguments is replaced by one that prints them.
const printer = Buffer.from('for word; do printf "%s\\0" "$word"; done');
const prelude = Buffer.from('\nset -eu\n');

function echoed(words: readonly string[]): string[] {
  const { command, text } = invocation('read-file', words);
  const program = Buffer.concat([text.subarray(0, text.indexOf(prelude) + 1), printer]);
  const printing = command.replace(`head -c ${text.length}`, `head -c ${program.length}`);
  const { stdout, status, stderr } = spawnSync('sh', ['-c', printing], {
    input: Buffer.concat([program, Buffer.from('rest')]),
  });
  expect([status, stderr.toString('utf8')]).toEqual([0, '']);
  return stdout.toString('utf8').split('\0').slice(0, -1);
}

// A command line cannot hold NUL.
const shellCharacters = fc.constantFrom(...'\'"`$\\!*?[]{}()<>|&;#~ \t\n\r=%-', 'é', '证', '😀', '\u0001', '\u007f');
const word = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }).map((text) => text.replaceAll('\0', '')),
  fc.string({ unit: shellCharacters, maxLength: 30 }),
);

describe('invocation', () => {
  it('passes every argument unchanged', () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), (words) => {
        expect(echoed(words)).toEqual(words);
      }),
      { numRuns: 400 },
    );
  });

  it('passes what looks like an attack', () => {
    const words = ["'; touch /tmp/owned; '", '$(id)', '`id`', '-c', '--', '', "'", "''", '\\', "\\'", 'a\nb', '"$@"'];
    expect(echoed(words)).toEqual(words);
  });
});
