// The table of docs/faults.md that tells how often each test file passed under a load: a row for each, the newest.

import type { FileTally } from './tally.ts';

const begin = '<!-- flaky: written by `npm run flaky -- --publish` -->';
const end = '<!-- end of flaky -->';

export interface Place {
  readonly processors: number;
  readonly commit: string;
  /** Year, month, day. */
  readonly date: string;
}

/** The page with rows for these files; those of other files stay as they are. Throws when a mark is missing. */
export function pageWithTallies(page: string, tallies: readonly FileTally[], place: Place): string {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error('docs/faults.md lacks the marks of the table of flaky tests.');
  const rows = new Map(rowsIn(page.slice(from, to)));
  for (const one of tallies) rows.set(codeOf(one.file), rowOf(one, place));
  const lines = [...rows].toSorted(([left], [right]) => (left < right ? -1 : 1)).map(([, row]) => `${row}\n`);
  const head = '| test file | cases | passed | processors | commit | date |\n|---|---|---|---|---|---|\n';
  return `${page.slice(0, from)}${begin}\n${lines.length > 0 ? `${head}${lines.join('')}` : ''}${page.slice(to)}`;
}

function rowsIn(text: string): [string, string][] {
  return text.split('\n').flatMap((row): [string, string][] => {
    const [, file] = /^\| (`[^`]+`) \|/.exec(row) ?? [];
    return file === undefined ? [] : [[file, row]];
  });
}

function rowOf({ file, cases, passed, times }: FileTally, { processors, commit, date }: Place): string {
  return `| ${[codeOf(file), cases, `${passed} of ${times}`, processors, commit, date].join(' | ')} |`;
}

/** As the page names tests: by their file under `test/`. */
const codeOf = (file: string) => `\`${file.replace(/^test\//, '')}\``;
