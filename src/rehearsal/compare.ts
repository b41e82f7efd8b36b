// Phase: after `recover`, every byte of files and rows is what it was, and the same services run.

import { UpgradeError } from '../engine/errors.ts';
import type { Say } from '../messages/phrases.ts';
import { differences } from './differences.ts';
import { phase } from './phase.ts';
import { type Snapshot, takeSnapshot } from './snapshot.ts';
import { known, type RehearsalWorld } from './world.ts';

export const compare = phase('compare', 'compare with the first state, byte for byte', async (world) => {
  await expectFirstState(world);
  return describeSnapshot(known(world.before, 'first state'), world.say);
});

/** Throws RECOVER_MISMATCH with the first differences. */
export async function expectFirstState(world: RehearsalWorld): Promise<void> {
  const found = differences(known(world.before, 'first state'), await snapshotOf(world));
  const [first, ...rest] = found.map((difference) => mismatch(world, difference));
  if (first) throw new UpgradeError([first, ...rest]);
}

function mismatch({ sources }: RehearsalWorld, difference: string) {
  const [, name = '', found = difference] = /^([^,:]+)[,:] ?(.*)$/s.exec(difference) ?? [];
  const where = sources?.hosts.find((host) => host.name === name)?.listed ?? name;
  const remedy = 'The real cluster is untouched. Report it with the output, and do not upgrade before it is settled.';
  return { code: 'RECOVER_MISMATCH', where: `${where} of the rehearsal`, found: `${found}.`, remedy } as const;
}

export async function snapshotOf(world: RehearsalWorld): Promise<Snapshot> {
  const { home, hosts, exec, inDatabase } = known(world.throwaway, 'cluster');
  const names = hosts.map(({ name }) => name);
  return takeSnapshot({ home, hosts: names, detail: 'digests', exec, ...(inDatabase ? { inDatabase } : {}) });
}

function describeSnapshot({ files, database }: Snapshot, say: Say): string {
  const entries = Object.values(files).reduce((sum, text) => sum + text.split('\n').length - 1, 0);
  const tables = database.split('\n').filter((line) => line.startsWith('table ')).length;
  return database === ''
    ? say('{entries} files and folders are as they were', { entries })
    : say('{entries} files and folders and {tables} tables are as they were', { entries, tables });
}
