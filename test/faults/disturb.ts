// What a test does to a cluster and to a job from the outside.

import type { TestCluster } from '../support/cluster.ts';
import { docker, pauseContainer, unpauseContainer } from '../support/docker.ts';
import type { RunningJob } from '../support/job.ts';

/** Ends every SSH connection of a node: the other side gets a reset. */
export async function cutNode(cluster: TestCluster, host: string): Promise<void> {
  await cluster.exec(host, killSessions);
}

const killSessions = `ps -eo pid=,args= | grep -E '^ *[0-9]+ sshd[^ ]*: app' | sed -E 's/^ *([0-9]+).*/\\1/' | xargs -r kill -KILL`;

/** What can be taken out of the network: a node by its name, or the database server. */
export type Place = string;
export const databasePlace: Place = 'mysql';

/** Takes a container out of the network, without a word to those who are connected with it. */
export async function leaveNetwork(cluster: TestCluster, place: Place): Promise<void> {
  await mustRun(['network', 'disconnect', '--force', cluster.network, containerId(cluster, place)]);
}

export async function joinNetwork(cluster: TestCluster, place: Place): Promise<void> {
  await mustRun(['network', 'connect', '--alias', place, cluster.network, containerId(cluster, place)]);
}

/** Freezes a container: the kernel still takes what is sent, but nobody answers. */
export const freezePlace = (cluster: TestCluster, place: Place) => pauseContainer(containerId(cluster, place));
export const thawPlace = (cluster: TestCluster, place: Place) => unpauseContainer(containerId(cluster, place));

/** Ends a container and starts it again, its disk as it was. `patienceSeconds` is what it gets to end by itself. */
export async function restart(cluster: TestCluster, place: Place, { patienceSeconds = 0 } = {}): Promise<void> {
  await mustRun(['restart', '-t', String(patienceSeconds), containerId(cluster, place)]);
}

/** The same at once; it stays away until `meanwhile` is over. */
export async function takeDown(cluster: TestCluster, place: Place, meanwhile: () => Promise<void>): Promise<void> {
  const id = containerId(cluster, place);
  await mustRun(['kill', id]);
  await meanwhile();
  await mustRun(['start', id]);
}

export async function signal(job: RunningJob, name: string): Promise<void> {
  await docker(['kill', `--signal=${name}`, job.name]);
}

/** SIGSTOP and SIGCONT for every process of a job; its container's init takes neither. */
export const freeze = (job: RunningJob) => mustRun(['exec', job.name, 'sh', '-c', 'kill -STOP -1']);
export const wake = (job: RunningJob) => mustRun(['exec', job.name, 'sh', '-c', 'kill -CONT -1']);

/** Stops a whole job between two instructions; false when it is over already. */
export const pause = (job: RunningJob): Promise<boolean> =>
  pauseContainer(job.name).then(
    () => true,
    () => false,
  );
export const unpause = (job: RunningJob) => unpauseContainer(job.name);

function containerId(cluster: TestCluster, place: Place): string {
  return place === databasePlace ? cluster.database.getId() : cluster.container(place).getId();
}

async function mustRun(args: readonly string[]): Promise<void> {
  const { exitCode, stderr } = await docker(args);
  if (exitCode !== 0) throw new Error(`docker ${args.join(' ')}: ${stderr}`);
}
