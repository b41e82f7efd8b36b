import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { shellWord } from '../../../src/engine/shell-words.ts';

describe('shellWord', () => {
  it.each(['', 'a b', "it's", '$HOME', '~', '*', 'a\\b', '"', 'line\nline', '机房', '-c', 'k=v', '!x', ';', '{a,b}'])(
    'gives a shell the word %j',
    (word) => {
      expect(execFileSync('sh', ['-c', `printf %s ${shellWord(word)}`]).toString()).toBe(word);
    },
  );

  it('leaves plain words as they are', () => {
    expect(shellWord('/data/projects/fate-1.5/eggroll_home:x@y%+')).toBe('/data/projects/fate-1.5/eggroll_home:x@y%+');
  });
});
