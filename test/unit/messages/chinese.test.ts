import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Config } from '../../../src/config/config.ts';
import { catalogue, type ErrorCode } from '../../../src/engine/catalogue.ts';
import { chineseCatalogue } from '../../../src/engine/catalogue-zh.ts';
import { chinese } from '../../../src/messages/chinese.ts';
import { holePattern } from '../../../src/messages/holes.ts';
import { sayIn, translated } from '../../../src/messages/phrases.ts';
import { phasesOf } from '../../../src/rehearsal/rehearse.ts';
import { openRecovery } from '../../../src/steps/open-recovery.ts';
import { workOut } from '../../../src/steps/plan.ts';
import { pruneBackups } from '../../../src/steps/prune.ts';
import { lookAround } from '../../../src/steps/status.ts';
import { upgradeSteps } from '../../../src/steps/upgrade.ts';

const entries: readonly (readonly [string, string])[] = Object.entries(chinese);
// Figures, units and names of variables alone need no Chinese word.
const isChinese = (text: string) => /\p{Script=Han}/u.test(text) || !/[a-z]{2}/i.test(text.replace(holePattern, ''));

const phases = phasesOf({ cluster: {} as Config, faults: 1 }, sayIn('zh'));

const source = globSync('src/**/*.ts', { cwd: join(import.meta.dirname, '../../..') })
  .filter((path) => !path.startsWith('src/messages/'))
  .map((path) => readFileSync(join(import.meta.dirname, '../../..', path), 'utf8'))
  .join('\n');

describe('the Chinese texts', () => {
  it.each(entries)('%s has a translation with the same facts', (english, text) => {
    const holes = (of: string) => [...of.matchAll(holePattern)].map(([hole]) => hole).sort();
    expect(holes(text)).toEqual(holes(english));
    expect(text).toSatisfy(isChinese);
  });

  it.each(entries)('%s keeps commands, variables and paths as they are', (english, text) => {
    const fixed = english.match(/`[^`]+`|\b[A-Z]+(?:_[A-Z]+)+\b|[\w.-]+\/[\w./-]*\w/g) ?? [];
    for (const word of fixed) expect(text).toContain(word);
  });

  it.each(entries.map(([english]) => english))('%s is said somewhere', (english) => {
    expect(source.replaceAll("\\'", "'")).toContain(english);
  });

  it.each(Object.keys(catalogue) as ErrorCode[])('%s has a summary and a remedy', (code) => {
    const { summary, remedy } = chineseCatalogue[code];
    for (const text of [summary, remedy]) {
      expect(text).toMatch(/\p{Script=Han}/u);
      expect(text).toMatch(/。$/);
    }
    for (const [word] of `${catalogue[code].remedy}`.matchAll(/`\w+`|\b[A-Z]+_[A-Z_]+\b/g))
      expect(remedy).toContain(word);
  });

  it.each([...upgradeSteps, openRecovery, pruneBackups, lookAround, workOut, ...phases])(
    '$id has its titles',
    (step) => {
      for (const title of [step.title, ...(step.undo ? [step.undo.title] : [])]) {
        expect(translated('zh', title)).toMatch(/\p{Script=Han}/u);
      }
    },
  );
});
