// The phases of a rehearsal as lines to read.

import type { Phase, Rehearsal } from '../engine/rehearsal.ts';
import { type Language, sayIn, translated } from '../messages/phrases.ts';
import { durationText } from './units.ts';
import { displayWidth, padTo } from './width.ts';

/** The lines, indented below the heading of the result. */
export function rehearsalLines({ phases, homes, database }: Rehearsal, language: Language = 'en'): string[] {
  const say = sayIn(language);
  const signs = { succeeded: 'ok', failed: say('FAILED'), skipped: say('skipped') } as const;
  const widest = Math.max(...Object.values(signs).map(displayWidth));
  const lineOf = ({ title, outcome, durationMs, message }: Phase) => {
    const isSkipped = outcome === 'skipped';
    const time = isSkipped ? '' : ` (${durationText(durationMs)})`;
    const why = isSkipped || message === '' ? '' : `: ${message}`;
    return `  ${padTo(signs[outcome], widest)}  ${translated(language, title)}${time}${why}`;
  };
  return [
    `  ${say('homes: {homes}', { homes })}`,
    `  ${say('database: {source}', { source: database })}`,
    ...phases.map(lineOf),
  ];
}
