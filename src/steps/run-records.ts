// The records that runs left on the nodes: which run is the last one, and how to write a new state of it.

import type { ClusterNode } from '../cluster/node.ts';
import { type RunRecord, type RunState, serialiseRecord } from '../engine/record.ts';
import { onNodes } from './nodes.ts';
import { currentRun, type Run, type World } from './world.ts';

/** The record with the highest sequence number; of equal ones an unfinished run's. */
export function latestRecord(records: readonly RunRecord[]): RunRecord | undefined {
  const comesAfter = (one: RunRecord, other: RunRecord) =>
    one.sequence > other.sequence || (one.sequence === other.sequence && isUnfinished(one) && !isUnfinished(other));
  return records.reduce<RunRecord | undefined>(
    (latest, record) => (latest && !comesAfter(record, latest) ? latest : record),
    undefined,
  );
}

export function isUnfinished({ state }: Pick<RunRecord, 'state'>): boolean {
  return state === 'open' || state === 'recovering';
}

/** All nodes' records of the last run of the cluster. */
export function recordsOfLatestRun(world: Pick<World, 'facts'>): RunRecord[] {
  const all = [...world.facts.values()].flatMap((facts) => facts.records);
  const latest = latestRecord(all);
  return latest ? all.filter((record) => record.run === latest.run) : [];
}

/** The state of a run over all its nodes: the one that asks for most work wins. */
export function stateOf(records: readonly RunRecord[]): RunState | undefined {
  const order: readonly RunState[] = ['recovering', 'open', 'finished', 'recovered'];
  return order.find((state) => records.some((record) => record.state === state));
}

/**
 * One record of a run out of its copies, which differ when the run was killed while it wrote them. Nothing is done before all of
 * them are written, so any copy is behind by one state at most.
 */
export function mergeRecords(copies: readonly RunRecord[]): RunRecord | undefined {
  const [first] = copies;
  const state = stateOf(copies);
  if (!first || !state) return undefined;
  const services = new Map<string, readonly string[]>();
  for (const [node, modules] of copies.flatMap((copy) => Object.entries(copy.services))) {
    services.set(node, [...new Set([...(services.get(node) ?? []), ...modules])].sort());
  }
  const fateFlow =
    copies.find((copy) => copy.fateFlow?.ran)?.fateFlow ?? copies.find((copy) => copy.fateFlow)?.fateFlow;
  return { ...first, state, ...(fateFlow ? { fateFlow } : {}), services: Object.fromEntries(services) };
}

/** Writes the run's record, in a new state, beside every node's folders. */
export async function writeRecords(world: World, state: RunState): Promise<void> {
  await onNodes(world, (node) => writeRecord(world, node, state));
}

export async function writeRecord(world: World, node: ClusterNode, state: RunState): Promise<void> {
  await keepRecord(node, recordOf(currentRun(world), state));
}

/** Puts a record, whosever it is, beside a node's folders. */
export async function keepRecord(node: ClusterNode, record: RunRecord): Promise<void> {
  await node.change('write-record', [record.run, 'record.json'], { input: Buffer.from(serialiseRecord(record)) });
}

function recordOf(
  { id, sequence, from, to, packageDigest, planHash, hosts, fateFlow, database, services }: Run,
  state: RunState,
): RunRecord {
  return {
    schema: 1,
    run: id,
    sequence,
    state,
    from,
    to,
    packageDigest,
    ...(planHash === undefined ? {} : { planHash }),
    hosts,
    ...(fateFlow === undefined ? {} : { fateFlow }),
    ...(database === undefined ? {} : { database }),
    services: Object.fromEntries(services),
  };
}

/** `host:port` of every node, sorted: the same set, the same run. */
export function hostNames(world: Pick<World, 'nodes'>): string[] {
  return world.nodes.map(({ host }) => `${host.name}:${host.port}`).sort();
}
