// What a rehearsal has found out, as data.

export interface Phase {
  readonly id: string;
  readonly title: string;
  /** `skipped`: an earlier phase failed. */
  readonly outcome: 'succeeded' | 'failed' | 'skipped';
  readonly durationMs: number;
  /** What it has shown, or why it failed. */
  readonly message: string;
  /** Files beside the result: the reports of its jobs. */
  readonly pages?: readonly string[];
}

export interface Rehearsal {
  /** In the order of the rehearsal. */
  readonly phases: readonly Phase[];
  readonly from: string;
  readonly to: string;
  /** Where homes and database come from, in words. */
  readonly homes: string;
  readonly database: string;
  /** Kind, version and image of the database server; absent without one. */
  readonly server?: string;
}
