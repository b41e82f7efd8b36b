// What a page says in one language only.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { type Pair, pairs } from '../../scripts/pages.ts';
import { anchorsOf, codeIn, linksIn, type Section, sectionsOf } from './markdown.ts';
import { chineseExitCodesIn, namesIn } from './named.ts';

/** One line for each difference, with the page and the section; none when the two pages hold the same. */
export function differences(root: string, { english, chinese }: Pair): string[] {
  const missing = [english, chinese].filter((page) => !existsSync(join(root, page)));
  if (missing.length > 0) return missing.map((page) => `${page}: is not there`);
  const [ours, theirs] = [read(root, english), read(root, chinese)];
  const depths = (sections: readonly Section[]) => sections.map(({ depth }) => '#'.repeat(depth)).join(' ');
  if (depths(ours) !== depths(theirs))
    return [`${chinese}: headings are${depths(theirs)}, in ${english}${depths(ours)}`];
  const unlinked = [...withoutLink(english, ours, chinese), ...withoutLink(chinese, theirs, english)];
  const inSections = ours.flatMap((section, index) => {
    const other = theirs[index];
    const found = other ? sectionDifferences(section, other) : [];
    const links = other ? linkDifferences(root, { english, chinese }, section, other) : [];
    return [...found, ...links].map((text) => `${chinese}, ${other?.title || 'top'}: ${text}`);
  });
  return [...unlinked, ...inSections];
}

/** Links of a page to files of the repository, or to headings, that are not there. */
export function brokenLinks(root: string, page: string): string[] {
  if (!existsSync(join(root, page))) return [`${page}: is not there`];
  return read(root, page)
    .flatMap(({ text }) => linksIn(text))
    .filter((target) => !isElsewhere(target) && !resolves(root, page, target))
    .map((target) => `${page}: ${target} leads nowhere`);
}

function withoutLink(page: string, sections: readonly Section[], other: string): string[] {
  const [, top] = sections;
  return linksIn(top?.text ?? '').some((target) => pathOf(page, target) === other)
    ? []
    : [`${page}: has no link to ${other} under its title`];
}

function sectionDifferences(english: Section, chinese: Section): string[] {
  const [ours, theirs] = [facts(english), facts(chinese)];
  const numbers = numbersIn(chinese.text);
  return [
    ...blockDifferences(english.blocks.map(withoutComments), chinese.blocks.map(withoutComments)),
    ...unequal('list items', english.items, chinese.items),
    ...unequal('tables', english.tables.length, chinese.tables.length),
    ...english.tables.flatMap((table, index) => {
      const other = chinese.tables[index];
      return other ? tableDifferences(index + 1, table, other) : [];
    }),
    ...oneSided('name', ours.names, theirs.names),
    ...ours.code.filter((code) => !holds(chinese.text, code)).map((code) => `only in English: \`${code}\``),
    ...theirs.code.filter((code) => !holds(english.text, code)).map((code) => `only in Chinese: \`${code}\``),
    // A number that English has as a word may be a figure in Chinese, and not the other way round.
    ...[...numbersIn(english.text)].filter((number) => !numbers.has(number)).map((n) => `only in English: ${n}`),
    ...chineseExitCodesIn(chinese.text)
      .filter((code) => !numbersIn(english.text).has(String(code)))
      .map((code) => `only in Chinese: exit code ${code}`),
  ];
}

function blockDifferences(english: readonly string[], chinese: readonly string[]): string[] {
  const found = oneSided('code block', english, chinese);
  const isSame = english.length === chinese.length && english.every((block, index) => block === chinese[index]);
  return found.length > 0 || isSame ? found : ['code blocks are repeated or stand in another order'];
}

