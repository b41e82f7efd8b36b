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
  /** The file ends with a backslash that would take in a line put after it, whatever the backslash belongs to. */
  readonly dangling: boolean;
}

const byteOrderMark = /^(?:\uFEFF|\u00EF\u00BB\u00BF)/;
// Also with a backslash behind, which Python takes for a section too.
const section = /^\[[^\]]*\][ \t\f]*\\*$/;
const assignment = /^((?:\\.|[^\\=: \t\f])+)(?:[ \t\f]*[=:][ \t\f]*|[ \t\f]+|$)/;

export function parsePropertyFile(text: string): PropertyFile {
  const lines = splitLines(text);
  const entries: PropertyEntry[] = [];
  const sections: number[] = [];
  let dangling = false;
  for (let index = 0; index < lines.length; index += 1) {
    const start = markLength(lines, index) + leadingBlanks(lines[index]?.text ?? '', markLength(lines, index));
    const content = lines[index]?.text.slice(start) ?? '';
    if (content === '' || content.startsWith('#') || content.startsWith('!')) continue;
    if (section.test(content)) {
      sections.push(index);
      dangling = continues(content);
      continue;
    }
    const entry = readEntry(lines, index, start);
    dangling = entry.dangling;
    if (entry.key !== '') entries.push(entry);
    index = entry.last;
  }
  return { lines, entries, sections, dangling };
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
  const parts = [lines[first]?.text.slice(start) ?? ''];
  while (continues(parts.at(-1) ?? '') && last + 1 < lines.length) {
    last += 1;
    const next = lines[last]?.text ?? '';
    parts.push(next.slice(leadingBlanks(next, 0)));
  }
  const dangling = continues(parts.at(-1) ?? '');
  const body = parts.map((part, index) => (index < parts.length - 1 || dangling ? part.slice(0, -1) : part)).join('');
  const [matched = '', key = ''] = assignment.exec(body) ?? [];
  const value = withoutBlanksAtEnd(body.slice(matched.length));
  return { key: key.replace(/\\(.)/g, '$1'), value, first, last, valueStart: start + matched.length, dangling };
}

function continues(text: string): boolean {
  let backslashes = 0;
  while (text.at(-1 - backslashes) === '\\') backslashes += 1;
  return backslashes % 2 === 1;
}

// By hand: a pattern that ends in `$` would begin anew at every blank inside.
function withoutBlanksAtEnd(text: string): string {
  let end = text.length;
  while (end > 0 && ' \t\f'.includes(text[end - 1] ?? '')) end -= 1;
  return text.slice(0, end);
}

function leadingBlanks(text: string, from: number): number {
  return /^[ \t\f]*/.exec(text.slice(from))?.[0].length ?? 0;
}
