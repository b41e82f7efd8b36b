// A terminal for tests: what a person sees after text with line breaks, colours, cursor up and erase was written. It breaks lines again
// when it becomes narrower, as most terminals do.

import { displayWidth } from '../../src/report/width.ts';

export interface FakeScreen {
  readonly columns: number;
  readonly rows: number;
  readonly colour: boolean;
  write(text: string): void;
  /** The lines on the screen, without blanks at their ends. A line that is too long goes on in the next. */
  lines(): string[];
  readonly cursorShown: boolean;
  resize(columns: number, rows?: number): void;
}

export function fakeScreen(startColumns: number, colour = false, startRows = 24): FakeScreen {
  let columns = startColumns;
  let height = startRows;
  let cursorShown = true;
  let wraps = true;
  // A wide character has its column and an empty one after it.
  let rows: string[][] = [[]];
  let row = 0;
  let column = 0;

  function put(character: string): void {
    const width = displayWidth(character);
    if (column + width > columns) {
      if (wraps) newLine();
      else column = Math.max(0, columns - width);
    }
    const cells = rows[row] ?? [];
    while (cells.length < column) cells.push(' ');
    cells.splice(column, width, character, ...Array<string>(Math.max(0, width - 1)).fill(''));
    column += width;
  }

  function newLine(): void {
    row += 1;
    column = 0;
    rows[row] ??= [];
  }

  const controls: Readonly<Record<string, () => void>> = {
    J: () => {
      rows.length = row + 1;
      rows[row]?.splice(column);
    },
    K: () => void rows[row]?.splice(column),
    '?7l': () => {
      wraps = false;
    },
    '?7h': () => {
      wraps = true;
    },
    '?25l': () => {
      cursorShown = false;
    },
    '?25h': () => {
      cursorShown = true;
    },
  };

  function control(count: string, letter: string): void {
    const known = controls[count + letter];
    if (known) known();
    // What has scrolled out of sight is out of reach.
    else if (letter === 'A') row = Math.max(0, rows.length - height, row - Number(count || 1));
    else if (letter !== 'm') throw new Error(`The fake screen does not know ESC[${count}${letter}.`);
  }

  function type(text: string): void {
    for (const character of text) {
      if (character === '\n') newLine();
      else if (character === '\r') column = 0;
      else put(character);
    }
  }

  return {
    get columns() {
      return columns;
    },
    get rows() {
      return height;
    },
    colour,
    get cursorShown() {
      return cursorShown;
    },
    resize(newColumns, newRows = height) {
      const lines = rows.map((cells) => cells.join('').trimEnd());
      columns = newColumns;
      height = newRows;
      rows = [[]];
      row = 0;
      column = 0;
      type(lines.join('\n'));
    },
    write(text) {
      const [first = '', ...controlled] = text.split(`${String.fromCharCode(27)}[`);
      type(first);
      for (const part of controlled) {
        const end = part.search(/[A-Za-z]/);
        control(part.slice(0, end), part.charAt(end));
        type(part.slice(end + 1));
      }
    },
    lines: () => rows.map((cells) => cells.join('').trimEnd()),
  };
}
