// The door through which changes of one machine pass: counted, told of, and closed for a command that only looks.

import { UpgradeError } from '../engine/errors.ts';

export interface DoorOptions {
  /** Told right before and right after every passage. */
  readonly onChange?: (phase: 'begins' | 'ends', where: string, what: string) => void;
  /** Closes the door: to pass it is a defect of a command that only looks. */
  readonly looksOnly?: boolean;
}

export interface Door {
  /** Throws DEFECT where the door is closed. */
  expectOpen(): void;
  /** Does a piece of work that changes something; `what` says which, in a few words. */
  pass<T>(what: string, work: () => Promise<T>): Promise<T>;
  /** How often it was passed. */
  readonly passages: number;
}

export function doorOf(where: string, { onChange = () => undefined, looksOnly = false }: DoorOptions = {}): Door {
  let passages = 0;
  function expectOpen(): void {
    if (looksOnly) throw new UpgradeError({ code: 'DEFECT', where, found: 'A command that looks would change.' });
  }
  return {
    expectOpen,
    async pass(what, work) {
      expectOpen();
      passages += 1;
      onChange('begins', where, what);
      try {
        return await work();
      } finally {
        onChange('ends', where, what);
      }
    },
    get passages() {
      return passages;
    },
  };
}
