// What the process gives to a command, so that tests can give the same.

import type { Clock } from '../engine/clock.ts';

export interface Edge {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly write: (text: string) => void;
  readonly writeError: (text: string) => void;
  readonly isTerminal: boolean;
  /** Of the terminal; a terminal that does not tell is taken for one of 80 by 24. */
  readonly columns: () => number;
  readonly rows: () => number;
  readonly colour: boolean;
  readonly clock: Clock;
  /** Names this process to whoever finds a lock taken. */
  readonly owner: string;
  /** Registers what is to happen when a signal asks the run to stop. */
  readonly onStop: (stop: (signal: string) => void) => void;
  /** Registers what is to happen right before the process ends, however it does: the terminal is given back. */
  readonly onExit: (leave: () => void) => void;
}
