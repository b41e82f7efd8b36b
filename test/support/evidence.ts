// What is kept of a case that failed: the output of its jobs, and of each cluster the state of its nodes, the logs of its services, and
// what its database server says. Without a test runner, as the fault suite runs by itself too.

import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestCluster } from './cluster.ts';
import { docker } from './docker.ts';
import type { JobRun } from './job.ts';

type KnownCluster = Pick<TestCluster, 'dir' | 'stateDir' | 'home' | 'hosts' | 'exec' | 'sql' | 'database'>;

interface KnownRun {
  readonly run: JobRun;
  readonly endedAt: number;
}

const clusters = new Map<string, KnownCluster>();
/** The newest ones. */
const runs: KnownRun[] = [];
const runsKept = 50;

/** The same cluster: what it is like is kept for a case that fails before it is stopped. */
export function withEvidence(cluster: TestCluster): TestCluster {
  clusters.set(cluster.dir, cluster);
  return {
    ...cluster,
    stop() {
      forgetCluster(cluster);
      return cluster.stop();
    },
  };
}

/** For clusters that are set back, or go on with something else, before a test ends. */
export function forgetCluster({ dir }: Pick<TestCluster, 'dir'>): void {
  clusters.delete(dir);
}

/** The same run: what it said is kept for a case that fails. */
export function noteRun(run: JobRun): JobRun {
  runs.push({ run, endedAt: Date.now() });
  runs.splice(0, runs.length - runsKept);
  return run;
}

/** Keeps the jobs that have ended since a moment, and the clusters as they are now. False when there are none of both. */
export async function keepEvidence(folder: string, since: number): Promise<boolean> {
  const own = runs.flatMap(({ run, endedAt }) => (endedAt >= since ? [run] : []));
  if (own.length === 0 && clusters.size === 0) return false;
  await keepRuns(folder, own);
  const each = [...clusters.values()].map((cluster, index) =>
    keepCluster(clusters.size === 1 ? folder : join(folder, `cluster-${index + 1}`), cluster),
  );
  await Promise.all(each);
  return true;
}

/** A file for each job, in their order, with all that it said. */
export async function keepRuns(folder: string, jobs: readonly JobRun[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [index, { command, exitCode, stdout, stderr }] of jobs.entries()) {
    await writeFile(join(folder, `${index + 1}-${command}-${exitCode}.txt`), `${stdout}\n--- stderr\n${stderr}\n`);
  }
}

/** Whatever can be had: a node that is frozen, or gone, says nothing, and keeps nobody waiting for long. */
export async function keepCluster(folder: string, cluster: KnownCluster): Promise<void> {
  await mkdir(folder, { recursive: true });
  const keep = (name: string, text: () => Promise<string>) =>
    soon(text).then((found) => writeFile(join(folder, name), found));
  const { home, hosts, database } = cluster;
  await Promise.all([
    ...hosts.map((host) =>
      keep(`node-${host}.txt`, async () => {
        const { stdout, stderr } = await cluster.exec(host, stateOfNode(home));
        return `${stdout}${stderr}`;
      }),
    ),
    keep('database.txt', async () => {
      const { stdout, stderr } = await docker(['logs', '--tail=500', database.getId()]);
      return `${stderr}${stdout}`;
    }),
    keep('sessions.txt', () => cluster.sql('SHOW FULL PROCESSLIST')),
    // The dumps are large, and can be made again.
    cp(cluster.stateDir, join(folder, 'state'), { recursive: true, filter: (path) => !path.endsWith('.sql') }).catch(
      (error: unknown) => writeFile(join(folder, 'state.txt'), String(error)),
    ),
  ]);
}

const patienceMs = 30_000;

async function soon(text: () => Promise<string>): Promise<string> {
  const late = sleep(patienceMs, `There was no answer within ${patienceMs / 1000} s.`, { ref: false });
  return Promise.race([text().catch((error: unknown) => String(error)), late]);
}

function stateOfNode(home: string): string {
  return `exec 2>&1; cd ${home}
    echo '== services'; sim-services
    echo '== processes'; ps -eo pid,ppid,user,lstart,args -ww
    echo '== room'; df -h . ; df -i .
    echo '== our folder'; find .eggroll-upgrade -printf '%p %y %s %t\\n' | sort | tail -n 500
    for record in .eggroll-upgrade/runs/*/record.json; do echo "== $record"; cat "$record"; done
    for log in logs/eggroll/*; do echo "== $log"; tail -n 200 "$log"; done`;
}
