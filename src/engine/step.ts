// What a step is. A step asks the world what is there (probe), changes it (apply), proves the change (verify) and can take it
// back (undo). No step trusts a record over what it finds, so a resumed run and a fresh one are the same code.

/** What `probe` found. A state that nobody expected is thrown as a catalogue error instead. */
export type StepState = 'pending' | 'done';

export interface Undo<World> {
  readonly title: string;
  /** Takes back what `apply` did, wholly or partly, as far as the world shows it; safe to call when there is nothing to take back. */
  apply(world: World): Promise<void>;
}

export interface Step<World> {
  /** Also the name of the file that holds the step. */
  readonly id: string;
  /** What a person reads while the step works. */
  readonly title: string;
  /** From which point of the promise this step is: a failure is worded and put back accordingly. */
  readonly reach: 'nothing' | 'services' | 'cluster';
  probe(world: World): Promise<StepState>;
  apply(world: World): Promise<void>;
  verify?(world: World): Promise<void>;
  readonly undo?: Undo<World>;
}
