// What goes on around the work of a rehearsal.

import type { Clock } from '../engine/clock.ts';
import type { Emit } from '../engine/events.ts';

export interface Around {
  readonly emit: Emit;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}
