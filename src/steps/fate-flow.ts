// fate_flow, which works with EggRoll and so stops before it and starts after it. Its machine may be in no list and has no lock: what is
// called there may be called twice, is called only while the locks of the nodes are ours, and is proven before and after.

import { connect } from '../cluster/connection.ts';
import type { DoorOptions } from '../cluster/door.ts';
import { type FateFlow, type FateFlowState, fateFlowOn } from '../cluster/fate-flow.ts';
import type { HostKeys } from '../cluster/host-keys.ts';
import { poll } from '../engine/clock.ts';
import { type Finding, UpgradeError } from '../engine/errors.ts';
import { refereeOf } from './lock.ts';
import { missingFile, missingTool } from './missing.ts';
import { comesUp, saidBy, wordsOf } from './service-scripts.ts';
import { currentRun, type World } from './world.ts';

/** The name of the service in messages and events. */
const fateFlowName = 'fate_flow';

/** Connects with the machine of fate_flow, if there is one, and looks at it. */
export async function connectFateFlow(world: World, hostKeys: HostKeys, options: DoorOptions): Promise<void> {
  const { fateFlow, ssh, services } = world.config;
  if (!fateFlow) return;
  const connection = await connect(fateFlow.host, ssh, hostKeys);
  world.fateFlow = fateFlowOn(connection, fateFlow, services.initEnvFile, options);
  await lookAtFateFlow(world);
}

export async function lookAtFateFlow(world: World): Promise<void> {
  world.fateFlowSeen = await world.fateFlow?.look();
}

/** What is wrong with the fate_flow that was looked at. A part of the preflight. */
export function checkFateFlow({ config, inputs, fateFlow, fateFlowSeen: seen }: World): Finding[] {
  if (!config.fateFlow || !fateFlow || !seen) return [];
  const where = fateFlow.name;
  const findings = seen.missingTools.map((tool) => missingTool(where, tool));
  if (!seen.scriptPresent) {
    const found = `There is no file ${config.fateFlow.script} on ${where}.`;
    const remedy = 'Correct FATE_FLOW_SERVICE or FATE_FLOW_HOST.';
    findings.push({ code: 'CONFIG_INVALID', where: 'FATE_FLOW_SERVICE', found, remedy });
  }
  if (!seen.initEnvPresent) findings.push(missingFile(where, config.services.initEnvFile ?? '', 'INIT_ENV_FILE'));
  const taken = seen.ports.filter((port) => seen.listeningPorts.has(port));
  // One that is not recognised would run on while EggRoll is switched. Nothing must keep the old version from coming back, though.
  if (inputs && seen.pids.length === 0 && taken.length > 0) {
    const found = `Port ${taken.join(' and ')} of fate_flow listens, but no process of the fate_flow of ${config.fateFlow.script} is there.`;
    const remedy = 'Name the service.sh of the fate_flow that runs there, or stop what has its port.';
    findings.push({ code: 'NODE_UNFIT', where, found, remedy });
  }
  return findings;
}

/** Did fate_flow run when it was looked at? */
export function fateFlowRuns({ fateFlowSeen }: Pick<World, 'fateFlowSeen'>): boolean {
  return fateFlowSeen !== undefined && fateFlowSeen.pids.length > 0;
}

/** Is fate_flow stopped and started by an upgrade: does it run, or did it before a run that is unfinished? */
export function fateFlowTakesPart(world: Pick<World, 'fateFlowSeen' | 'run'>): boolean {
  return world.run?.fateFlow?.ran === true || fateFlowRuns(world);
}

/**
 * Notes that fate_flow runs, if it does, or that it does not: before it is stopped, as a later look would find less. True when that is
 * news, and has to be written down.
 */
export async function noteFateFlow(world: World): Promise<boolean> {
  if (!world.fateFlow) return false;
  const run = currentRun(world);
  const runs = (await world.fateFlow.look()).pids.length > 0;
  if (run.fateFlow && (run.fateFlow.ran || !runs)) return false;
  run.fateFlow = { host: world.fateFlow.name, ran: runs };
  return true;
}

