import { describe, expect, it } from 'vitest';
import { languageOf } from '../../../src/config/language.ts';

describe('languageOf', () => {
  it.each([
    [{}, 'en'],
    [{ LANG: 'C.UTF-8' }, 'en'],
    [{ LANG: 'zh_CN.UTF-8' }, 'zh'],
    [{ LANG: 'zh' }, 'zh'],
    [{ LANG: 'zha_CN' }, 'en'],
    [{ LANG: 'zh_CN.UTF-8', LC_MESSAGES: 'en_US.UTF-8' }, 'en'],
    [{ LANG: 'en_US.UTF-8', LC_MESSAGES: 'zh_CN' }, 'zh'],
    [{ LANG: 'en_US.UTF-8', LC_MESSAGES: 'en_US', LC_ALL: 'zh_CN.GB18030' }, 'zh'],
    [{ LANG: 'zh_CN.UTF-8', LC_ALL: '' }, 'zh'],
    [{ LANG: 'zh_CN.UTF-8', MESSAGES: 'en' }, 'en'],
    [{ LANG: 'en_US.UTF-8', MESSAGES: 'zh' }, 'zh'],
    [{ LANG: 'zh_CN.UTF-8', MESSAGES: 'auto' }, 'zh'],
    [{ LANG: 'zh_CN.UTF-8', MESSAGES: 'klingon' }, 'zh'],
  ])('of %j is %s', (env, language) => {
    expect(languageOf(env)).toBe(language);
  });
});
