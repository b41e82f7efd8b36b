// What is there, as data: the `status` of a result. Renderers (report/) turn it into a page.

import type { RunState } from './record.ts';

export interface Status {
  readonly nodes: readonly NodeStatus[];
  /** Absent where fate_flow is none of this program's business. */
  readonly fateFlow?: FateFlowStatus;
  readonly database?: DatabaseStatus;
  /** Every run that a node knows of, the last one first. */
  readonly runs: readonly RunStatus[];
  /** Database backups in STATE_DIR, by name of the run. */
  readonly dumps: readonly DumpStatus[];
}

export interface NodeStatus {
  readonly host: string;
  readonly role: string;
  /** `unknown` where none was found or the node was out of reach. */
  readonly version: string;
  /** What keeps it from being told, in words. */
  readonly problem?: string;
  /** Modules that run. */
  readonly running: readonly string[];
  /** Who holds the lock of the node. */
  readonly lockedBy?: string;
}

export interface FateFlowStatus {
  readonly host: string;
  readonly runs: boolean;
  /** What keeps that from being told, in words. */
  readonly problem?: string;
}

export interface DatabaseStatus {
  readonly name: string;
  /** Schema level. */
  readonly level: string;
  /** Who holds the lock of the database. */
  readonly lockedBy?: string;
  /** Tables that `recover` has replaced and kept. */
  readonly asideTables: number;
}

export interface RunStatus {
  readonly run: string;
  readonly sequence: number;
  readonly state: RunState;
  readonly from: string;
  readonly to: string;
  /** `host:port` of every node of the run. */
  readonly hosts: readonly string[];
  /** Nodes by what they hold of it. */
  readonly staged: readonly string[];
  readonly backup: readonly string[];
  readonly replaced: readonly string[];
  readonly databaseCopies: readonly string[];
  /** Statements of its migration, and how many of them are done; absent when it has planned none. */
  readonly statements?: { readonly done: number; readonly count: number };
}

export interface DumpStatus {
  readonly run: string;
  readonly database: string;
  readonly bytes: number;
  /** By the database server's clock, UTC. */
  readonly createdAt: string;
  readonly proven: boolean;
}
