// The record of a run, one copy beside every node's folders. It holds what the world cannot tell: who the run is, which services
// ran before. It is never proof that something was done. Every copy holds what all nodes together know, so any of them that is
// unharmed is enough.

import { seal, unseal } from './sealed.ts';

export type RunState = 'open' | 'finished' | 'recovering' | 'recovered';

export interface RunRecord {
  readonly schema: 1;
  readonly run: string;
  /** Orders the runs of a cluster; clocks do not. */
  readonly sequence: number;
  readonly state: RunState;
  readonly from: string;
  readonly to: string;
  /** Digest of the package's content. */
  readonly packageDigest: string;
  /** Of the plan that the run began with; absent in records of earlier releases. */
  readonly planHash?: string;
  /** `host:port` of every node of the run, sorted. */
  readonly hosts: readonly string[];
  /** Whether fate_flow ran before it was stopped; absent until that is known. */
  readonly fateFlow?: FateFlowRecord;
  /** The database that the run works on; absent when it leaves the database alone. */
  readonly database?: string;
  /** Modules that ran before they were stopped, by node; a node is absent until that is known. */
  readonly services: Readonly<Record<string, readonly string[]>>;
}

export interface FateFlowRecord {
  readonly host: string;
  readonly ran: boolean;
}

const states: readonly string[] = ['open', 'finished', 'recovering', 'recovered'] satisfies RunState[];

export function serialiseRecord(record: RunRecord): string {
  return seal(record);
}

/** The record in a file, or undefined when it is damaged or of an unknown shape. */
export function parseRecord(bytes: Buffer | string): RunRecord | undefined {
  const value = unseal(bytes);
  return isRecord(value) ? value : undefined;
}

function isRecord(value: unknown): value is RunRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { schema, run, sequence, state, from, to, packageDigest, hosts, database, planHash, fateFlow, services } =
    value as Record<string, unknown>;
  return (
    schema === 1 &&
    [run, from, to, packageDigest].every((text) => typeof text === 'string' && text !== '') &&
    typeof sequence === 'number' &&
    Number.isSafeInteger(sequence) &&
    sequence > 0 &&
    typeof state === 'string' &&
    states.includes(state) &&
    isTextList(hosts) &&
    (database === undefined || typeof database === 'string') &&
    (planHash === undefined || typeof planHash === 'string') &&
    (fateFlow === undefined || isFateFlow(fateFlow)) &&
    isServices(services)
  );
}

function isFateFlow(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { host, ran } = value as Record<string, unknown>;
  return typeof host === 'string' && typeof ran === 'boolean';
}

function isServices(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.values(value).every(isTextList);
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
