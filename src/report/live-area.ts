// The lower part of the screen that is redrawn in place, and the lines that stay above it.

import { displayWidth } from './width.ts';

export interface Screen {
  write(text: string): void;
  readonly columns: number;
  readonly rows: number;
  readonly colour: boolean;
}

/** A line as it is measured, and as it is written. */
export interface DrawnLine {
  readonly text: string;
  readonly painted: string;
}

export interface LiveArea {
  /** Writes lines that stay, and below them those of the moment, which the next call replaces. */
  draw(kept: readonly string[], live: readonly DrawnLine[]): void;
  readonly isEmpty: boolean;
  /** Gives the cursor back; what is drawn stays. */
  leave(): void;
}

const hideCursor = '\u001b[?25l';
const showCursor = '\u001b[?25h';
// A terminal tells that it has become narrower a moment later: lines that are drawn meanwhile must not be broken.
const noWrap = '\u001b[?7l';
const wrap = '\u001b[?7h';
const eraseRest = '\u001b[K';
const eraseBelow = '\u001b[J';

export function liveArea(screen: Screen): LiveArea {
  let drawn: readonly string[] = [];
  let drawnColumns = screen.columns;
  let isHidden = false;

  // A terminal that has become narrower has broken the lines that it had; it never joins them again. Those higher up than the screen are
  // out of reach.
  function rowsToReplace(): number {
    if (screen.columns >= drawnColumns) return drawn.length;
    const rows = drawn.reduce((sum, line) => sum + Math.ceil(displayWidth(line) / Math.max(1, screen.columns)), 0);
    return Math.min(rows, Math.max(1, screen.rows - 1));
  }

  function isShown(texts: readonly string[]): boolean {
    const isSame = texts.length === drawn.length && texts.every((text, at) => text === drawn[at]);
    return isSame && screen.columns >= drawnColumns;
  }

  return {
    // Lines are written over the old ones, and everything goes out in one write: nothing flickers.
    draw(kept, live) {
      const texts = live.map(({ text }) => text);
      if (kept.length === 0 && isShown(texts)) return;
      const rows = rowsToReplace();
      const clear = rows > 0 ? eraseRest : '';
      const written = (lines: readonly string[]) => lines.map((line) => `${clear}${line}\n`).join('');
      const display = live.length > 0 ? noWrap + written(live.map(({ painted }) => painted)) + wrap : '';
      const hide = isHidden || live.length === 0 ? '' : hideCursor;
      const up = rows > 0 ? `\u001b[${rows}A\r` : '';
      screen.write(hide + up + written(kept) + display + (rows > 0 ? eraseBelow : ''));
      isHidden ||= live.length > 0;
      drawn = texts;
      drawnColumns = screen.columns;
    },
    get isEmpty() {
      return drawn.length === 0;
    },
    leave() {
      if (isHidden) screen.write(showCursor);
      isHidden = false;
    },
  };
}
