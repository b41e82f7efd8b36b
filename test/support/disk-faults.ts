// Disks that run full or become read-only while a job works: those of nodes, and STATE_DIR.

import { randomUUID } from 'node:crypto';
import type { JobOptions, JobOutcome, TestCluster } from './cluster.ts';
import { docker } from './docker.ts';
import { withResult } from './job.ts';
import { nodeImage } from './simulated-node.ts';
import { startHeldBefore } from './step-hold.ts';

export type DiskFault = 'full' | 'no inodes' | 'read-only';

/** A fault of a mounted tmpfs, as shell commands that root runs beside it. */
function faultCommands(place: string, fault: DiskFault): string {
  const remount = (options: string) => `mount -o remount,${options} ${place}`;
  return {
    full: `head -c 1G /dev/zero >${place}/.filling 2>/dev/null || true`,
    'no inodes': remount(`nr_inodes=$(($(stat -f -c '%c - %d' ${place})))`),
    'read-only': remount('ro'),
  }[fault];
}

function cureCommands(place: string): string {
  return `mount -o remount,rw,nr_inodes=1000000 ${place} && rm -f ${place}/.filling`;
}

async function must(args: readonly string[]): Promise<void> {
  const { exitCode, stderr } = await docker(args);
  if (exitCode !== 0) throw new Error(`docker ${args.join(' ')}\nended with ${exitCode}: ${stderr}`);
}

// Nodes have no right to mount, so another container enters their view of the files.
async function onNodeDisk(cluster: TestCluster, host: string, command: string): Promise<void> {
  const id = cluster.container(host).getId();
  const enter = ['--entrypoint=nsenter', nodeImage(), '--target=1', '--mount', '--', 'bash', '-c', command];
  await must([
    'run',
    '--rm',
    '--user=0',
    '--cap-add=SYS_ADMIN',
    '--cap-add=SYS_PTRACE',
    `--pid=container:${id}`,
    ...enter,
  ]);
}

export function breakNodeDisk(cluster: TestCluster, host: string, fault: DiskFault): Promise<void> {
  return onNodeDisk(cluster, host, faultCommands('/data', fault));
}

export function cureNodeDisk(cluster: TestCluster, host: string): Promise<void> {
  return onNodeDisk(cluster, host, cureCommands('/data'));
}

export interface StateDisk {
  /** Makes a job use this disk as STATE_DIR. */
  readonly options: JobOptions;
  break(fault: DiskFault): Promise<void>;
  cure(): Promise<void>;
  exec(command: string): Promise<void>;
  remove(): Promise<void>;
}

/** A small disk for STATE_DIR. It lasts as long as its holder, which works on it from outside. */
export async function startStateDisk(sizeMb: number): Promise<StateDisk> {
  const name = `state-disk-${randomUUID()}`;
  const options = `o=size=${sizeMb}m,mode=0777`;
  await must(['volume', 'create', '--driver=local', '--opt=type=tmpfs', '--opt=device=tmpfs', '--opt', options, name]);
  await must([
    'run',
    '-d',
    '--user=0',
    '--cap-add=SYS_ADMIN',
    `--name=${name}`,
    `--volume=${name}:/state`,
    '--entrypoint=sleep',
    nodeImage(),
    'infinity',
  ]);
  const inHolder = (command: string) => must(['exec', name, 'bash', '-c', command]);
  return {
    options: { mounts: { '/state': '' }, dockerArgs: [`--volume=${name}:/state`] },
    break: (fault) => inHolder(faultCommands('/state', fault)),
    cure: () => inHolder(cureCommands('/state')),
    exec: inHolder,
    async remove() {
      await docker(['rm', '--force', '--volumes', name]);
      await docker(['volume', 'rm', '--force', name]);
    },
  };
}

/** Runs a job to its end; right before the work of this step begins, `strike` is called. Throws when the job ends before. */
export async function jobWithFault(
  cluster: TestCluster,
  command: string,
  step: string,
  strike: () => Promise<void>,
  options?: JobOptions,
): Promise<JobOutcome> {
  const job = await startHeldBefore(cluster, step, command, options);
  try {
    await strike();
  } finally {
    await job.letGo();
  }
  return withResult(await job.ended);
}
