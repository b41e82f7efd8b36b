// A phase of a rehearsal as a step: it is always pending, and what it makes is taken away by its labels, whatever became of it.

import type { Step } from '../engine/step.ts';
import type { RehearsalWorld } from './world.ts';

/** `work` gives what it has shown, in a few words. */
export function phase(
  id: string,
  title: string,
  work: (world: RehearsalWorld) => Promise<string>,
): Step<RehearsalWorld> {
  return {
    id,
    title,
    reach: 'nothing',
    probe: async () => 'pending',
    apply: async (world) => void world.notes.set(id, await work(world)),
  };
}
