/** The words of the generated documentation, in both languages. The English text is the key of the Chinese one, which must be there. */
import type { Language } from '../src/messages/phrases.ts';
import { commandTexts, exitCodeTexts, hookTexts, placeTexts, versionTexts } from './zh/facts.ts';
import { errorsTexts, heads, referenceTexts, versionsTexts } from './zh/pages.ts';
import { kindsAndRequirements, meanings } from './zh/variables.ts';

export const chineseTexts = {
  ...commandTexts,
  ...errorsTexts,
  ...exitCodeTexts,
  ...heads,
  ...hookTexts,
  ...kindsAndRequirements,
  ...meanings,
  ...placeTexts,
  ...referenceTexts,
  ...versionTexts,
  ...versionsTexts,
} as const;

/** An English text of the documentation that has a translation. */
export type DocText = keyof typeof chineseTexts;

export interface Words {
  readonly language: Language;
  readonly say: (text: DocText) => string;
  /** Single words, one after the other. */
  readonly list: (items: readonly string[]) => string;
  /** A term and what explains it. */
  readonly explain: (term: string, explanation: string) => string;
  /** Sentences of one paragraph, without a line break. */
  readonly sentences: (texts: readonly DocText[]) => string;
}

export function wordsIn(language: Language): Words {
  const isChinese = language === 'zh';
  const say = (text: DocText) => (isChinese ? chineseTexts[text] : text);
  return {
    language,
    say,
    list: (items) => items.join(isChinese ? '、' : ', '),
    explain: (term, explanation) => `${term}${isChinese ? '：' : ': '}${explanation}`,
    sentences: (texts) => texts.map(say).join(isChinese ? '' : ' '),
  };
}
