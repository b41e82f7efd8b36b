// A terminal for tests: what a person sees after text with line breaks, colours, cursor up and erase was written.

export interface FakeScreen {
  readonly columns: number;
  readonly rows: number;
  readonly colour: boolean;
  write(text: string): void;
  /** The lines on the screen, without blanks at their ends. A line that is too long goes on in the next. */
  lines(): string[];
}

export function fakeScreen(columns: number, colour = false, height = 24): FakeScreen {
  const rows: string[][] = [[]];
  let row = 0;
  let column = 0;

  function put(character: string): void {
    if (column === columns) newLine();
    const cells = rows[row] ?? [];
    while (cells.length < column) cells.push(' ');
    cells[column] = character;
    column += 1;
  }

  function newLine(): void {
    row += 1;
    column = 0;
    rows[row] ??= [];
  }

  function control(count: string, letter: string): void {
    if (letter === 'A') row = Math.max(0, row - Number(count || 1));
    else if (letter === 'J' && (count === '' || count === '0')) {
      rows.length = row + 1;
      rows[row]?.splice(column);
    } else if (letter !== 'm') throw new Error(`The fake screen does not know ESC[${count}${letter}.`);
  }

  function type(text: string): void {
    for (const character of text) {
      if (character === '\n') newLine();
      else put(character);
    }
  }

  return {
    columns,
    rows: height,
    colour,
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
