import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { developerPages, pairs } from '../../../scripts/pages.ts';
import { brokenLinks, differences } from '../../support/languages.ts';

const root = join(import.meta.dirname, '../../..');
const pagesIn = (folder: string) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`);

describe('the pages', () => {
  it('are in both languages, or are listed as pages for developers', () => {
    const listed = [...pairs.map(({ english }) => english), ...developerPages.map((name) => `docs/${name}.md`)];
    expect(listed.filter((page) => page.startsWith('docs/')).toSorted()).toEqual(pagesIn('docs').toSorted());
  });

  it('have no Chinese page that stands for none in English', () => {
    const known = pairs.map(({ chinese }) => chinese);
    expect(pagesIn('docs/zh-CN').filter((page) => !known.includes(page))).toEqual([]);
  });
});

describe.each(pairs)('$english and $chinese', (pair) => {
  it('lead to each other, and have the same sections, code, names, exit codes, tables and links', () => {
    expect(differences(root, pair)).toEqual([]);
  });

  it('lead to nothing that is not there', () => {
    expect([...brokenLinks(root, pair.english), ...brokenLinks(root, pair.chinese)]).toEqual([]);
  });
});

describe.each(developerPages)('docs/%s.md', (name) => {
  it('leads to nothing that is not there', () => {
    expect(brokenLinks(root, `docs/${name}.md`)).toEqual([]);
  });
});
