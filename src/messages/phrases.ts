// Texts for people. The English text stands where it is said and is the key of its translation, so that one without a translation
// does not compile.

import { chinese } from './chinese.ts';
import { type Holes, holePattern } from './holes.ts';

export type Language = 'en' | 'zh';

/** An English text that has a translation. */
export type Template = keyof typeof chinese;

/** A template without places to fill. */
export type Fixed = { [T in Template]: [Holes<T>] extends [never] ? T : never }[Template];

type Value = string | number;

type Values<T extends string> = [Holes<T>] extends [never] ? [] : [values: Readonly<Record<Holes<T>, Value>>];

/** A text that is said later, by whoever knows the language. */
export interface Phrase {
  readonly template: Template;
  readonly values: Readonly<Record<string, Value>>;
}

/** What a finding may say of its own: a fixed text or a phrase. */
export type Saying = Fixed | Phrase;

/** Says a template in one language. */
export type Say = <T extends Template>(template: T, ...values: Values<T>) => string;

/** Keeps a template and its values until the language is known. */
export function phrase<T extends Template>(template: T, ...[values]: Values<T>): Phrase {
  return { template, values: values ?? {} };
}

export function sayIn(language: Language): Say {
  return (template, ...[values]) => fill(translated(language, template), values ?? {});
}

/** A saying in a language. */
export function told(language: Language, saying: Saying): string {
  if (typeof saying === 'string') return translated(language, saying);
  return fill(translated(language, saying.template), saying.values);
}

/** A text that comes as data, such as the title of a step; as it is where nothing is known of it. */
export function translated(language: Language, text: string): string {
  if (language !== 'zh' || !Object.hasOwn(chinese, text)) return text;
  return chinese[text as Template];
}

function fill(template: string, values: Readonly<Record<string, Value>>): string {
  return template.replaceAll(holePattern, (hole, name: string) => String(values[name] ?? hole));
}
