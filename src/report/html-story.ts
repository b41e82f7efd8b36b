// What a run has told, as its page needs it.

import type { Event, StatementText } from '../engine/events.ts';
import type { ConfChange } from '../engine/plan.ts';

/** Milliseconds since the run began; without an end it was still going on when the page was written. */
export interface Span {
  readonly fromMs: number;
  toMs: number | undefined;
}

export interface StepSpan extends Span {
  readonly step: string;
  readonly title: string;
  outcome: Extract<Event, { type: 'step-finished' }>['outcome'] | undefined;
}

export interface WorkSpan extends Span {
  /** The step it belongs to. */
  readonly step: string;
}

/** A node, the database, or the machine of fate_flow. */
export interface Worker {
  readonly spans: WorkSpan[];
  /** Pieces of work that go on at this moment. */
  depth: number;
}

export interface StatementTimes {
  rehearsedMs?: number;
  beganMs?: number;
  ranMs?: number;
}

export interface Note {
  readonly atMs: number;
  readonly text: string;
}

export interface Story {
  version: string;
  /** ISO 8601. */
  startedAt: string;
  endMs: number;
  /** How the run that an earlier process has begun was gone on with; absent when all of it is this process's. */
  resumed?: string;
  readonly steps: StepSpan[];
  readonly workers: Map<string, Worker>;
  readonly downtime: Span[];
  readonly warnings: Kept<Note & { readonly host?: string }>;
  readonly database: Kept<Note>;
  readonly conf: Kept<ConfChange & { readonly hosts: readonly string[] }>;
  statements: readonly StatementText[];
  readonly times: Map<number, StatementTimes>;
  readonly log: Kept<string>;
}

/** The first so many of something, and how many more there were. */
export interface Kept<T> {
  readonly items: T[];
  readonly limit: number;
  more: number;
}
