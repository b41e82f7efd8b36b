// The language of what people read: MESSAGES, else the locale.

import type { Language } from '../messages/phrases.ts';
import { type Environment, given } from './read-variables.ts';

/**
 * `auto`, and a value that is wrong, which is a finding elsewhere, go by the first of LC_ALL, LC_MESSAGES and LANG that is set (POSIX,
 * section 8.2).
 */
export function languageOf(env: Environment): Language {
  const messages = given(env, 'MESSAGES')?.toLowerCase();
  if (messages === 'en' || messages === 'zh') return messages;
  const locale = given(env, 'LC_ALL') ?? given(env, 'LC_MESSAGES') ?? given(env, 'LANG') ?? '';
  return /^zh(?:[_.@-]|$)/i.test(locale) ? 'zh' : 'en';
}
