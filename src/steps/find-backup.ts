// A backup of this run, from wherever it is: STATE_DIR, or the copies on the nodes when it is missing or damaged there.

import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { ClusterNode } from '../cluster/node.ts';
import { backupFiles, removePartials, renameDurably } from '../database/backup.ts';
import { type Backup, readBackup } from '../database/dump.ts';
import type { PurgeBackups } from '../database/purge.ts';
import { onDisk } from '../engine/disk.ts';
import { describeFinding, UpgradeError } from '../engine/errors.ts';
import { makeFolder } from '../engine/folders.ts';
import { copyHolders, copyLimitMs, keepCopies } from './backup-copies.ts';
import { currentRun, type World } from './world.ts';

/** The folder of a backup in STATE_DIR; see backup-copies for `set`. */
export function backupFolder(world: World, set = '.'): string {
  return join(world.config.stateDir, 'runs', currentRun(world).id, 'database', set);
}

/**
 * A backup of this run; undefined when none was completed. One that STATE_DIR lacks, or holds damaged, is fetched from a node that
 * keeps a good copy. Throws BACKUP_DAMAGED, DISK_FULL, DISK_FAILED.
 */
export async function findBackup(world: World, set = '.'): Promise<Backup | undefined> {
  const local = await readOrError(backupFolder(world, set));
  if (local && !(local instanceof UpgradeError)) return local;
  for (const node of await copyHolders(world, set)) {
    const fetched = await fetchBackup(world, node, set);
    if (!fetched) continue;
    const { dir: folder } = fetched;
    const message = local
      ? world.say('The database backup in {folder} was unusable ({problem}); it was fetched from {node}.', {
          folder,
          problem: local.findings[0].found,
          node: node.name,
        })
      : world.say('The database backup in {folder} is not there; it was fetched from {node}.', {
          folder,
          node: node.name,
        });
    world.emit({ type: 'warning', message });
    return fetched;
  }
  if (local) throw local;
  return undefined;
}

export function purgeSet(schema: string): string {
  return `purged-${schema}`;
}

/** Where this run's backups of purged tables are. */
export function purgeBackups(world: World): PurgeBackups {
  return {
    folder: (schema) => backupFolder(world, purgeSet(schema)),
    find: (schema) => findBackup(world, purgeSet(schema)),
    keep: (schema, backup) => keepCopies(world, purgeSet(schema), backup),
  };
}

/** Removes from STATE_DIR what a try that was killed has left half-made of a backup. */
export async function tidyBackup(world: World, set = '.'): Promise<void> {
  const dir = backupFolder(world, set);
  try {
    await removePartials(dir);
    await onDisk(dir, () => rm(join(dir, incomingName), { recursive: true, force: true }));
  } catch (error) {
    // It takes room at most.
    if (!(error instanceof UpgradeError)) throw error;
    world.emit({
      type: 'warning',
      message: world.say('Half-made files of a backup stay: {problem}', {
        problem: describeFinding(error.findings[0], world.config.language),
      }),
    });
  }
}

const incomingName = '.fetched';

async function readOrError(dir: string): Promise<Backup | UpgradeError | undefined> {
  try {
    return await readBackup(dir);
  } catch (error) {
    if (error instanceof UpgradeError && (error.code === 'BACKUP_DAMAGED' || error.code === 'DISK_FAILED'))
      return error;
    throw error;
  }
}

/** Brings a node's copy to STATE_DIR; undefined when that copy is damaged. */
async function fetchBackup(world: World, node: ClusterNode, set: string): Promise<Backup | undefined> {
  const dir = backupFolder(world, set);
  const incoming = join(dir, incomingName);
  await onDisk(incoming, async () => {
    await rm(incoming, { recursive: true, force: true });
    await makeFolder(incoming, 0o700);
  });
  try {
    for (const name of backupFiles) await fetchFile(world, node, { set, name, file: join(incoming, name) });
    if (!((await readOrError(incoming)) instanceof UpgradeError)) return await install(dir, incoming);
    world.emit({
      type: 'warning',
      host: node.name,
      message: world.say('The copy of the database backup on this node is damaged.'),
    });
    return undefined;
  } finally {
    await onDisk(incoming, () => rm(incoming, { recursive: true, force: true }));
  }
}

interface Fetched {
  readonly set: string;
  readonly name: string;
  readonly file: string;
}

async function fetchFile(world: World, node: ClusterNode, { set, name, file }: Fetched): Promise<void> {
  await node.ask('backup-send', [node.home, currentRun(world).id, set, name], {
    limitMs: copyLimitMs,
    signal: world.signal,
    output: (printed) =>
      onDisk(file, () => pipeline(printed, createGunzip(), createWriteStream(file, { mode: 0o600, flush: true }))),
  });
}

// What is damaged is kept beside, for whoever wants to look at it.
async function install(dir: string, incoming: string): Promise<Backup | undefined> {
  await onDisk(dir, async () => {
    for (const name of [...backupFiles].reverse()) await moveAside(join(dir, name));
    for (const name of backupFiles) await renameDurably(dir, join(incoming, name), join(dir, name));
  });
  return readBackup(dir);
}

async function moveAside(file: string): Promise<void> {
  await rename(file, `${file}.damaged`).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}
