/** A terminal's screen as SVG, with no font but those that are there. */
import { displayWidth } from '../src/report/width.ts';

interface Look {
  readonly bold: boolean;
  readonly dim: boolean;
  readonly colour: string;
}

interface Piece extends Look {
  readonly text: string;
  readonly column: number;
}

const cellWidth = 8.4;
const lineHeight = 19;
const margin = 18;
const barHeight = 34;
const usual = '#d8dee9';
const background = '#1c212b';
const colours: Readonly<Record<number, string>> = { 31: '#ff7b72', 32: '#7ee787', 33: '#e3b341' };
const plain: Look = { bold: false, dim: false, colour: usual };

/** `screen` holds lines with the colours that the live display uses (SGR). Blank lines at the end are left out. */
export function terminalSvg(screen: string, columns: number): string {
  const lines = screen.trimEnd().split('\n').map(piecesOf);
  const width = Math.ceil(columns * cellWidth + 2 * margin);
  const height = Math.ceil(lines.length * lineHeight + barHeight + margin);
  const lights = ['#ff5f57', '#febc2e', '#28c840'].map(
    (colour, index) => `<circle cx="${margin + 4 + index * 18}" cy="17" r="5.5" fill="${colour}"/>`,
  );
  const texts = lines.flatMap((pieces, row) => pieces.map((piece) => textOf(piece, row)));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    '<title>eggroll-upgrade in a terminal</title>',
    `<rect width="${width}" height="${height}" rx="8" fill="${background}"/>`,
    ...lights,
    '<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, \'DejaVu Sans Mono\', monospace" font-size="14">',
    ...texts,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

// The width is given, so that columns stand below each other in any font.
function textOf({ text, column, bold, dim, colour }: Piece, row: number): string {
  const x = (margin + column * cellWidth).toFixed(1);
  const y = barHeight + (row + 0.75) * lineHeight;
  const look = `fill="${colour}"${bold ? ' font-weight="bold"' : ''}${dim ? ' opacity="0.6"' : ''}`;
  const length = (displayWidth(text) * cellWidth).toFixed(1);
  return `<text x="${x}" y="${y}" textLength="${length}" lengthAdjust="spacingAndGlyphs" ${look} xml:space="preserve">${escaped(text)}</text>`;
}

/** The runs of one look in a line, without the gaps between columns. */
function piecesOf(line: string): Piece[] {
  let look = plain;
  let column = 0;
  const pieces: Piece[] = [];
  for (const [index, part] of line.split('\u001b[').entries()) {
    const end = index === 0 ? 0 : part.indexOf('m') + 1;
    if (index > 0)
      look = part
        .slice(0, end - 1)
        .split(';')
        .map(Number)
        .reduce(turned, look);
    for (const [text] of part.slice(end).matchAll(/ {2,}|(?:(?! {2}).)+/gu)) {
      const shown = text.trimEnd();
      if (shown !== '') pieces.push({ ...look, text: shown, column: column + (text.length - text.trimStart().length) });
      column += displayWidth(text);
    }
  }
  return pieces.map((piece) => ({ ...piece, text: piece.text.trimStart() }));
}

function turned(look: Look, code: number): Look {
  if (code === 0) return plain;
  if (code === 1) return { ...look, bold: true };
  if (code === 2) return { ...look, dim: true };
  if (code === 22) return { ...look, bold: false, dim: false };
  return { ...look, colour: colours[code] ?? usual };
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
