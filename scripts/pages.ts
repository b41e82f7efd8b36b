/** Which pages of the documentation are in both languages, and which are for developers, in English alone. */
import type { Language } from '../src/messages/phrases.ts';

/** Pages in docs that operators read, by name; the Chinese one of each stands in docs/zh-CN. */
const operatorGuides = [
  'air-gapped',
  'ci-rehearsal',
  'database',
  'errors',
  'from-upgrade-helper',
  'kubernetes',
  'reference',
  'reliability',
  'services',
  'versions',
] as const;

/** Pages in docs that stay in English. */
export const developerPages: readonly string[] = ['architecture', 'dependencies', 'faults', 'performance', 'testing'];

/** A page in English with its Chinese one, from the top of the repository. */
export interface Pair {
  readonly english: string;
  readonly chinese: string;
}

export const pairs: readonly Pair[] = [
  { english: 'README.md', chinese: 'README.zh-CN.md' },
  ...operatorGuides.map((name) => ({ english: `docs/${name}.md`, chinese: `docs/zh-CN/${name}.md` })),
];

/** Where a page stands in a language, by its English path. */
export function inLanguage(english: string, language: Language): string {
  const chinese = pairs.find((pair) => pair.english === english)?.chinese;
  return language === 'zh' && chinese !== undefined ? chinese : english;
}

/** The line under the title of a page in docs that leads to the same page in the other language. */
export function otherLanguage(name: string, language: Language): string {
  return language === 'zh' ? `[English](../${name}.md)` : `[简体中文](zh-CN/${name}.md)`;
}
