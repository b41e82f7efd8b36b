// Workers of sessions: a NodeManager starts them, and they may outlive it (EGGROLL.md section 1). Once the services are stopped their
// sessions are over, and what they still have open are the old files.

import type { ClusterNode } from '../cluster/node.ts';
import type { RemoteProcess } from '../cluster/processes.ts';
import { poll } from '../engine/clock.ts';
import { type Finding, UpgradeError } from '../engine/errors.ts';
import { activityOf } from './activity.ts';
import { onNodes } from './nodes.ts';
import type { World } from './world.ts';

/** What the preflight has to say of the workers that it finds: a warning, or a finding where they must not be ended. */
export function checkWorkers(world: World, { name: where }: ClusterNode, workers: readonly RemoteProcess[]): Finding[] {
  if (workers.length === 0) return [];
  const { control, leftoverWorkers } = world.config.services;
  const found = `Workers of sessions run here: ${describe(workers)}.`;
  if (control === 'none') {
    return [{ code: 'NODE_UNFIT', where, found, remedy: 'End them first, as SERVICE_CONTROL=none ends nothing.' }];
  }
  if (leftoverWorkers === 'refuse') return [{ code: 'NODE_UNFIT', where, found, remedy: refusal }];
  world.emit({
    type: 'warning',
    host: where,
    message: world.say('Workers of sessions run here: {workers}. Their jobs end when the services are stopped.', {
      workers: describe(workers),
    }),
  });
  return [];
}

const refusal = 'Wait for their jobs to end, or set LEFTOVER_WORKERS=end; then run the same command again.';

/** With LEFTOVER_WORKERS=refuse, no service is stopped while workers run. Throws SERVICE_NOT_STOPPED. */
export async function refuseWorkers(world: World): Promise<void> {
  const { control, leftoverWorkers } = world.config.services;
  if (control === 'none' || leftoverWorkers === 'end') return;
  await onNodes(world, async (node) => {
    const { workers } = await activityOf(node);
    if (workers.length > 0) throw workersRunHere(node, workers);
  });
}

/**
 * Ends the workers that do not end by themselves after their NodeManager: by SIGTERM, then by SIGKILL, each named in a warning. For
 * when all services are stopped. With LEFTOVER_WORKERS=refuse it only gives them their time.
 */
export async function endLeftoverWorkers(world: World): Promise<void> {
  await onNodes(world, async (node) => {
    if (await endByThemselves(world, node)) return;
    if (world.config.services.leftoverWorkers === 'refuse') return;
    for (const [signal, text] of [
      ['TERM', 'Workers have outlived their NodeManager, and are asked to end: {workers}.'],
      ['KILL', 'Workers have outlived their NodeManager, and do not end when asked, and are killed: {workers}.'],
    ] as const) {
      const { workers } = await activityOf(node);
      if (workers.length === 0) return;
      const message = world.say(text, { workers: describe(workers) });
      world.emit({ type: 'warning', host: node.name, message });
      await node.change('end-process', [signal, ...workers.map(({ identity }) => identity)]);
      if (await endByThemselves(world, node)) return;
    }
  });
}

export function workersRunHere({ name: where }: ClusterNode, workers: readonly RemoteProcess[]): UpgradeError {
  const found = `Workers of sessions run here: ${describe(workers)}.`;
  return new UpgradeError({ code: 'SERVICE_NOT_STOPPED', where, found, remedy: refusal });
}

async function endByThemselves({ clock, limits }: World, node: ClusterNode): Promise<boolean> {
  const gone = await poll(clock, { everyMs: limits.pollMs, limitMs: limits.graceMs }, async () =>
    (await activityOf(node)).workers.length === 0 ? true : undefined,
  );
  return gone === true;
}

function describe(workers: readonly RemoteProcess[]): string {
  return workers
    .map(({ pid, commandLine }) => {
      const session = /--session-id[ =](\S+)/.exec(commandLine)?.[1];
      return `process ${pid}${session ? ` of session ${session}` : ''}`;
    })
    .join(', ');
}
