// The options of EggRoll's upgrade_helper.py, read as it reads them, by Python's argparse: `-c X`, `-cX`, `--nm_file X`,
// `--nm_file=X`, any beginning of a long name that fits one only, and of an option that is repeated the last.

import type { Finding } from '../engine/errors.ts';
import { type VariableName, variables } from './variables.ts';

/** An option of the old tool. `recover` is its only one without a variable: it chooses the command. */
export type OldName = VariableName | 'recover';

export interface OldOption {
  readonly name: OldName;
  readonly short: string;
  readonly long: string;
}

export const oldOptions: readonly OldOption[] = [
  ...Object.entries(variables).flatMap(([name, variable]) => {
    const [short, long] = ('oldOption' in variable ? variable.oldOption : '').split(' ');
    return short && long ? [{ name: name as VariableName, short, long }] : [];
  }),
  { name: 'recover', short: '-f', long: '--recover' },
];

export interface OldValues {
  /** Those that are not empty, as an empty one is none in the old tool; `recover`, a number, may be. */
  readonly values: ReadonlyMap<OldName, string>;
  /** Options that are there more than once, with different values. */
  readonly repeated: readonly OldName[];
  readonly findings: readonly Finding[];
}

export const usage = 'Give the options as upgrade_helper.py takes them, each with its value.';

/** Reads a command line, also with `python3 upgrade_helper.py` before the options. No finding repeats a value: it may be a secret. */
export function readOldOptions(line: readonly string[]): OldValues {
  const values = new Map<OldName, string>();
  const repeated = new Set<OldName>();
  const findings: Finding[] = [];
  for (const { read, value } of pairsOf(withoutProgram(line))) {
    const found = 'problem' in read ? read.problem : 'The option has no value.';
    if ('problem' in read || value === undefined) {
      findings.push({ code: 'USAGE', where: read.shown, found, remedy: usage });
      continue;
    }
    if ((values.get(read.name) ?? value) !== value) repeated.add(read.name);
    values.set(read.name, value);
  }
  const given = [...values].filter(([name, value]) => value !== '' || name === 'recover');
  return { values: new Map(given), repeated: [...repeated], findings };
}

/** Options with their values, from the same word or the next: also that of an option which is not known, as it may be a secret. */
function pairsOf(words: readonly string[]): { readonly read: Read; readonly value: string | undefined }[] {
  const pairs: { read: Read; value: string | undefined }[] = [];
  let at = 0;
  while (at < words.length) {
    const read = readOption(words[at] ?? '');
    const next = read.value === undefined && isValue(words[at + 1]) ? words[at + 1] : undefined;
    pairs.push({ read, value: read.value ?? next });
    at += next === undefined ? 1 : 2;
  }
  return pairs;
}

// `python3 upgrade_helper.py -c …` is what people have in their notes. Behind an option, the name is a value.
function withoutProgram(words: readonly string[]): readonly string[] {
  if (words[0]?.startsWith('-')) return words;
  const script = words.findIndex((word) => /(?:^|\/)upgrade_helper\.py$/.test(word));
  return words.slice(script + 1);
}

type Read = {
  /** How a message names it: never with a value. */
  readonly shown: string;
  /** From the word itself: `-cX`, `--nm_file=X`. */
  readonly value: string | undefined;
} & ({ readonly name: OldName } | { readonly problem: string });

function readOption(word: string): Read {
  if (!isDashed(word)) {
    const isWholeLine = /upgrade_helper\.py\s/.test(word);
    return {
      shown: 'a word',
      value: '',
      problem: isWholeLine ? wholeLine : 'There is a word that belongs to no option.',
    };
  }
  const [name, value] = splitWord(word);
  const fitting = fittingOptions(word);
  const [option] = fitting;
  if (option && fitting.length === 1) return { shown: option.long, value, name: option.name };
  if (fitting.length > 1) {
    return { shown: name, value, problem: `It may be ${fitting.map(({ long }) => long).join(' or ')}.` };
  }
  return { shown: name, value, problem: 'upgrade_helper.py has no such option.' };
}

const wholeLine = 'The whole command line is one word: leave out the quotes around it.';

// A lone dash is a value.
function isDashed(word: string): boolean {
  return word.startsWith('-') && word.length > 1;
}

function fittingOptions(word: string): readonly OldOption[] {
  const [name] = splitWord(word);
  const exact = oldOptions.filter(({ short, long }) => [short, long].includes(name));
  return exact.length > 0 ? exact : oldOptions.filter(({ long }) => name.length > 2 && long.startsWith(name));
}

function splitWord(word: string): [name: string, value: string | undefined] {
  if (!word.startsWith('--')) return [word.slice(0, 2), word.length > 2 ? word.slice(2).replace(/^=/, '') : undefined];
  const sign = word.indexOf('=');
  return sign < 0 ? [word, undefined] : [word.slice(0, sign), word.slice(sign + 1)];
}

// What begins with a dash is a value when it is a negative number, or no option and has a blank in it: a password, say.
function isValue(word: string | undefined): boolean {
  if (word === undefined || !isDashed(word)) return word !== undefined;
  return fittingOptions(word).length === 0 && (/^-(?:\d+|\d*\.\d+)$/.test(word) || word.includes(' '));
}
