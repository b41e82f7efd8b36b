// The one step of `prune` under the locks: removes the backups of runs beyond BACKUP_KEEP, never those of the newest finished run.
// The records of all runs stay, as history.

import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { NodeFacts } from '../cluster/facts.ts';
import type { RunEntry } from '../cluster/run-facts.ts';
import { type AsideTable, asideTables, dropAside } from '../database/aside.ts';
import { onDisk } from '../engine/disk.ts';
import { UpgradeError } from '../engine/errors.ts';
import { namesIn } from '../engine/folders.ts';
import type { RunRecord } from '../engine/record.ts';
import type { Step } from '../engine/step.ts';
import { onNodes } from './nodes.ts';
import { refreshFacts } from './open-run.ts';
import { isUnfinished, latestRecord } from './run-records.ts';
import { mergedRecords, settleRecords } from './settle-records.ts';
import type { World } from './world.ts';

export const pruneBackups: Step<World> = {
  id: 'prune',
  title: 'remove backups that are not needed any more',
  reach: 'nothing',
  probe: async () => 'pending',
  async apply(world) {
    await refreshFacts(world);
    await settleRecords(world);
    const records = [...mergedRecords([...world.facts.values()]).values()];
    refuseUnfinished(records);
    const aside = world.database ? await asideTables(world.database) : [];
    const dumps = await runsInState(world);
    const holding = records.filter(({ run }) => holdsAnything(world, run, { aside, dumps }));
    const doomed = beyond(holding, world.config.backupKeep).map(({ run }) => run);
    world.pruned = doomed;
    for (const run of doomed) await pruneNodes(world, run);
    if (world.database) {
      await dropAside(
        world.database,
        aside.filter(({ run }) => doomed.includes(run)),
      );
    }
    const known = new Set(records.map(({ run }) => run));
    const forgotten = dumps.filter(({ run, hasDump }) => !known.has(run) && !hasDump).map(({ run }) => run);
    for (const run of doomed) await removeFrom(world, join(run, 'database'));
    for (const run of forgotten) await removeFrom(world, run);
  },
};

/** Of runs that hold something, those whose backups go: beyond the newest `keep`, and never the newest finished one. */
export function beyond(records: readonly RunRecord[], keep: number): RunRecord[] {
  const newestFirst = records.toSorted((left, right) => right.sequence - left.sequence);
  const newestFinished = newestFirst.find(({ state }) => state === 'finished');
  return newestFirst.filter((record, index) => index >= keep && record !== newestFinished);
}

function refuseUnfinished(records: readonly RunRecord[]): void {
  const latest = latestRecord(records);
  if (!latest || !isUnfinished(latest)) return;
  const found = `Run ${latest.run} is unfinished, and may need what is kept.`;
  const remedy = 'Finish it by `upgrade`, or go back with `recover`; then run `prune` again.';
  throw new UpgradeError({ code: 'RUN_CONFLICT', where: 'the cluster', found, remedy });
}

const keptEntries: readonly RunEntry[] = ['backup', 'replaced', 'database', 'old-tree.json', 'old-tree.accepted'];

function keeps(facts: NodeFacts | undefined, run: string): boolean {
  const entries = facts?.runEntries.get(run);
  return entries !== undefined && keptEntries.some((name) => entries.has(name));
}

function holdsAnything(
  { nodes, facts }: World,
  run: string,
  { aside, dumps }: { readonly aside: readonly AsideTable[]; readonly dumps: readonly StateRun[] },
): boolean {
  return (
    nodes.some(({ name }) => keeps(facts.get(name), run)) ||
    aside.some((table) => table.run === run) ||
    dumps.some((dump) => dump.run === run && dump.hasDump)
  );
}

async function pruneNodes(world: World, run: string): Promise<void> {
  const holders = world.nodes.filter(({ name }) => keeps(world.facts.get(name), run));
  await onNodes(
    world,
    async (node) => {
      await node.change('prune-run', [run]);
      world.emit({
        type: 'node-done',
        step: 'prune',
        host: node.name,
        message: world.say('removed what it kept of run {run}', { run }),
      });
    },
    holders,
  );
}

interface StateRun {
  readonly run: string;
  readonly hasDump: boolean;
}

async function runsInState({ config }: World): Promise<StateRun[]> {
  const folder = join(config.stateDir, 'runs');
  const names = await onDisk(folder, () => namesIn(folder));
  return Promise.all(
    names.map(async (run) => ({
      run,
      hasDump: (await readdir(join(folder, run)).catch((): string[] => [])).includes('database'),
    })),
  );
}

async function removeFrom({ config }: World, name: string): Promise<void> {
  const path = join(config.stateDir, 'runs', name);
  await onDisk(path, () => rm(path, { recursive: true, force: true }));
}
