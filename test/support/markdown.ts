// A page of Markdown, cut at its headings: what of it can be compared with another page, or followed.

export interface Section {
  /** 1 for `#`; 0 for what stands before the first heading. */
  readonly depth: number;
  readonly title: string;
  /** Everything but code blocks. */
  readonly text: string;
  readonly blocks: readonly string[];
  readonly tables: readonly Table[];
  readonly items: number;
}

export interface Table {
  readonly columns: number;
  /** The cells of each row under the head. */
  readonly rows: readonly (readonly string[])[];
}

/** Splits at headings; a `#` in a code block is none. */
export function sectionsOf(page: string): readonly Section[] {
  const parts: { heading: string; lines: string[]; blocks: string[][] }[] = [{ heading: '', lines: [], blocks: [] }];
  let block: string[] | undefined;
  for (const line of page.split('\n')) {
    const part = parts.at(-1);
    if (/^\s*```/.test(line)) {
      if (block) block = undefined;
      else {
        block = [line];
        part?.blocks.push(block);
      }
    } else if (block) block.push(line);
    else if (/^#{1,6} /.test(line)) parts.push({ heading: line, lines: [], blocks: [] });
    else part?.lines.push(line);
  }
  return parts.map(({ heading, lines, blocks }) => ({
    depth: heading.search(/[^#]|$/),
    title: heading.replace(/^#+ /, ''),
    text: lines.join('\n'),
    blocks: blocks.map((of) => of.join('\n')),
    tables: tablesIn(lines),
    items: lines.filter((line) => /^\s*(?:[-*]|\d+\.) /.test(line)).length,
  }));
}

/** What stands between backticks. */
export function codeIn(text: string): string[] {
  return [...text.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
}

/** Where links and pictures lead, as it is written. */
export function linksIn(text: string): string[] {
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
}

/** The anchors of headings as GitHub makes them, in order; the second of the same name ends with `-1`. */
export function anchorsOf(sections: readonly Section[]): string[] {
  const seen = new Map<string, number>();
  return sections.map(({ title }) => {
    const slug = linkless(title)
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
      .replaceAll(' ', '-');
    const before = seen.get(slug) ?? 0;
    seen.set(slug, before + 1);
    return before ? `${slug}-${before}` : slug;
  });
}

function linkless(title: string): string {
  return title.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1');
}

function tablesIn(lines: readonly string[]): Table[] {
  const found: string[][] = [];
  lines.forEach((line, index) => {
    if (!line.startsWith('|')) return;
    if (lines[index - 1]?.startsWith('|')) found.at(-1)?.push(line);
    else found.push([line]);
  });
  return found.map(([head = '', , ...rows]) => ({ columns: cellsOf(head).length, rows: rows.map(cellsOf) }));
}

function cellsOf(line: string): string[] {
  return line
    .replace(/^\|/, '')
    .replace(/\|\s*$/, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim());
}
