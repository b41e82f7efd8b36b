// The phases of a rehearsal as lines to read.

import type { Phase, Rehearsal } from '../engine/rehearsal.ts';
import { durationText } from './units.ts';

/** The lines, indented below the heading of the result. */
export function rehearsalLines({ phases, homes, database }: Rehearsal): string[] {
  return [`  homes: ${homes}`, `  database: ${database}`, ...phases.map(phaseLine)];
}

const signs = { succeeded: 'ok', failed: 'FAILED', skipped: 'skipped' } as const;

function phaseLine({ title, outcome, durationMs, message }: Phase): string {
  const time = outcome === 'skipped' ? '' : ` (${durationText(durationMs)})`;
  const why = outcome === 'skipped' || message === '' ? '' : `: ${message}`;
  return `  ${signs[outcome].padEnd(7)}  ${title}${time}${why}`;
}
