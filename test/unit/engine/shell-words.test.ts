import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { shellWord } from '../../../src/engine/shell-words.ts';

describe('shellWord', () => {
  it.each(['', 'a b', "it's", '$HOME', '~', '*', 'a\\b', '"', 'line\nline', '机房', '-c', 'k=v', '!x', ';', '{a,b}'])(
    'gives a shell the word %j',
    (word) => {
      const script = `set -- ${shellWord(word)}; printf '%s %s' "$#" "$1"`;
      expect(execFileSync('sh', ['-c', script]).toString()).toBe(`1 ${word}`);
    },
  );

  it('leaves plain words as they are', () => {
    expect(shellWord('/data/projects/fate-1.5/eggroll_home:x@y%+')).toBe('/data/projects/fate-1.5/eggroll_home:x@y%+');
  });
});
