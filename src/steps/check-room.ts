// Is there room for what a new run writes: the staged tree on every node, the dumps in STATE_DIR and on the nodes? A part of the
// preflight. What cannot be told is a warning; a disk that runs full later is noticed then.

import { statfs } from 'node:fs/promises';
import type { NodeFacts } from '../cluster/facts.ts';
import type { ClusterNode } from '../cluster/node.ts';
import { estimateDumpBytes } from '../database/sizes.ts';
import { onDisk } from '../engine/disk.ts';
import type { Finding } from '../engine/errors.ts';
import type { Room } from '../engine/plan.ts';
import type { World } from './world.ts';

const roomMargin = 1.1;
const mebibyte = 1_048_576;
const spareBytes = 64 * mebibyte;
/** Folders and files of a run beside the staged tree. */
const spareInodes = 100;
/** The dump, the text being larger than the rows; one more try; what else happens in STATE_DIR. */
const dumpFactor = 3;

/** Room for the staged tree on a node. */
export function nodeRoom(world: World, { freeBytes }: Pick<NodeFacts, 'freeBytes'>): Room {
  return { neededBytes: stagedBytes(world), ...(freeBytes === undefined ? {} : { freeBytes }) };
}

/** Room for the dumps in STATE_DIR: three times their estimated size. Throws DISK_FAILED. */
export async function stateRoom({ config: { stateDir } }: World, dumpBytes: number): Promise<Room> {
  const { bsize, blocks, bavail } = await onDisk(stateDir, () => statfs(stateDir));
  const neededBytes = dumpBytes * dumpFactor + mebibyte;
  return { neededBytes, ...(blocks > 0 ? { freeBytes: bavail * bsize } : {}) };
}

/** Estimated bytes of all dumps of the run. */
export async function dumpBytesOf({ database, config }: World): Promise<number> {
  return database && config.database ? estimateDumpBytes(database, config.database.purge) : 0;
}

/** Whether a node has room for the staged tree. */
export function checkNodeRoom(world: World, node: ClusterNode, facts: NodeFacts): Finding[] {
  if (!world.inputs) return [];
  const { freeInodes } = facts;
  const where = node.name;
  const { neededBytes, freeBytes } = nodeRoom(world, facts);
  const neededInodes = Math.ceil(world.inputs.package.tree.size * roomMargin) + spareInodes;
  const findings: Finding[] = [];
  if (freeBytes === undefined) {
    const message = world.say('How much room {folder} has cannot be told; {needed} are needed.', {
      folder: node.home,
      needed: inMebibytes(neededBytes),
    });
    world.emit({ type: 'warning', host: where, message });
  } else if (freeBytes < neededBytes) {
    const found = `${node.home} has ${inMebibytes(freeBytes)} free; ${inMebibytes(neededBytes)} are needed.`;
    findings.push({ code: 'DISK_FULL', where, found });
  }
  if (freeInodes !== undefined && freeInodes < neededInodes) {
    const found = `${node.home} has ${freeInodes} inodes free; ${neededInodes} files are to come.`;
    findings.push({ code: 'DISK_FULL', where, found });
  }
  return findings;
}

/** Room for the dumps: three times their estimated size in STATE_DIR, and once on at least one node. */
export async function checkDumpRoom(world: World): Promise<Finding[]> {
  const { database, config, inputs } = world;
  if (!inputs || !database?.exists || !config.database) return [];
  const dumpBytes = await dumpBytesOf(world);
  return [...(await checkStateRoom(world, dumpBytes)), ...checkCopyRoom(world, dumpBytes)];
}

async function checkStateRoom(world: World, dumpBytes: number): Promise<Finding[]> {
  const { stateDir } = world.config;
  const { neededBytes, freeBytes } = await stateRoom(world, dumpBytes);
  const { files, ffree } = await onDisk(stateDir, () => statfs(stateDir));
  const where = 'STATE_DIR';
  if (freeBytes === undefined) {
    const message = world.say('How much room {folder} has cannot be told; {needed} are needed.', {
      folder: `STATE_DIR ${stateDir}`,
      needed: inMebibytes(neededBytes),
    });
    world.emit({ type: 'warning', message });
  } else if (freeBytes < neededBytes) {
    const found = `${stateDir} has ${inMebibytes(freeBytes)} free; the dumps of the database need up to ${inMebibytes(neededBytes)}.`;
    return [{ code: 'DISK_FULL', where, found }];
  }
  if (files > 0 && ffree < spareInodes) {
    return [{ code: 'DISK_FULL', where, found: `${stateDir} has ${ffree} inodes free; ${spareInodes} are needed.` }];
  }
  return [];
}

function checkCopyRoom(world: World, dumpBytes: number): Finding[] {
  const { nodes, facts } = world;
  const needed = stagedBytes(world) + dumpBytes;
  // A node whose room is not known may have it.
  const withRoom = nodes.filter((node) => (facts.get(node.name)?.freeBytes ?? Number.POSITIVE_INFINITY) >= needed);
  if (withRoom.length > 0 || nodes.length === 0) return [];
  const found = `None of them has room for the staged tree and a copy of the dumps: ${inMebibytes(needed)}.`;
  return [{ code: 'DISK_FULL', where: 'the nodes', found }];
}

function stagedBytes({ inputs }: World): number {
  const entries = [...(inputs?.package.tree.values() ?? [])];
  return Math.ceil(entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) * roomMargin) + spareBytes;
}

function inMebibytes(bytes: number): string {
  return `${Math.ceil(bytes / mebibyte)} MiB`;
}
