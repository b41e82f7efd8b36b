// Copies of the database's backups on the nodes: found there when STATE_DIR is lost. A backup is a folder with a dump and its
// description; `set` is that folder's place below the run's own: `.`, or one for each schema that a purge empties.

import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { constants, createGzip } from 'node:zlib';
import { parseRoom } from '../cluster/facts.ts';
import type { ClusterNode } from '../cluster/node.ts';
import { type Backup, backupFiles } from '../database/backup.ts';
import { sha256 } from '../database/names.ts';
import { onDisk } from '../engine/disk.ts';
import { UpgradeError } from '../engine/errors.ts';
import { onNodes } from './nodes.ts';
import { currentRun, type World } from './world.ts';

const wantedCopies = 2;
const mebibyte = 1_048_576;
const spareBytes = 16 * mebibyte;

/** Every byte is read, or sent; the keep-alive notices a node that is gone. */
export const copyLimitMs = 3_600_000;

interface FileState {
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** What a node keeps of a backup. */
interface CopyState {
  readonly node: ClusterNode;
  /** Undefined where the file system does not tell. */
  readonly freeBytes: number | undefined;
  readonly files: ReadonlyMap<string, FileState>;
}

/** Do as many nodes as wanted keep this very backup, and no node another one? Every byte of the copies is read. */
export async function copiesAreKept(world: World, set: string, backup: Backup): Promise<boolean> {
  const wanted = await describe(backup);
  const states = await copyStates(world, set);
  const good = states.filter((state) => isGood(state, wanted)).length;
  return good >= enough(world) && !states.some((state) => isStale(state, wanted));
}

/**
 * Copies a backup to two nodes, to all of them when there are fewer: where most room is free, by name when that is equal. Copies of
 * an earlier state of it go. With one copy only there is a warning.
 * Throws DISK_FULL when no node has room for any.
 */
export async function keepCopies(world: World, set: string, backup: Backup): Promise<void> {
  const wanted = await describe(backup);
  const states = await copyStates(world, set);
  await onNodes(
    world,
    (node) => node.change('backup-drop', [currentRun(world).id, set]),
    states.filter((state) => isStale(state, wanted)).map(({ node }) => node),
  );
  let good = states.filter((state) => isGood(state, wanted)).length;
  const refused: string[] = [];
  const candidates = byFreeRoom(states.filter((state) => !isGood(state, wanted)));
  while (good < enough(world) && candidates.length > 0) {
    const chosen = candidates.splice(0, enough(world) - good);
    const sent = await onNodes(
      world,
      async (node) => {
        const free = states.find((state) => state.node === node)?.freeBytes;
        const problem = await sendUnlessFull(world, node, { set, backup, freeBytes: free });
        if (problem) refused.push(problem);
        return problem === undefined;
      },
      chosen.map(({ node }) => node),
    );
    good += sent.filter(Boolean).length;
  }
  if (good === 0) throw noCopy(backup, refused);
  if (good < enough(world)) {
    const message = world.say(
      'Only {good} of {wanted} copies of the database backup could be kept on the nodes: {problems}',
      { good, wanted: enough(world), problems: refused.join('; ') },
    );
    world.emit({ type: 'warning', message });
  }
}

/** The nodes that keep both files of a backup. */
export async function copyHolders(world: World, set: string): Promise<ClusterNode[]> {
  const states = await copyStates(world, set);
  return states.filter(({ files }) => backupFiles.every((name) => files.has(name))).map(({ node }) => node);
}

function copyStates(world: World, set: string): Promise<CopyState[]> {
  return onNodes(world, async (node) => {
    const options = { limitMs: copyLimitMs };
    const { stdout } = await node.ask('backup-state', [node.home, currentRun(world).id, set], options);
    return { node, ...parseState(stdout.toString('utf8')) };
  });
}

/** Reads what backup-state.sh printed. */
export function parseState(text: string): Omit<CopyState, 'node'> {
  const lines = text.split('\n').map((line) => line.split(' '));
  const room = lines.find(([key]) => key === 'room')?.slice(1);
  return {
    freeBytes: parseRoom(room?.join(' ') ?? '').freeBytes,
    files: new Map(
      lines.flatMap(([name = '', size, digest = '']) =>
        (backupFiles as readonly string[]).includes(name) ? [[name, { sizeBytes: Number(size), sha256: digest }]] : [],
      ),
    ),
  };
}

type Wanted = ReadonlyMap<string, FileState>;

async function describe(backup: Backup): Promise<Wanted> {
  const [dump, record] = backupFiles;
  const file = join(backup.dir, record);
  const text = await onDisk(file, () => readFile(file, 'utf8'));
  return new Map([
    [dump, { sizeBytes: backup.sizeBytes, sha256: backup.sha256 }],
    [record, { sizeBytes: Buffer.byteLength(text), sha256: sha256(text) }],
  ]);
}

function isGood({ files }: CopyState, wanted: Wanted): boolean {
  return [...wanted].every(([name, { sizeBytes, sha256: digest }]) => {
    const found = files.get(name);
    return found?.sizeBytes === sizeBytes && found.sha256 === digest;
  });
}

// A copy of an earlier state would be taken for the backup, were STATE_DIR lost.
function isStale(state: CopyState, wanted: Wanted): boolean {
  return state.files.size > 0 && !isGood(state, wanted);
}

function enough({ nodes }: World): number {
  return Math.min(wantedCopies, nodes.length);
}

// Within a gibibyte counts as equal, so that the choice does not hang on what else a machine writes just now.
function byFreeRoom(states: readonly CopyState[]): CopyState[] {
  const gibibytes = ({ freeBytes = 0 }: CopyState) => Math.floor(freeBytes / (1024 * mebibyte));
  return [...states].sort((a, b) => gibibytes(b) - gibibytes(a) || a.node.name.localeCompare(b.node.name));
}

interface Shipment {
  readonly set: string;
  readonly backup: Backup;
  readonly freeBytes: number | undefined;
}

/** Undefined when the copy is kept, else why it is not. */
async function sendUnlessFull(world: World, node: ClusterNode, shipment: Shipment): Promise<string | undefined> {
  const { backup, freeBytes } = shipment;
  const neededBytes = backup.sizeBytes + spareBytes;
  if (freeBytes !== undefined && freeBytes < neededBytes) {
    return `${node.name} has ${inMebibytes(freeBytes)} free, ${inMebibytes(neededBytes)} are needed.`;
  }
  try {
    await send(world, node, shipment);
    return undefined;
  } catch (error) {
    if (
      !(error instanceof UpgradeError) ||
      error.findings.some(({ code, where }) => !(code === 'DISK_FULL' && where === node.name))
    ) {
      throw error;
    }
    return `${node.name}: ${error.findings[0].found}`;
  }
}

async function send(world: World, node: ClusterNode, { set, backup }: Shipment): Promise<void> {
  const wanted = await describe(backup);
  for (const name of backupFiles) {
    const file = join(backup.dir, name);
    const { size } = await onDisk(file, () => stat(file));
    const input = Readable.from(parcel(`${size} ${wanted.get(name)?.sha256}\n`, file), { objectMode: false });
    const options = { input, limitMs: copyLimitMs, signal: world.signal };
    await onDisk(file, () => node.change('backup-receive', [currentRun(world).id, set, name], options));
  }
}

/** What backup-receive.sh reads. */
async function* parcel(header: string, file: string): AsyncGenerator<Buffer> {
  yield Buffer.from(header);
  const zipped = createGzip({ level: constants.Z_BEST_SPEED });
  // A failure reaches whoever reads `zipped`.
  pipeline(createReadStream(file), zipped, () => undefined);
  yield* zipped;
}

function noCopy({ sizeBytes }: Backup, refused: readonly string[]): UpgradeError {
  const found = `No node has room for a copy of the database backup (${inMebibytes(sizeBytes)}): ${refused.join('; ')}`;
  return new UpgradeError({ code: 'DISK_FULL', where: 'the nodes', found });
}

function inMebibytes(bytes: number): string {
  return `${Math.ceil(bytes / mebibyte)} MiB`;
}
