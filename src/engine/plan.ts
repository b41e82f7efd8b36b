// What an upgrade would do, as data: the `plan` of a result. Renderers (report/) turn it into a page.

/** What `upgrade` begins with: a new run, one that is resumed, a recovery that is finished first, or nothing at all. */
export type PlannedAction = 'upgrade' | 'resume' | 'finish-recovery' | 'nothing';

export interface Plan {
  readonly action: PlannedAction;
  /** For PLAN_HASH; absent where an earlier run has to come to its end first and none was recorded. */
  readonly hash?: string;
  /** The steps of `upgrade`, in order. */
  readonly steps: readonly string[];
  readonly nodes: readonly PlannedNode[];
  /** Names of nodes that pass the package on to each other, in their order; what is left gets it from the runner. */
  readonly pipelines: readonly (readonly string[])[];
  /** Absent where fate_flow is none of this program's business. */
  readonly fateFlow?: PlannedFateFlow;
  /** What changes in the five folders; nodes with the same changes are one group. */
  readonly groups: readonly PlannedFiles[];
  readonly database?: PlannedDatabase;
  readonly downtime: PlannedDowntime;
  /** Room in STATE_DIR. */
  readonly state: Room;
}

export interface PlannedNode {
  readonly host: string;
  readonly role: string;
  readonly before: string;
  readonly after: string;
  /** True when an interrupted run has switched some of its folders already. */
  readonly switchBegun: boolean;
  /** Files and links that stay as they are. */
  readonly unchanged: number;
  /** What goes over the network to this node. */
  readonly send: { readonly files: number; readonly bytes: number };
  readonly disk: Room;
  /** Service commands, each run by bash from EGGROLL_HOME, in order. */
  readonly stop: readonly string[];
  readonly start: readonly string[];
}

/** Commands, each run by bash on the machine of fate_flow: before those of the nodes, and after them. None where it does not run. */
export interface PlannedFateFlow {
  readonly host: string;
  readonly stop: readonly string[];
  readonly start: readonly string[];
}

/** `freeBytes` is absent where the file system does not tell. */
export interface Room {
  readonly neededBytes: number;
  readonly freeBytes?: number;
}

export interface PlannedFiles {
  readonly hosts: readonly string[];
  /** Paths below EGGROLL_HOME of files and links, sorted. */
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  readonly conf: readonly ConfChange[];
  /** What a person should know of the conf: keys that were not added, and why. */
  readonly notes: readonly string[];
}

/** A change of a text in conf. */
export interface ConfChange {
  readonly path: string;
  /** Hunks of a unified diff; values that look secret are `***`. Empty where the file is no text. */
  readonly diff: readonly string[];
}

export interface PlannedDatabase {
  readonly name: string;
  /** Schema level now. */
  readonly before: string;
  readonly tables: number;
  /** Estimate of the server. */
  readonly bytes: number;
  readonly statements: readonly PlannedStatement[];
  /** Tables that PURGE empties, `schema.table`. */
  readonly purge: readonly string[];
}

export interface PlannedStatement {
  /** From 1. */
  readonly index: number;
  /** `file:line` or what else it comes from. */
  readonly from: string;
  readonly sql: string;
  /** `begun`: an interrupted run has begun it, and its end is not recorded. */
  readonly state: 'pending' | 'begun' | 'done';
}

/** Estimates, in milliseconds. */
export interface PlannedDowntime {
  readonly expectedMs: number;
  /** Stopping and starting. */
  readonly servicesMs: number;
  /** Backup, its proof, and the migration. */
  readonly databaseMs: number;
}
