// Text as a terminal lays it out: Chinese characters take two columns, combining marks none.

// Ranges that Unicode calls wide or full-width (UAX #11), with the unassigned ones in between.
const wideRanges: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x231a, 0x231b],
  [0x2329, 0x232a],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1b000, 0x1b2ff],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1f9ff],
  [0x20000, 0x3fffd],
];
const firstWide = 0x1100;
const noWidth = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]$/u;

function widthOf(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code >= 0x20 && code < 0x7f) return 1;
  if (noWidth.test(character)) return 0;
  return code >= firstWide && wideRanges.some(([from, to]) => code >= from && code <= to) ? 2 : 1;
}

/** Columns that a text takes. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += widthOf(character);
  return width;
}

/** Fills a text with blanks up to a width. */
export function padTo(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - displayWidth(text)));
}

/** Cuts a line to the columns; what is cut ends with `…`. */
export function cutLine(line: string, columns: number): string {
  if (displayWidth(line) <= columns) return line;
  return columns < 1 ? '' : `${line.slice(0, fitting(line, columns - 1))}…`;
}

/** How much of a text, as an index into it, fits into the columns. */
function fitting(text: string, columns: number): number {
  let index = 0;
  let width = 0;
  for (const character of text) {
    width += widthOf(character);
    if (width > columns) break;
    index += character.length;
  }
  return index;
}

/**
 * Breaks a line between words, and between wide characters; what follows is indented a little more than the first. Words longer than
 * a line are left whole: the terminal breaks them, and they can be copied.
 */
export function wrapLine(line: string, columns: number): string[] {
  if (displayWidth(line) <= columns) return [line];
  const indent = ' '.repeat(Math.min(Math.floor(columns / 2), /^ */.exec(line)?.[0].length ?? 0) + 2);
  const lines: string[] = [];
  let rest = line;
  while (displayWidth(rest) > columns) {
    const at = breakIn(rest, columns, indent.length);
    if (at === undefined) break;
    lines.push(rest.slice(0, at).trimEnd());
    rest = indent + rest.slice(at).trimStart();
  }
  return [...lines, rest];
}

// Marks that begin no line.
const clinging = /^[，。；：？！、）》」』”’…,.;:?!)\]]/u;

// The last place that fits, or the first one after that.
function breakIn(text: string, columns: number, indent: number): number | undefined {
  const fits = fitting(text, columns);
  let last: number | undefined;
  let index = 0;
  let before = '';
  for (const character of text) {
    if (index > indent && isBreak(before, character, text.slice(index, index + 2))) {
      if (index > fits) return last ?? index;
      last = index;
    }
    before = character;
    index += character.length;
  }
  return last;
}

function isBreak(before: string, character: string, next: string): boolean {
  if (character === ' ') return before !== ' ';
  if (clinging.test(next) || before === ' ' || before === '') return false;
  return widthOf(before) === 2 || widthOf(character) === 2;
}
