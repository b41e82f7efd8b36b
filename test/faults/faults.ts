// The faults of the random mode: each strikes once at a cluster or at the job.

import { setTimeout as sleep } from 'node:timers/promises';
import type { TestCluster } from '../support/cluster.ts';
import type { JobOptions, JobRun, RunningJob } from '../support/job.ts';
import { cutNode, databasePlace, joinNetwork, leaveNetwork, pause, restart, signal, unpause } from './disturb.ts';
import type { Random } from './job/random-numbers.mts';
import type { Pool } from './pool.ts';

export interface Strike {
  readonly cluster: TestCluster;
  readonly job: RunningJob;
  readonly random: Random;
  /** With which options a second runner works. */
  readonly options: JobOptions;
  /** Jobs that a fault itself ran. */
  readonly runs: JobRun[];
}

export interface Fault {
  readonly kind: string;
  /** Strikes, and unless there is `heal`, waits as long as the fault lasts and heals it. Gives what it did, in words. */
  strike(at: Strike): Promise<string>;
  /** Heals what stays until the last run is over, before the cluster is looked at. */
  heal?(cluster: TestCluster): Promise<void>;
}

/** The node whose disk is in memory and small: it can be filled, but not be restarted. */
export const smallNode = 'rs1';

const kill: Fault = {
  kind: 'kill',
  async strike({ job }) {
    await signal(job, 'KILL');
    return 'kill -9';
  },
};

const terminate: Fault = {
  kind: 'terminate',
  async strike({ job }) {
    await signal(job, 'TERM');
    return 'SIGTERM';
  },
};

const cut: Fault = {
  kind: 'cut',
  async strike({ cluster, random }) {
    const host = random.pick(cluster.hosts);
    await cutNode(cluster, host);
    return `all connections of ${host} cut`;
  },
};

const blackhole: Fault = {
  kind: 'blackhole',
  async strike({ cluster, random }) {
    const host = random.pick(cluster.hosts);
    const forMs = 1000 + random.below(40_000);
    await leaveNetwork(cluster, host);
    await sleep(forMs);
    await joinNetwork(cluster, host);
    return `${host} out of the network for ${forMs} ms`;
  },
};

const freeze: Fault = {
  kind: 'freeze',
  async strike({ cluster, job, random, options, runs }) {
    const command = random.pick(['upgrade', 'recover'] as const);
    if (!(await pause(job))) return 'too late to freeze the job';
    const second = await cluster.start(command, options).ended;
    runs.push(second);
    await unpause(job);
    return `frozen while a second runner did ${command} (exit code ${second.exitCode})`;
  },
};

const fullDisk: Fault = {
  kind: 'full-disk',
  async strike({ cluster, random }) {
    const [leftKb, forMs] = [random.pick([0, 0, 8, 100, 400]), 500 + random.below(15_000)];
    await cluster.exec(smallNode, `sim-fill ${leftKb}`);
    await sleep(forMs);
    await cluster.exec(smallNode, 'sim-fill off');
    return `${leftKb} kB left on ${smallNode} for ${forMs} ms`;
  },
};

const restartNode: Fault = {
  kind: 'restart-node',
  async strike({ cluster, random }) {
    const host = random.pick(cluster.hosts.filter((name) => name !== smallNode));
    await restart(cluster, host);
    return `${host} restarted`;
  },
};

const restartDatabase: Fault = {
  kind: 'restart-mysql',
  async strike({ cluster, random }) {
    const patienceSeconds = random.pick([0, 10]);
    await restart(cluster, databasePlace, { patienceSeconds });
    return patienceSeconds === 0 ? 'the database server killed and started again' : 'the database server restarted';
  },
};

const clockStep: Fault = {
  kind: 'clock',
  async strike({ cluster, random }) {
    const host = random.pick(cluster.hosts);
    const offset = random.pick(['+1y', '-1y', '+3h', '-90s']);
    const { exitCode, stderr } = await cluster.exec(host, `sim-clock ${offset}`);
    if (exitCode !== 0) throw new Error(`sim-clock on ${host}: ${stderr}`);
    return `clock of ${host} set by ${offset}`;
  },
  async heal(cluster) {
    await Promise.all(cluster.hosts.map((host) => cluster.exec(host, 'sim-clock off')));
  },
};

export const faults: readonly Fault[] = [
  kill,
  terminate,
  cut,
  blackhole,
  freeze,
  fullDisk,
  restartNode,
  restartDatabase,
  clockStep,
];

/** The faults that the image of the nodes knows how to make. */
export async function usableFaults(pool: Pool): Promise<readonly Fault[]> {
  let usable = faults;
  await pool.each([0], async (cluster) => {
    const { exitCode } = await cluster.exec(smallNode, 'command -v sim-clock');
    if (exitCode !== 0) usable = faults.filter((fault) => fault !== clockStep);
  });
  return usable;
}

/** Waits until nodes and database answer again. Throws when they do not within a minute. */
export async function waitUntilReady(cluster: TestCluster): Promise<void> {
  const giveUpMs = performance.now() + 60_000;
  for (;;) {
    const nodes = await Promise.all(cluster.hosts.map((host) => listens(cluster, host)));
    const answers = await cluster.inDatabase(`mysql -uroot -e 'SELECT 1'`);
    if (nodes.every(Boolean) && answers.exitCode === 0) return;
    if (performance.now() > giveUpMs) throw new Error('Nodes and database were not ready again within a minute.');
    await sleep(100);
  }
}

async function listens(cluster: TestCluster, host: string): Promise<boolean> {
  const { exitCode } = await cluster.exec(host, '(: <"/dev/tcp/127.0.0.1/22") 2>/dev/null');
  return exitCode === 0;
}
