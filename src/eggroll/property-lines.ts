// Java properties as lines, so that a file can be changed without touching any line that nobody means to change.
// Works on characters up to U+00FF as well as on decoded text: decode bytes as latin1 to keep every byte.

export interface PropertyLine {
  /** Without its line end. */
  readonly text: string;
  /** `\n`, `\r\n`, `\r`, or empty for a last line that has none. */
  readonly end: string;
}

export interface PropertyEntry {
  readonly key: string;
  /** Continuation lines joined; escapes as written; blanks around cut. */
  readonly value: string;
  /** Indexes of the first and last line. */
  readonly first: number;
  readonly last: number;
  /** Where the value begins in the first line. */
  readonly valueStart: number;
  /** Ends with a backslash that continues into nothing: a line put after it would become part of the value. */
  readonly dangling: boolean;
}

export interface PropertyFile {
  readonly lines: readonly PropertyLine[];
  readonly entries: readonly PropertyEntry[];
  /** Indexes of section lines such as `[eggroll]`. */
  readonly sections: readonly number[];
}

const byteOrderMark = /^(?:\uFEFF|\u00EF\u00BB\u00BF)/;
const section = /^\[[^\]]*\][ \t\f]*$/;
const assignment = /^((?:\\.|[^\\=: \t\f])+)(?:[ \t\f]*[=:][ \t\f]*|[ \t\f]+|$)/;

export function parsePropertyFile(text: string): PropertyFile {
  const lines = splitLines(text);
  const entries: PropertyEntry[] = [];
  const sections: number[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const start = markLength(lines, index) + leadingBlanks(lines[index]?.text ?? '', markLength(lines, index));
    const content = lines[index]?.text.slice(start) ?? '';
    if (content === '' || content.startsWith('#') || content.startsWith('!')) continue;
    if (section.test(content)) {
      sections.push(index);
      continue;
    }
    const entry = readEntry(lines, index, start);
    if (entry.key !== '') entries.push(entry);
    index = entry.last;
  }
  return { lines, entries, sections };
}

export function joinLines(lines: readonly PropertyLine[]): string {
  return lines.map((line) => line.text + line.end).join('');
}

/** Length of the byte order mark before the first line's text, decoded or as latin1. */
export function markLength(lines: readonly PropertyLine[], index: number): number {
  return index === 0 ? (byteOrderMark.exec(lines[0]?.text ?? '')?.[0].length ?? 0) : 0;
}

/** The line end that most lines have; `\n` for a file without any. */
export function commonLineEnd(lines: readonly PropertyLine[]): string {
  const count = (end: string) => lines.filter((line) => line.end === end).length;
  const [most = '\n'] = ['\n', '\r\n', '\r'].toSorted((left, right) => count(right) - count(left));
  return most;
}

function splitLines(text: string): PropertyLine[] {
  return [...text.matchAll(/([^\r\n]*)(\r\n|\n|\r)|[^\r\n]+$/g)].map((match) => ({
    text: match[2] === undefined ? match[0] : (match[1] ?? ''),
    end: match[2] ?? '',
  }));
}

function readEntry(lines: readonly PropertyLine[], first: number, start: number): PropertyEntry {
  let last = first;
  let body = lines[first]?.text.slice(start) ?? '';
  while (continues(body) && last + 1 < lines.length) {
    last += 1;
    const next = lines[last]?.text ?? '';
    body = body.slice(0, -1) + next.slice(leadingBlanks(next, 0));
  }
  const dangling = continues(body);
  if (dangling) body = body.slice(0, -1);
  const [matched = '', key = ''] = assignment.exec(body) ?? [];
  const value = body.slice(matched.length).replace(/[ \t\f]+$/, '');
  return { key: key.replace(/\\(.)/g, '$1'), value, first, last, valueStart: start + matched.length, dangling };
}

function continues(text: string): boolean {
  return (/\\+$/.exec(text)?.[0].length ?? 0) % 2 === 1;
}

function leadingBlanks(text: string, from: number): number {
  return /^[ \t\f]*/.exec(text.slice(from))?.[0].length ?? 0;
}
