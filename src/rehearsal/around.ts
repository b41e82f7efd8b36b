// What goes on around the work of a rehearsal.

import type { Clock } from '../engine/clock.ts';
import type { Emit } from '../engine/events.ts';
import type { Say } from '../messages/phrases.ts';

export interface Around {
  readonly emit: Emit;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Says what people read in their language. */
  readonly say: Say;
}
