// The live display of a terminal: what has happened so far stays, and below it what is going on is redrawn in place.

import type { Event } from '../engine/events.ts';
import { type LiveView, liveLines, newLiveView, type Paint, takeEvent } from './live-view.ts';
import { cutLine, wrapLine } from './units.ts';

export interface Screen {
  write(text: string): void;
  readonly columns: number;
  readonly rows: number;
  readonly colour: boolean;
}

export interface TerminalReport {
  show(event: Event): void;
  /** Redraws what changes with time alone; to be called a few times a second. */
  tick(): void;
}

const redrawMs = 100;

const styles = {
  dim: '\u001b[2m',
  good: '\u001b[32m',
  bad: '\u001b[31m',
  warn: '\u001b[33m',
  bold: '\u001b[1m',
} as const;

/** Shows events on `screen`. `nowMs` is a monotonic clock. */
export function terminalReport(screen: Screen, nowMs: () => number): TerminalReport {
  const view: LiveView = newLiveView();
  let drawnLines = 0;
  let drawnMs = 0;
  const paint: Paint = (style, text) => (screen.colour ? `${styles[style]}${text}\u001b[0m` : text);

  // Everything goes out in one write, so that a terminal never shows half of it.
  function redraw(kept: readonly string[]): void {
    const erase = drawnLines > 0 ? `\u001b[${drawnLines}A\u001b[0J` : '';
    const live = liveLines(view, nowMs(), screen.rows).map((line) => paint('dim', cutLine(line, screen.columns)));
    const text = [...kept, ...live].map((line) => `${line}\n`).join('');
    if (erase !== '' || text !== '') screen.write(erase + text);
    drawnLines = live.length;
    drawnMs = nowMs();
  }

  return {
    tick: () => redraw([]),
    show(event) {
      const kept = takeEvent(view, event, nowMs()).flatMap(({ style, text }) =>
        wrapLine(text, screen.columns).map((line) => (style ? paint(style, line) : line)),
      );
      if (kept.length > 0 || nowMs() - drawnMs >= redrawMs) redraw(kept);
    },
  };
}
