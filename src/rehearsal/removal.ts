// Takes away what a rehearsal has made: its own at the end, and that of earlier ones whose maker is gone.

import type { ContainerInfo } from 'dockerode';
import pLimit from 'p-limit';
import { type Clock, poll } from '../engine/clock.ts';
import { type Engine, onEngine, unlessGone } from './engine.ts';
import { isKeeper } from './keeper.ts';
import { filterFor, isKept, runLabel } from './labels.ts';

const atOnce = 8;
const attempts = { everyMs: 500, limitMs: 30_000 };

/** Removes every container, network and volume of a run; goes on until none is left. Throws ENGINE_UNREACHABLE, ENGINE_FAILED. */
export async function removeRun(engine: Engine, run: string, clock: Clock): Promise<void> {
  await onEngine('remove a rehearsal', async () => {
    let left = 0;
    const isRemoved = await poll(clock, attempts, async () => {
      left = await removeOnce(engine, run);
      return left === 0 ? true : undefined;
    });
    if (!isRemoved) throw new Error(`${left} containers, networks or volumes of rehearsal ${run} are left`);
  });
}

async function removeOnce(engine: Engine, run: string): Promise<number> {
  const things = filterFor(run);
  const containers = await engine.listContainers({ all: true, ...things });
  const limit = pLimit(atOnce);
  // The keeper last: while it is there, the rehearsal counts as alive, and nobody else takes its things away.
  for (const group of [containers.filter((info) => !isKeeper(info)), containers.filter(isKeeper)]) {
    await Promise.all(
      group.map(({ Id }) => limit(() => unlessGone(() => engine.getContainer(Id).remove({ force: true, v: true })))),
    );
    if (group.length > 0 && group.every(isKeeper)) continue;
    const networks = await engine.listNetworks(things);
    await Promise.all(networks.map(({ Id }) => unlessGone(() => engine.getNetwork(Id).remove())));
    const { Volumes: volumes } = await engine.listVolumes(things);
    await Promise.all((volumes ?? []).map(({ Name }) => unlessGone(() => engine.getVolume(Name).remove())));
  }
  return countLeft(engine, run);
}

async function countLeft(engine: Engine, run: string): Promise<number> {
  const things = filterFor(run);
  const containers = await engine.listContainers({ all: true, ...things });
  const networks = await engine.listNetworks(things);
  const { Volumes: volumes } = await engine.listVolumes(things);
  return containers.length + networks.length + (volumes ?? []).length;
}

/** Removes what earlier rehearsals have left whose process is gone; gives their runs. What is kept on purpose stays. */
export async function removeAbandoned(engine: Engine, clock: Clock): Promise<string[]> {
  const abandoned = await onEngine('list what earlier rehearsals have left', () => findAbandoned(engine));
  for (const run of abandoned) await removeRun(engine, run, clock);
  return abandoned;
}

async function findAbandoned(engine: Engine): Promise<string[]> {
  // Things first, keepers after them: a rehearsal that begins meanwhile has its keeper before anything else.
  const networks = await engine.listNetworks(filterFor());
  const { Volumes: volumes } = await engine.listVolumes(filterFor());
  const containers = await engine.listContainers({ all: true, ...filterFor() });
  const labels = [...networks, ...(volumes ?? []), ...containers].map((thing) => thing.Labels);
  const runs = new Set(labels.filter((own) => !isKept(own)).flatMap((own) => own?.[runLabel] ?? []));
  const { SystemTime: now } = (await engine.info()) as { SystemTime: string };
  const alive = new Set(containers.filter((info) => isAlive(info, Date.parse(now))).map(runOf));
  return [...runs].filter((run) => !alive.has(run));
}

const startingMs = 60_000;

// A keeper that is not started yet belongs to a rehearsal that begins right now, unless that was long ago.
function isAlive(info: ContainerInfo, nowMs: number): boolean {
  if (!isKeeper(info)) return false;
  return info.State === 'running' || (info.State === 'created' && nowMs - info.Created * 1000 < startingMs);
}

function runOf({ Labels: labels }: ContainerInfo): string {
  return labels[runLabel] ?? '';
}
