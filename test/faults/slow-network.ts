// A network that is late and loses, and connections that break in the middle of what they carry.

import { differences } from '../../src/rehearsal/differences.ts';
import type { TestCluster } from '../support/cluster.ts';
import { type JobRun, startJob } from '../support/job.ts';
import { leftovers } from '../support/violations.ts';
import { retriesOf, seconds, wentOn } from './directed.ts';
import { type RelayPlan, type Relays, startRelays } from './relays.ts';
import type { Story } from './story.ts';

const networks: readonly RelayPlan[] = [
  { delayMs: 15, jitterMs: 10, loss: 0.05 },
  { delayMs: 75, jitterMs: 50, loss: 0.05 },
];

/** A whole upgrade, and a recovery after it. */
export function slowNetworks(): Story[] {
  return networks.map((network) => {
    const { delayMs, jitterMs, loss = 0 } = network;
    return {
      kind: 'slow network',
      title: `upgrade over a network with ${delayMs}±${jitterMs} ms and ${100 * loss} % loss, and back`,
      async play(cluster: TestCluster, ends, runs, notes) {
        return over(cluster, network, async (relays) => {
          const problems: string[] = [];
          for (const [command, end] of [
            ['upgrade', ends.new],
            ['recover', ends.old],
          ] as const) {
            const sinceMs = performance.now();
            const run = await job(cluster, relays, command);
            runs.push(run);
            notes.push(`${command} took ${seconds(performance.now() - sinceMs)}`);
            problems.push(...wentOn(run, 0), ...differences(end, await cluster.snapshot()));
          }
          return [...problems, ...(await leftovers(cluster))];
        });
      },
    } satisfies Story;
  });
}

const victim = 'nm2';

/** The connection with one node breaks after a share of all bytes that an undisturbed upgrade sends over it, from 0 to all of them. */
export function bytesCut(count: number): Story[] {
  return Array.from({ length: count }, (_, index) => {
    const share = index / (count - 1);
    return {
      kind: 'cut by bytes',
      title: `the connection with ${victim} cut after ${Math.round(100 * share)} % of its bytes`,
      async play(cluster: TestCluster, ends, runs, notes) {
        const cutAfterBytes = Math.floor(share * (await bytesOfAnUpgrade(cluster)));
        notes.push(`${cutAfterBytes} bytes`);
        return over(cluster, { cutAfterBytes }, async (relays) => {
          const run = await job(cluster, relays, 'upgrade');
          runs.push(run);
          notes.push(`${retriesOf(run)} retries`);
          // The very first connection: nothing was begun.
          const first = share === 0 && run.exitCode === 69;
          const again = run.exitCode === 0 ? run : await job(cluster, relays, 'upgrade');
          return [
            ...(first ? [] : wentOn(run, 1)),
            ...(again.exitCode === 0
              ? []
              : [`upgrade after it ended with ${again.exitCode}: ${again.result?.message}`]),
            ...differences(ends.new, await cluster.snapshot()),
            ...(await leftovers(cluster)),
          ];
        });
      },
    } satisfies Story;
  });
}

let measured: Promise<number> | undefined;

/** Measured once, on the first cluster that asks; the cluster is as new afterwards. */
async function bytesOfAnUpgrade(cluster: TestCluster): Promise<number> {
  measured ??= over(cluster, {}, async (relays) => {
    const run = await job(cluster, relays, 'upgrade');
    if (run.exitCode !== 0) throw new Error(`An undisturbed upgrade through relays failed:\n${run.stdout}`);
    const bytes = await relays.bytesTo(victim);
    await cluster.reset();
    return bytes;
  });
  return measured;
}

async function over<T>(cluster: TestCluster, plan: RelayPlan, work: (relays: Relays) => Promise<T>): Promise<T> {
  // Only the victim's connections are cut; what is late is late everywhere.
  const relays = await startRelays(cluster, (place) =>
    plan.cutAfterBytes === undefined || place === victim ? plan : {},
  );
  try {
    return await work(relays);
  } finally {
    await relays.stop();
  }
}

function job({ dir, stateDir }: TestCluster, { network }: Relays, command: string): Promise<JobRun> {
  return startJob({ dir, stateDir, network }, command).ended;
}
