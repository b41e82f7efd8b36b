// Line charts as SVG: duration or bytes over the number of nodes, a line for each tool. Readable on light and dark pages.

export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Chart {
  readonly title: string;
  readonly unit: string;
  readonly series: readonly Series[];
}

const [width, height] = [640, 340];
const plot = { left: 56, right: 484, top: 48, bottom: 292 };

// By place, light and dark: the first is ours.
const colours = [
  ['#0b62d6', '#5aa2ff'],
  ['#b35900', '#f0a04b'],
  ['#1a7f37', '#4ac26b'],
  ['#8250df', '#c297ff'],
  ['#57606a', '#9aa4af'],
  ['#bf3989', '#ff80c8'],
] as const;

/** The numbers on the x axis stand at equal distances: 1, 4, 16, 32. */
export function lineChart({ title, unit, series }: Chart): string {
  const places = [...new Set(series.flatMap(({ points }) => points.map(([x]) => x)))].toSorted((a, b) => a - b);
  const top = niceTop(Math.max(...series.flatMap(({ points }) => points.map(([, y]) => y))));
  const xOf = (x: number) =>
    places.length < 2
      ? (plot.left + plot.right) / 2
      : plot.left + ((plot.right - plot.left) * places.indexOf(x)) / (places.length - 1);
  const yOf = (y: number) => plot.bottom - ((plot.bottom - plot.top) * y) / top;
  const grid = [0, 1, 2, 3, 4].map((part) => {
    const value = (top * part) / 4;
    const y = yOf(value).toFixed(1);
    return `<path class="grid" d="M${plot.left} ${y}H${plot.right}"/><text class="end" x="${plot.left - 8}" y="${y}" dy="4">${Number(value.toPrecision(4))}</text>`;
  });
  const ticks = places.map((x) => `<text class="middle" x="${xOf(x).toFixed(1)}" y="${plot.bottom + 20}">${x}</text>`);
  const labelYs = labelPlaces(series.map(({ points }) => yOf(points.at(-1)?.[1] ?? 0)));
  const lines = series.map(({ name, points }, index) => {
    const path = points.map(([x, y]) => `${xOf(x).toFixed(1)} ${yOf(y).toFixed(1)}`);
    const dots = points.map(([x, y]) => `<circle cx="${xOf(x).toFixed(1)}" cy="${yOf(y).toFixed(1)}" r="3.5"/>`);
    const label = `<text x="${plot.right + 14}" y="${(labelYs[index] ?? 0).toFixed(1)}" dy="4">${escapeText(name)}</text>`;
    return `<g class="s${index}"><path d="M${path.join('L')}"/>${dots.join('')}${label}</g>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeText(title)}">`,
    `<style>${style}</style>`,
    `<rect class="page" width="${width}" height="${height}"/>`,
    `<text class="title" x="16" y="26">${escapeText(title)}, ${escapeText(unit)}</text>`,
    ...grid,
    ...ticks,
    `<text class="middle" x="${(plot.left + plot.right) / 2}" y="${height - 10}">nodes</text>`,
    ...lines,
    '</svg>\n',
  ].join('\n');
}

const styleOf = (scheme: 0 | 1) =>
  colours
    .map(
      (pair, index) => `.s${index} path{stroke:${pair[scheme]}}.s${index} circle,.s${index} text{fill:${pair[scheme]}}`,
    )
    .join('');
const style = `text{font:13px system-ui,sans-serif;fill:#24292f}.title{font-weight:600}.end{text-anchor:end}.middle{text-anchor:middle}
.page{fill:#fff}.grid{stroke:#d0d7de;fill:none}g path{stroke-width:2;fill:none}${styleOf(0)}
.s0 path{stroke-width:3.5}.s0 text{font-weight:600}
@media (prefers-color-scheme:dark){text{fill:#e6edf3}.page{fill:#0d1117}.grid{stroke:#30363d}${styleOf(1)}}`;

/** The least of some numbers of two digits at most, times a power of ten, that holds the value: a quarter of it is a short number. */
export function niceTop(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8].find((step) => step * power >= value) ?? 10) * power;
}

/** Moves labels apart that would lie on each other, in their order from top to bottom. */
function labelPlaces(wanted: readonly number[]): number[] {
  const distance = 16;
  const order = wanted.map((y, index) => ({ y, index })).toSorted((a, b) => a.y - b.y);
  const places: number[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const { y, index } of order) {
    last = Math.max(y, last + distance);
    places[index] = last;
  }
  // What was pushed below the plot goes up again, all of it.
  const over = Math.max(0, last - plot.bottom);
  return places.map((y) => y - over);
}

export function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
