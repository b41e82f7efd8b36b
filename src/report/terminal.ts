// The live display of a terminal: what has happened so far stays, and below it what is going on is redrawn in place.

import type { Event } from '../engine/events.ts';
import type { Language } from '../messages/phrases.ts';
import { liveArea, type Screen } from './live-area.ts';
import { liveLines } from './live-lines.ts';
import { newLiveView, type Style, type StyledLine, takeEvent, takeWarnings } from './live-view.ts';
import { wrapLine } from './width.ts';

export interface TerminalReport {
  show(event: Event): void;
  /** Redraws what changes with time alone, and after a change of size; to be called a few times a second. */
  tick(): void;
  /** Leaves what is on the screen as lines that stay, and gives the cursor back; may be called more than once. */
  close(): void;
}

const redrawMs = 200;

const styles = {
  dim: '\u001b[2m',
  good: '\u001b[32m',
  bad: '\u001b[31m',
  warn: '\u001b[33m',
  bold: '\u001b[1m',
} as const satisfies Record<Style, string>;

/** Shows events on `screen`. `nowMs` is a monotonic clock. */
export function terminalReport(screen: Screen, nowMs: () => number, language: Language = 'en'): TerminalReport {
  const view = newLiveView(language);
  const area = liveArea(screen);
  let waiting: string[] = [];
  let drawnMs = Number.NEGATIVE_INFINITY;

  const paint = ({ style, text }: StyledLine) => (screen.colour && style ? `${styles[style]}${text}\u001b[0m` : text);

  function draw(live: readonly StyledLine[]): void {
    const kept = waiting;
    waiting = [];
    drawnMs = nowMs();
    area.draw(
      kept,
      live.map((line) => ({ text: line.text, painted: paint(line) })),
    );
  }

  function keep(lines: readonly StyledLine[]): void {
    for (const { text, ...style } of lines) {
      // A message of several lines stays in its column.
      const [first = '', ...rest] = text.split('\n');
      const whole = [first, ...rest.map((line) => `    ${line}`)].flatMap((line) => wrapLine(line, screen.columns));
      waiting.push(...whole.map((line) => paint({ ...style, text: line })));
    }
  }

  const tick = () => draw(liveLines(view, nowMs(), screen));

  return {
    tick,
    show(event) {
      keep(takeEvent(view, event, nowMs()));
      if (event.type === 'result' || nowMs() - drawnMs >= redrawMs) tick();
    },
    close() {
      if (waiting.length > 0 || !area.isEmpty) {
        const warnings = takeWarnings(view);
        // How far the step had come, where it did not end.
        keep([...liveLines(view, nowMs(), screen), ...warnings]);
        view.step = undefined;
        view.downtimeStartMs = undefined;
        draw([]);
      }
      area.leave();
    },
  };
}
