// What earlier runs have left beside a node's folders, as inspect.sh tells it.

import { parseRecord, type RunRecord } from '../engine/record.ts';

/** What stands at the top of a run's folder; `.` is the folder itself, `backup/` is there when the backup holds anything. */
export type RunEntry =
  | '.'
  | 'record.json'
  | 'staged'
  | 'backup'
  | 'backup/'
  | 'replaced'
  | 'database'
  | 'old-tree.json'
  | 'old-tree.accepted';

export interface RunFacts {
  /** Why our own folder on the node is not one to work in; empty when it is, or when it is missing. */
  readonly workProblems: readonly string[];
  readonly records: readonly RunRecord[];
  /** Runs whose record is there and cannot be believed. */
  readonly damagedRecords: readonly string[];
  /** By the name of a run's folder, with the kind of each entry. */
  readonly runEntries: ReadonlyMap<string, ReadonlyMap<RunEntry, string>>;
  /** Did a run that was killed leave half-made files? */
  readonly litter: boolean;
}

/** `all` gives the values of a key, in order. */
export function parseRunFacts(all: (key: string) => readonly string[]): RunFacts {
  const read = all('record').map(readRecord);
  const entries = all('entry').map((value) => value.split(' ') as [string, RunEntry, string]);
  const runEntries = new Map(
    [...new Set(entries.map(([run]) => run))].map((run) => [
      run,
      new Map(entries.flatMap(([of, name, kind]) => (of === run ? [[name, kind] as const] : []))),
    ]),
  );
  return {
    workProblems: [...all('work-problem'), ...entries.flatMap(entryProblem)],
    records: read.flatMap(({ record }) => record ?? []),
    damagedRecords: read.flatMap(({ run, record }) => (record ? [] : [run])),
    runEntries,
    litter: all('litter').length > 0 || [...runEntries.values()].some(holdsNothing),
  };
}

// A record in another run's folder is as good as a damaged one: nobody knows which of both is right.
function readRecord(value: string): { run: string; record: RunRecord | undefined } {
  const [run = '', encoded = ''] = value.split(' ');
  const record = parseRecord(Buffer.from(encoded, 'base64'));
  return { run, record: record?.run === run ? record : undefined };
}

const expectedKinds: Readonly<Record<RunEntry, string>> = {
  '.': 'directory',
  'record.json': 'file',
  staged: 'directory',
  backup: 'directory',
  'backup/': 'full',
  replaced: 'directory',
  database: 'directory',
  'old-tree.json': 'file',
  'old-tree.accepted': 'file',
};

function entryProblem([run, name, kind]: [string, RunEntry, string]): string[] {
  if (kind === expectedKinds[name]) return [];
  return [`runs/${name === '.' ? run : `${run}/${name}`} is not a ${expectedKinds[name]} but a ${kind}`];
}

// As tidy.sh sees it.
function holdsNothing(entries: ReadonlyMap<RunEntry, string>): boolean {
  const kept: readonly RunEntry[] = ['record.json', 'old-tree.json', 'database', 'replaced', 'backup/'];
  return entries.get('.') === 'directory' && !kept.some((name) => entries.has(name));
}
