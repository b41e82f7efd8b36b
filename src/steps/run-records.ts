// The records that runs left on the nodes: which run is the last one, and how to write a new state of it.

import type { ClusterNode } from '../cluster/node.ts';
import { type RunRecord, type RunState, serialiseRecord } from '../engine/record.ts';
import { onNodes } from './nodes.ts';
import { currentRun, type World } from './world.ts';

/** The record with the highest sequence number. */
export function latestRecord(records: readonly RunRecord[]): RunRecord | undefined {
  return records.reduce<RunRecord | undefined>(
    (latest, record) => (latest && latest.sequence >= record.sequence ? latest : record),
    undefined,
  );
}

export function isUnfinished({ state }: RunRecord): boolean {
  return state === 'open' || state === 'recovering';
}

/** All nodes' records of the last run of the cluster. */
export function recordsOfLatestRun(world: World): RunRecord[] {
  const all = [...world.facts.values()].flatMap((facts) => facts.records);
  const latest = latestRecord(all);
  return latest ? all.filter((record) => record.run === latest.run) : [];
}

/** The state of a run over all its nodes: the one that asks for most work wins. */
export function stateOf(records: readonly RunRecord[]): RunState | undefined {
  const order: readonly RunState[] = ['recovering', 'open', 'finished', 'recovered'];
  return order.find((state) => records.some((record) => record.state === state));
}

/** Writes the run's record, in a new state, beside every node's folders. */
export async function writeRecords(world: World, state: RunState): Promise<void> {
  await onNodes(world, (node) => writeRecord(world, node, state));
}

export async function writeRecord(world: World, node: ClusterNode, state: RunState): Promise<void> {
  const { id, sequence, from, to, packageDigest, hosts, database, services } = currentRun(world);
  const ran = services.get(node.name);
  const record: RunRecord = {
    schema: 1,
    run: id,
    sequence,
    state,
    from,
    to,
    packageDigest,
    hosts,
    ...(database === undefined ? {} : { database }),
    ...(ran === undefined ? {} : { services: ran }),
  };
  await node.change('write-record', [id, 'record.json'], { input: Buffer.from(serialiseRecord(record)) });
}

/** `host:port` of every node, sorted: the same set, the same run. */
export function hostNames(world: World): string[] {
  return world.nodes.map(({ host }) => `${host.name}:${host.port}`).sort();
}
