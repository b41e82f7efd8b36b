// Which parts of a SQL text are code, strings, quoted names and comments, by MySQL's rules.

export type SegmentKind = 'code' | 'string' | 'name' | 'comment' | 'directive';

/** A stretch of the text; `directive` is a version comment or hint, which the server reads. */
export interface Segment {
  readonly kind: SegmentKind;
  readonly start: number;
  readonly end: number;
  /** False when the text ends before the closing quote or the end of the comment. */
  readonly closed: boolean;
}

/** Version comments within version comments; deeper ones count as never closed. MySQL itself advises against the second. */
export const deepestDirective = 8;

export interface MaskOptions {
  readonly directives: 'fill' | 'open';
  readonly names: 'fill' | 'keep';
}

/** Splits a text into segments that follow each other without gaps. Never fails: see `closed`. */
export function scanSql(text: string): Segment[] {
  const segments: Segment[] = [];
  let codeStart = 0;
  let position = 0;
  while (position < text.length) {
    const segment = segmentAt(text, position);
    if (!segment) {
      position += 1;
      continue;
    }
    if (codeStart < position) segments.push({ kind: 'code', start: codeStart, end: position, closed: true });
    segments.push(segment);
    position = segment.end;
    codeStart = position;
  }
  if (codeStart < text.length) segments.push({ kind: 'code', start: codeStart, end: text.length, closed: true });
  return segments;
}

/**
 * A text of the same length in which only code is left as it is: comments are blank, and strings and quoted names are blank
 * between their quotes. `directives` says whether version comments are filled as one word or opened, so that their content is code.
 * `names` keeps quoted names readable.
 */
export function maskSql(text: string, options: MaskOptions): string {
  return scanSql(text)
    .map((segment) => maskSegment(text.slice(segment.start, segment.end), segment, options))
    .join('');
}

function maskSegment(part: string, { kind, closed }: Segment, options: MaskOptions): string {
  if (kind === 'code' || (kind === 'name' && options.names === 'keep')) return part;
  if (kind === 'comment') return part.replace(/[^\n]/g, ' ');
  if (kind !== 'directive') return fillQuoted(part, closed);
  if (options.directives === 'fill') return 'x'.repeat(part.length);
  const opening = /^\/\*(?:M?!\d*|\+)/.exec(part)?.[0] ?? '/*';
  const inner = part.slice(opening.length, closed ? -2 : undefined);
  return ' '.repeat(opening.length) + maskSql(inner, options) + (closed ? '  ' : '');
}

function fillQuoted(part: string, closed: boolean): string {
  const quote = part.slice(0, 1);
  return closed ? quote + ' '.repeat(part.length - 2) + quote : quote + ' '.repeat(part.length - 1);
}

function segmentAt(text: string, start: number): Segment | undefined {
  const character = text[start];
  if (character === "'" || character === '"') return quotedAt(text, start, 'string');
  if (character === '`') return quotedAt(text, start, 'name');
  if (character === '#') return lineCommentAt(text, start);
  // MySQL wants white space, a control character or the end after `--`: `5--1` is a subtraction.
  if (character === '-' && text[start + 1] === '-' && isBlank(text[start + 2])) return lineCommentAt(text, start);
  if (isDirectiveAt(text, start)) return directiveAt(text, start, 1);
  if (character === '/' && text[start + 1] === '*') return blockCommentAt(text, start);
  return undefined;
}

function isDirectiveAt(text: string, start: number): boolean {
  return text[start] === '/' && text[start + 1] === '*' && /^(?:M?!|\+)/.test(text.slice(start + 2, start + 4));
}

function isBlank(character: string | undefined): boolean {
  return character === undefined || character <= ' ';
}

function lineCommentAt(text: string, start: number): Segment {
  const newline = text.indexOf('\n', start);
  return { kind: 'comment', start, end: newline === -1 ? text.length : newline, closed: true };
}

function blockCommentAt(text: string, start: number): Segment {
  const end = text.indexOf('*/', start + 2);
  if (end === -1) return { kind: 'comment', start, end: text.length, closed: false };
  return { kind: 'comment', start, end: end + 2, closed: true };
}

function directiveAt(text: string, start: number, depth: number): Segment {
  let position = depth > deepestDirective ? text.length : start + 3;
  while (position < text.length) {
    if (text.startsWith('*/', position)) return { kind: 'directive', start, end: position + 2, closed: true };
    position = insideDirective(text, position, depth)?.end ?? position + 1;
  }
  return { kind: 'directive', start, end: text.length, closed: false };
}

function insideDirective(text: string, start: number, depth: number): Segment | undefined {
  const character = text[start];
  if (character === "'" || character === '"') return quotedAt(text, start, 'string');
  if (character === '`') return quotedAt(text, start, 'name');
  return isDirectiveAt(text, start) ? directiveAt(text, start, depth + 1) : undefined;
}

function quotedAt(text: string, start: number, kind: 'string' | 'name'): Segment {
  const quote = text[start];
  let position = start + 1;
  while (position < text.length) {
    if (text[position] === '\\' && kind === 'string') {
      position += 2;
    } else if (text[position] !== quote) {
      position += 1;
    } else if (text[position + 1] === quote) {
      position += 2;
    } else {
      return { kind, start, end: position + 1, closed: true };
    }
  }
  return { kind, start, end: text.length, closed: false };
}
