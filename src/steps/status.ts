// The one step of `status`: what is there, looked at without any change. What is out of reach is told of, and hides nothing else.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nodeName } from '../cluster/node.ts';
import type { RunEntry } from '../cluster/run-facts.ts';
import type { Address, Host } from '../config/config.ts';
import { asideTables } from '../database/aside.ts';
import { type Backup, parseBackup } from '../database/backup.ts';
import { type LedgerRow, readLedger } from '../database/ledger.ts';
import { describeLockHolder } from '../database/lock.ts';
import { onDisk } from '../engine/disk.ts';
import { type Finding, throwFindings } from '../engine/errors.ts';
import { namesIn } from '../engine/folders.ts';
import type { DatabaseStatus, DumpStatus, FateFlowStatus, NodeStatus, RunStatus } from '../engine/status.ts';
import type { Step } from '../engine/step.ts';
import { activityOf, modulesOf } from './activity.ts';
import { fateFlowRuns } from './fate-flow.ts';
import { lockOwner } from './lock.ts';
import { connectNodes, findingsOf, unlessStopped } from './preflight.ts';
import { connectToDatabase, schemaLevel } from './preflight-database.ts';
import { mergedRecords } from './settle-records.ts';
import { homeVersion } from './versions.ts';
import type { World } from './world.ts';

export const lookAround: Step<World> = {
  id: 'status',
  title: 'look at the nodes and the database',
  reach: 'nothing',
  probe: async () => 'pending',
  async apply(world) {
    const findings = await unlessStopped(world.signal, look(world));
    throwFindings(findings);
  },
};

/** Gives what could not be looked at. */
async function look(world: World): Promise<readonly Finding[]> {
  const [unreached, unconnected] = await Promise.all([
    findingsOf(() => connectNodes(world)),
    findingsOf(async () => void (await connectToDatabase(world))),
  ]);
  const nodes = await Promise.all(world.config.hosts.map((host) => nodeStatus(world, host, unreached)));
  const ledger = world.database?.exists ? await readLedger(world.database) : [];
  const fateFlow = fateFlowStatus(world, unreached);
  world.status = {
    nodes,
    ...(fateFlow ? { fateFlow } : {}),
    ...(world.database?.exists ? { database: await databaseStatus(world.database) } : {}),
    runs: runStatuses(world, ledger),
    dumps: await dumpsIn(world.config.stateDir),
  };
  return [...unreached, ...unconnected];
}

async function nodeStatus(world: World, host: Host, unreached: readonly Finding[]): Promise<NodeStatus> {
  const name = nodeName(host);
  const node = world.nodes.find((candidate) => candidate.host === host);
  const facts = world.facts.get(name);
  const about = { host: name, role: host.role };
  if (!node || !facts) {
    return { ...about, version: 'unknown', problem: problemOf(host, unreached), running: [] };
  }
  if (!facts.homePresent)
    return { ...about, version: 'unknown', problem: `EGGROLL_HOME ${node.home} does not exist.`, running: [] };
  const detected = homeVersion(facts);
  const lockedBy = await lockOwner(node);
  return {
    ...about,
    ...('version' in detected
      ? { version: detected.version }
      : { version: 'unknown', problem: `No EggRoll version was found: ${detected.reason}.` }),
    running: modulesOf(await activityOf(node)),
    ...(lockedBy === undefined ? {} : { lockedBy }),
  };
}

function fateFlowStatus(world: World, unreached: readonly Finding[]): FateFlowStatus | undefined {
  const { config, fateFlowSeen } = world;
  if (!config.fateFlow) return undefined;
  const host = nodeName(config.fateFlow.host);
  if (fateFlowSeen) return { host, runs: fateFlowRuns(world) };
  return { host, runs: false, problem: problemOf(config.fateFlow.host, unreached) };
}

/** Of a login, messages name the host alone. */
function problemOf(host: Address, unreached: readonly Finding[]): string {
  const names = [host.name, nodeName(host)];
  return unreached.find(({ where }) => names.includes(where))?.found ?? 'It was not reached.';
}

async function databaseStatus(database: NonNullable<World['database']>): Promise<DatabaseStatus> {
  const lockedBy = await describeLockHolder(database);
  return {
    name: database.name,
    level: await schemaLevel(database),
    ...(lockedBy === undefined ? {} : { lockedBy }),
    asideTables: (await asideTables(database)).length,
  };
}

function runStatuses(world: World, ledger: readonly LedgerRow[]): RunStatus[] {
  const records = [...mergedRecords([...world.facts.values()]).values()];
  const holding = (run: string, entry: RunEntry) =>
    world.nodes.filter((node) => world.facts.get(node.name)?.runEntries.get(run)?.has(entry)).map(({ name }) => name);
  return records
    .sort((left, right) => right.sequence - left.sequence)
    .map(({ run, sequence, state, from, to, hosts }) => {
      const rows = ledger.filter((row) => row.run === run);
      return {
        run,
        sequence,
        state,
        from,
        to,
        hosts,
        staged: holding(run, 'staged'),
        backup: holding(run, 'backup/'),
        replaced: holding(run, 'replaced'),
        databaseCopies: holding(run, 'database'),
        ...(rows.length === 0
          ? {}
          : { statements: { done: rows.filter((row) => row.state === 'done').length, count: rows.length } }),
      };
    });
}

async function dumpsIn(stateDir: string): Promise<DumpStatus[]> {
  const runs = join(stateDir, 'runs');
  const names = await onDisk(runs, () => namesIn(runs));
  const dumps = await Promise.all(names.map((run) => dumpOf(runs, run)));
  return dumps.flat();
}

/** Of a dump that is damaged nothing is told here: `recover` looks closer. */
async function dumpOf(runs: string, run: string): Promise<DumpStatus[]> {
  const dir = join(runs, run, 'database');
  const text = await readFile(join(dir, 'backup.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return [];
  let backup: Backup;
  try {
    backup = parseBackup(dir, text);
  } catch {
    return [];
  }
  const { database, sizeBytes, createdAt, proven } = backup;
  return [{ run, database, bytes: sizeBytes, createdAt, proven }];
}
