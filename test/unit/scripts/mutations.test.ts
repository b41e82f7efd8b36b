import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { applyPatch, parsePatch, pattern, readMutations } from '../../../scripts/mutation-patches.ts';

const root = join(import.meta.dirname, '../../..');
const mutations = readMutations(root);

describe('the mutations', () => {
  it('are many, and each breaks something of its own', () => {
    expect(mutations.length).toBeGreaterThanOrEqual(40);
    expect(new Set(mutations.map(({ breaks }) => breaks)).size).toBe(mutations.length);
  });

  it.each(mutations)('$name applies, to the program alone', ({ file, changes }) => {
    expect(applyPatch(root, file, '--check')).toEqual({ isDone: true, problem: '' });
    expect(changes.length).toBeGreaterThan(0);
    for (const path of changes) expect(path).toMatch(/^(?:src|helm|images)\//);
  });

  it.each(mutations)('$name names a case that is there', ({ test, words }) => {
    const text = readFileSync(join(root, test), 'utf8');
    expect(words.length).toBeGreaterThan(0);
    for (const part of words) expect(text).toContain(part);
  });
});

describe('a patch', () => {
  const head = 'Breaks: all.\nPromise: none.\nCaught-by: test/a.test.ts > dash > (some) words\n\n';

  it('has a head, and names what it changes', () => {
    expect(parsePatch('a.patch', `${head}--- a/src/a.ts\n+++ b/src/a.ts\n@@ -1 +1 @@\n-Breaks: x\n+y\n`)).toEqual({
      breaks: 'all.',
      promise: 'none.',
      test: 'test/a.test.ts',
      words: ['dash', '(some) words'],
      changes: ['src/a.ts'],
    });
  });

  it('without a line of its head is an error', () => {
    const text = head.replace(/^Promise.*\n/m, '');
    expect(() => parsePatch('a.patch', `${text}--- a/src/a.ts\n`)).toThrow(
      "The head of a.patch has no line 'Promise: …'.",
    );
  });

  it('has the words of its case in a pattern of their order', () => {
    expect('dash does (some) words').toMatch(new RegExp(pattern({ words: ['dash', '(some) words'] })));
    expect('(some) words by dash').not.toMatch(new RegExp(pattern({ words: ['dash', '(some) words'] })));
  });
});
