// The one step that `plan` has after the preflight: what `upgrade` would do, worked out by the functions that `upgrade` itself uses,
// with all doors of changes closed.

import type { Plan, PlannedAction } from '../engine/plan.ts';
import type { Step } from '../engine/step.ts';
import { dumpBytesOf, stateRoom } from './check-room.ts';
import { expectedDowntime } from './expected-downtime.ts';
import { plannedPipelines } from './fan-out.ts';
import { fileChanges } from './file-changes.ts';
import { refuseWhileLocked } from './lock.ts';
import { adoptOpenRun, isUpToDate } from './open-run.ts';
import { planHash } from './plan-hash.ts';
import { plannedDatabase } from './planned-database.ts';
import { plannedFateFlow, plannedNodes } from './planned-nodes.ts';
import { recordsOfLatestRun, stateOf } from './run-records.ts';
import { upgradeSteps } from './upgrade.ts';
import type { World } from './world.ts';

export const workOut: Step<World> = {
  id: 'plan',
  title: 'work out what upgrade would do',
  reach: 'nothing',
  probe: async () => 'pending',
  async apply(world) {
    // What another run is changing right now is nothing to plan on.
    await refuseWhileLocked(world);
    const action = await actionOf(world);
    world.plan = action === 'finish-recovery' ? await planOfRecovery(world) : await planOf(world, action);
  },
};

async function actionOf(world: World): Promise<PlannedAction> {
  const records = recordsOfLatestRun(world);
  const state = stateOf(records);
  if (state === 'recovering') return 'finish-recovery';
  if (state === 'open') {
    await adoptOpenRun(world, records);
    return 'resume';
  }
  return (await isUpToDate(world)) ? 'nothing' : 'upgrade';
}

async function planOf(world: World, action: PlannedAction): Promise<Plan> {
  // An interrupted run keeps to the plan that it began with.
  const hash = world.run ? world.run.planHash : await planHash(world);
  const database = await plannedDatabase(world);
  const groups = await fileChanges(world);
  const fateFlow = plannedFateFlow(world, action);
  return {
    action,
    ...(hash === undefined ? {} : { hash }),
    ...(await aroundIt(world)),
    nodes: await plannedNodes(world, action),
    pipelines: action === 'upgrade' ? await plannedPipelines(world) : [],
    ...(fateFlow ? { fateFlow } : {}),
    groups,
    ...(database ? { database } : {}),
    downtime: await expectedDowntime(world, action),
  };
}

// What comes after it depends on what it brings back.
async function planOfRecovery(world: World): Promise<Plan> {
  const none = { expectedMs: 0, servicesMs: 0, databaseMs: 0 };
  return {
    action: 'finish-recovery',
    ...(await aroundIt(world)),
    nodes: [],
    pipelines: [],
    groups: [],
    downtime: none,
  };
}

async function aroundIt(world: World): Promise<Pick<Plan, 'steps' | 'state'>> {
  return {
    steps: upgradeSteps.map(({ title }) => title),
    state: await stateRoom(world, await dumpBytesOf(world)),
  };
}
