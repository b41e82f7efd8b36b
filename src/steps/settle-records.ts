// Under the locks, before a run is chosen: what the nodes have kept of earlier runs becomes one picture. A record that is damaged or
// missing on one node is written anew from another node's copy; what makes no picture stops the run before anything is changed.

import { inspectNode, type NodeFacts } from '../cluster/facts.ts';
import type { ClusterNode } from '../cluster/node.ts';
import { type Finding, throwFindings } from '../engine/errors.ts';
import type { RunRecord } from '../engine/record.ts';
import { phrase } from '../messages/phrases.ts';
import { onNodes } from './nodes.ts';
import { isUnfinished, keepRecord, latestRecord, mergeRecords } from './run-records.ts';
import type { World } from './world.ts';

/** Gives true when a record was written anew. Throws STATE_UNEXPECTED and RUN_CONFLICT. */
export async function settleRecords(world: World): Promise<boolean> {
  const known = mergedRecords([...world.facts.values()]);
  throwFindings([
    ...world.nodes.flatMap((node) => {
      const facts = world.facts.get(node.name);
      return facts ? [...placeFindings(node, facts), ...lostRecords(node, facts, known)] : [];
    }),
    ...conflicts(known),
  ]);
  const healed = await onNodes(world, (node) => settleNode(world, node, known));
  return healed.some(Boolean);
}

/** What stands in the way of our own folder on a node. */
export function placeFindings(
  { name, home }: Pick<ClusterNode, 'name' | 'home'>,
  { workProblems }: NodeFacts,
): Finding[] {
  return workProblems.map((problem) => {
    const found = `${home}/.eggroll-upgrade is not what a run of this program leaves: ${problem}.`;
    const remedy =
      'Move it out of the way, or give it back its place, owner and mode; then run the same command again.';
    return { code: 'STATE_UNEXPECTED', where: name, found, remedy };
  });
}

/** Every run that any node has an unharmed record of, by its id. */
export function mergedRecords(facts: readonly Pick<NodeFacts, 'records'>[]): ReadonlyMap<string, RunRecord> {
  const all = facts.flatMap(({ records }) => records);
  return new Map(
    [...new Set(all.map(({ run }) => run))].flatMap((run) => {
      const merged = mergeRecords(all.filter((record) => record.run === run));
      return merged ? [[run, merged] as const] : [];
    }),
  );
}

/** Runs of which this node holds something, and no node knows what to do about it. */
export function lostRecords(
  { name, home }: Pick<ClusterNode, 'name' | 'home'>,
  { damagedRecords, runEntries }: Pick<NodeFacts, 'damagedRecords' | 'runEntries'>,
  known: ReadonlyMap<string, RunRecord>,
): Finding[] {
  const holdingBackups = [...runEntries].flatMap(([run, entries]) => (entries.has('backup/') ? [run] : []));
  const lost = [...new Set([...damagedRecords, ...holdingBackups])].filter((run) => !known.has(run));
  return lost.map((run) => {
    const folder = `${home}/.eggroll-upgrade/runs/${run}`;
    const what = damagedRecords.includes(run) ? 'is damaged' : 'is missing';
    const old = holdingBackups.includes(run)
      ? `${folder}/backup holds old folders`
      : 'the run holds no old folders here';
    const found = `The record ${folder}/record.json ${what}, and no node has an unharmed copy of it; ${old}.`;
    const remedy = phrase(
      'Put an unharmed copy of the record back; or, once the node is as it shall be, move {folder} out of {home}. Then run the same command again.',
      { folder, home },
    );
    return { code: 'STATE_UNEXPECTED', where: name, found, remedy };
  });
}

/** Runs that cannot both have been the last one. Numbers order them, and no clock. */
export function conflicts(known: ReadonlyMap<string, RunRecord>): Finding[] {
  const runs = [...known.values()];
  const latest = latestRecord(runs);
  if (!latest) return [];
  const others = runs.filter(({ run }) => run !== latest.run);
  const unfinished = others.filter(isUnfinished).map((record): Finding => {
    const found = `Run ${record.run} on ${record.hosts.join(', ')} is unfinished, and run ${latest.run} on ${latest.hosts.join(', ')} came after it.`;
    const remedy = phrase('Finish run {run} with its own package and lists, or go back with `recover` and its lists.', {
      run: record.run,
    });
    return { code: 'RUN_CONFLICT', where: 'the cluster', found, remedy };
  });
  const twins = others.filter(
    ({ sequence, hosts }) => sequence === latest.sequence && hosts.some((host) => latest.hosts.includes(host)),
  );
  return [
    ...unfinished,
    ...twins.map((twin): Finding => {
      const found = `Runs ${latest.run} and ${twin.run} have the same number ${twin.sequence}: nobody can tell which came last.`;
      const remedy = 'Move the folder of the one that is void out of .eggroll-upgrade/runs on every node.';
      return { code: 'STATE_UNEXPECTED', where: 'the cluster', found, remedy };
    }),
  ];
}

async function settleNode(world: World, node: ClusterNode, known: ReadonlyMap<string, RunRecord>): Promise<boolean> {
  const facts = world.facts.get(node.name);
  if (!facts) return false;
  const lacking = recordsToWrite(facts, known);
  for (const record of lacking) {
    await keepRecord(node, record);
    const message = facts.damagedRecords.includes(record.run)
      ? "{node}: the record of run {run} was damaged; it was written anew from another node's copy."
      : "{node}: the record of run {run} was missing; it was written anew from another node's copy.";
    world.emit({ type: 'warning', message: world.say(message, { node: node.name, run: record.run }) });
  }
  if (facts.litter) await node.change('tidy', []);
  if (lacking.length > 0 || facts.litter) world.facts.set(node.name, await inspectNode(node));
  return lacking.length > 0;
}

/** A run's record may be missing where it was killed at its very first write: there it has left nothing else. */
export function recordsToWrite(
  { records, damagedRecords, runEntries }: Pick<NodeFacts, 'records' | 'damagedRecords' | 'runEntries'>,
  known: ReadonlyMap<string, RunRecord>,
): RunRecord[] {
  return [...known.values()].filter(({ run }) => {
    if (records.some((record) => record.run === run)) return false;
    const entries = runEntries.get(run);
    return damagedRecords.includes(run) || entries?.has('backup/') || entries?.has('old-tree.json');
  });
}