function tableDifferences(number: number, english: Section['tables'][number], chinese: Section['tables'][number]) {
  // The first cell names what a row is about, when it is code alone.
  const keys = (rows: typeof english.rows) => rows.map(([cell = '']) => (/^`[^`]+`$/.test(cell) ? cell : '')).join(' ');
  const sizes = [
    ...unequal(`rows of table ${number}`, english.rows.length, chinese.rows.length),
    ...unequal(`columns of table ${number}`, english.columns, chinese.columns),
  ];
  if (sizes.length > 0 || keys(english.rows) === keys(chinese.rows)) return sizes;
  return [`rows of table ${number} begin otherwise: ${keys(chinese.rows)}, in English ${keys(english.rows)}`];
}

function facts({ text }: Section): { readonly code: string[]; readonly names: string[] } {
  return { code: [...new Set(codeIn(text))], names: namesIn(text) };
}

/** As code, or as a word of its own: what English calls STATE_DIR may be `STATE_DIR` in Chinese. */
function holds(text: string, code: string): boolean {
  const literal = code.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(?<![A-Za-z0-9_])${literal}(?![A-Za-z0-9_])`).test(text);
}

/** In figures, outside of code and links. */
function numbersIn(text: string): Set<string> {
  const prose = text.replaceAll(/`[^`\n]+`/g, ' ').replaceAll(/\]\([^)]*\)/g, ' ');
  return new Set(prose.match(/(?<![\w.])\d+(?:\.\d+)*/g) ?? []);
}

function withoutComments(block: string): string {
  return block.replaceAll(/^\s*#.*\n?/gm, '');
}

function linkDifferences(root: string, { english, chinese }: Pair, ours: Section, theirs: Section): string[] {
  const isOther = (page: string) => page === english || page === chinese;
  const follow = (page: string, text: string) =>
    linksIn(text)
      .map((target) => ({ target, to: isElsewhere(target) ? target : placeOf(root, page, target) }))
      // The link between the two languages of this page is in each of them another one.
      .filter(({ target, to }) => target.startsWith('#') || !isOther(pathOf(page, target)) || to.includes('#'));
  const [from, to] = [follow(english, ours.text), follow(chinese, theirs.text)];
  const inEnglish = to
    .filter(({ target }) => !isElsewhere(target) && pairs.some((pair) => pair.english === pathOf(chinese, target)))
    .map(({ target }) => `links to the English page ${target}, although there is a Chinese one`);
  const [places, others] = [from.map((link) => link.to), to.map((link) => link.to)];
  if (places.join(' ') === others.join(' ')) return inEnglish;
  return [
    ...inEnglish,
    `links lead to ${others.join(' ') || 'nothing'}, in English to ${places.join(' ') || 'nothing'}`,
  ];
}

/** The English page, and which of its headings, counted: these are the same for both languages. */
function placeOf(root: string, page: string, target: string): string {
  const path = pathOf(page, target);
  const place = pairs.find(({ chinese }) => chinese === path)?.english ?? path;
  const [, anchor] = target.split('#');
  return anchor === undefined ? place : `${place}#${headingOf(root, path, anchor)}`;
}

function resolves(root: string, page: string, target: string): boolean {
  const [, anchor] = target.split('#');
  const path = pathOf(page, target);
  return existsSync(join(root, path)) && (anchor === undefined || headingOf(root, path, anchor) >= 0);
}

function headingOf(root: string, path: string, anchor: string): number {
  return existsSync(join(root, path)) ? anchorsOf(read(root, path)).indexOf(decodeURIComponent(anchor)) : -1;
}

function pathOf(page: string, target: string): string {
  const [path = ''] = target.split('#');
  return path === '' ? page : normalize(join(dirname(page), path));
}

function isElsewhere(target: string): boolean {
  return /^[a-z]+:/.test(target);
}

function read(root: string, page: string): readonly Section[] {
  return sectionsOf(readFileSync(join(root, page), 'utf8'));
}

function oneSided(what: string, english: readonly string[], chinese: readonly string[]): string[] {
  return [
    ...english.filter((one) => !chinese.includes(one)).map((one) => `only in English: ${what} ${one}`),
    ...chinese.filter((one) => !english.includes(one)).map((one) => `only in Chinese: ${what} ${one}`),
  ];
}

function unequal(what: string, english: number, chinese: number): string[] {
  return english === chinese ? [] : [`${what}: ${chinese}, in English ${english}`];
}