/** Stops fate_flow if it runs, and proves it by process and ports. Throws SERVICE_NOT_STOPPED. */
export async function stopFateFlow(world: World): Promise<void> {
  const { fateFlow, limits, clock } = world;
  const before = await fateFlow?.look();
  if (!fateFlow || !before || isGone(before)) return;
  const said = await call(world, fateFlow, 'stop', limits.stopMs);
  const gone = await poll(clock, { everyMs: limits.pollMs, limitMs: limits.stopMs }, async () => {
    const state = await fateFlow.look();
    return isGone(state) && !state.ports.some((port) => state.listeningPorts.has(port)) ? true : undefined;
  });
  if (gone) return tell(world, 'stopped');
  const seconds = Math.round(limits.stopMs / 1000);
  const found = `${fateFlowName} (process ${before.pids.join(', ') || 'unknown'}) did not stop within ${seconds} s. ${said}`;
  throw new UpgradeError({ code: 'SERVICE_NOT_STOPPED', where: fateFlow.name, found });
}

/** fate_flow does not run: for the moments right before something is changed under its feet. Throws SERVICE_NOT_STOPPED. */
export async function expectFateFlowStopped({ fateFlow }: World): Promise<void> {
  const state = await fateFlow?.look();
  if (!fateFlow || !state || isGone(state)) return;
  const found =
    state.pids.length > 0
      ? `${fateFlowName} (process ${state.pids.join(', ')}) runs here, and must not.`
      : `${fateFlowName} is being started or stopped here.`;
  throw new UpgradeError({ code: 'SERVICE_NOT_STOPPED', where: fateFlow.name, found, remedy: startedByOthers });
}

/** What to do about a service that was stopped and runs. */
export const startedByOthers =
  'Find out who starts it (a person, autostart), stop it, then run the same command again.';

/** Starts fate_flow if it ran before and is not up, and proves by process and ports that it stays up. Throws SERVICE_NOT_STARTED. */
export async function startFateFlow(world: World): Promise<void> {
  const { fateFlow, limits, clock } = world;
  if (!fateFlow || (await isFateFlowAsBefore(world))) return;
  const said = await call(world, fateFlow, 'start', limits.startMs);
  const up = await comesUp(world, async () => {
    const state = await fateFlow.look();
    return { isUp: isUp(state), lives: state.pids.length > 0 };
  });
  if (up) await clock.sleep(limits.stableMs);
  if (up && isUp(await fateFlow.look())) return tell(world, 'started');
  const found = `${fateFlowName} did not start and stay up. ${said}`;
  throw new UpgradeError({ code: 'SERVICE_NOT_STARTED', where: fateFlow.name, found });
}

/** Is fate_flow up, where it ran before the run? What did not run before is not asked for. */
export async function isFateFlowAsBefore({ fateFlow, run }: World): Promise<boolean> {
  return !fateFlow || !run?.fateFlow?.ran || isUp(await fateFlow.look());
}

function isGone({ pids, isAtWork }: FateFlowState): boolean {
  return pids.length === 0 && !isAtWork;
}

function isUp({ pids, isAtWork, ports, listeningPorts }: FateFlowState): boolean {
  return pids.length > 0 && !isAtWork && ports.every((port) => listeningPorts.has(port));
}

/** Gives what the script said. Throws LOCK_LOST when another run has the cluster by now. */
async function call(world: World, fateFlow: FateFlow, action: 'start' | 'stop', limitMs: number): Promise<string> {
  await refereeOf(world)?.change('confirm-lock', []);
  return wordsOf(await saidBy(() => fateFlow.call(action, limitMs)));
}

function tell({ emit, fateFlow }: World, state: 'started' | 'stopped'): void {
  emit({ type: 'service', host: fateFlow?.name ?? '', service: fateFlowName, state });
}
