// What a run tells the world while it works. Steps emit events; renderers (report/) turn them into text or JSON lines.

import type { ExitCode } from './catalogue.ts';
import type { ToldFinding } from './errors.ts';
import type { ConfChange, Plan } from './plan.ts';
import type { Rehearsal } from './rehearsal.ts';
import type { Status } from './status.ts';

export type Outcome = 'succeeded' | 'unchanged' | 'rolled-back' | 'failed' | 'interrupted';

export interface NodeResult {
  readonly host: string;
  readonly role: string;
  /** EggRoll version found before, or `unknown`. */
  readonly before: string;
  readonly after: string;
  readonly outcome: Outcome;
}

export interface DatabaseResult {
  readonly name: string;
  /** Schema level found before, or `unknown`. */
  readonly before: string;
  readonly after: string;
  /** Statements of the migration. */
  readonly statements: number;
  readonly outcome: Outcome;
}

/** How long services were down from the begin of a step to that of the next one; waits before another try included. */
export interface StepDowntime {
  readonly step: string;
  /** Tells a step from its way back. */
  readonly title: string;
  readonly ms: number;
}

/** The last event of every run; also STATE_DIR/runs/<run>/result.json (DESIGN.md section 4). */
export interface Result {
  readonly type: 'result';
  readonly schema: 1;
  readonly command: string;
  readonly outcome: Outcome;
  readonly exitCode: ExitCode;
  readonly planHash?: string;
  readonly nodes: readonly NodeResult[];
  readonly database?: DatabaseResult;
  /** Of the command `plan`. */
  readonly plan?: Plan;
  /** Of the command `status`. */
  readonly status?: Status;
  /** Of the command `rehearse`. */
  readonly rehearsal?: Rehearsal;
  /** Services stopped to services started; 0 when nothing was stopped. Of a run that is resumed, what this process has seen of it. */
  readonly downtimeMs: number;
  /** How it divides into steps. The parts add up to it. */
  readonly downtimeBySteps: readonly StepDowntime[];
  readonly findings: readonly ToldFinding[];
  readonly message: string;
  readonly next: string;
  /** The file that holds this run as a page to read; absent where none was written. */
  readonly report?: string;
}

/** A statement of the migration, for those who read a report. */
export interface StatementText {
  /** From 1. */
  readonly index: number;
  /** `file:line` or what else it comes from. */
  readonly from: string;
  /** Of a long one its beginning. */
  readonly sql: string;
}

export type EventBody =
  | {
      readonly type: 'run-started';
      readonly command: string;
      readonly version: string;
      readonly nodes: number;
      /** The nodes of the lists, in their order. */
      readonly hosts?: readonly { readonly host: string; readonly role: string }[];
    }
  /** What was proven of the package: its digest, its signature. */
  | { readonly type: 'package-checked'; readonly message: string }
  /** `resumes`: an earlier process, or an earlier try, has begun what is gone on with now. */
  | { readonly type: 'run-adopted'; readonly message: string; readonly resumes?: boolean }
  | {
      readonly type: 'step-started';
      readonly step: string;
      readonly title: string;
      readonly index: number;
      readonly count: number;
    }
  | {
      readonly type: 'step-finished';
      readonly step: string;
      readonly title: string;
      readonly outcome: 'applied' | 'already-done' | 'undone' | 'failed';
      readonly durationMs: number;
    }
  | {
      readonly type: 'node-progress';
      readonly step: string;
      readonly host: string;
      readonly bytes: number;
      readonly totalBytes: number;
    }
  | { readonly type: 'node-done'; readonly step: string; readonly host: string; readonly message: string }
  | {
      readonly type: 'service';
      readonly host: string;
      readonly service: string;
      readonly state: 'stopped' | 'started';
    }
  /** A line of a hook's output. */
  | { readonly type: 'hook'; readonly step: string; readonly moment: 'before' | 'after'; readonly message: string }
  | { readonly type: 'database'; readonly step: string; readonly message: string }
  /** What a job of a rehearsal tells, `command` being that job's; or, as `rehearse`, the rehearsal itself. */
  | { readonly type: 'job'; readonly command: string; readonly message: string }
  /** A passage through a door of changes: on a node a script with its arguments, in the database a statement, shortened. */
  | { readonly type: 'change'; readonly phase: 'begins' | 'ends'; readonly where: string; readonly what: string }
  /** A node or the database is worked on from `begins` to `ends`, which may nest. For displays: there are too many of them for a log. */
  | { readonly type: 'work'; readonly phase: 'begins' | 'ends'; readonly where: string }
  /** What changes in a text of conf on these nodes, as in a plan: known before anything is switched. */
  | ({ readonly type: 'conf-change'; readonly hosts: readonly string[] } & ConfChange)
  /** All statements of the migration, before the first of them is run. */
  | { readonly type: 'statements'; readonly statements: readonly StatementText[] }
  /** A statement on the scratch copy (step `rehearse-sql`, its end alone) or on the database itself (step `migrate`). */
  | { readonly type: 'statement'; readonly phase: 'begins'; readonly step: string; readonly index: number }
  | {
      readonly type: 'statement';
      readonly phase: 'ends';
      readonly step: string;
      readonly index: number;
      readonly durationMs: number;
    }
  | { readonly type: 'downtime-started' }
  | { readonly type: 'downtime-ended'; readonly downtimeMs: number }
  | { readonly type: 'warning'; readonly message: string; readonly host?: string }
  | ({ readonly type: 'finding' } & ToldFinding)
  | Result;

/** An event as renderers get it. */
export type Event = EventBody & { readonly time: string; readonly run: string };

export type Emit = (event: EventBody) => void;
