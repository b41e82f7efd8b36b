// The containers of a benchmark: nodes, a runner with the peers' tools, and a runner with ours, in one network.

import { join } from 'node:path';
import pLimit from 'p-limit';
import { docker } from '../support/docker.ts';

export interface BenchContainer {
  readonly name: string;
  /** Its first process, as this machine numbers it. */
  readonly pid: number;
}

export interface BenchCluster {
  readonly nodes: readonly BenchContainer[];
  /** Runners by whose tools they have. */
  readonly runners: { readonly ours: BenchContainer; readonly peers: BenchContainer };
}

export interface ClusterPlan {
  readonly image: string;
  readonly jobImage: string;
  /** See `writeFixture`. */
  readonly dir: string;
  /** See `--disk`. */
  readonly disk: string | undefined;
  /** Ports of the nodes in each container, by its host name. */
  readonly nodes: ReadonlyMap<string, readonly number[]>;
}

/** More at once than a small machine can start are slower than a few. */
export const limit = pLimit(8);

/** Starts everything, works with it, and leaves nothing behind, however that ends. */
export async function withCluster<T>(plan: ClusterPlan, work: (cluster: BenchCluster) => Promise<T>): Promise<T> {
  const id = `bench-${process.pid}-${Date.now()}`;
  let removed: Promise<void> | undefined;
  const remove = () => {
    removed ??= removeAll(id, plan);
    return removed;
  };
  const stop = () => void remove().finally(() => process.exit(130));
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    await mustRun(['network', 'create', id]);
    return await work(await startCluster(id, plan));
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    await remove();
  }
}

async function startCluster(id: string, { image, jobImage, dir, disk, nodes }: ClusterPlan): Promise<BenchCluster> {
  const start = (name: string, ...args: string[]) => limit(() => startContainer(id, name, args));
  const mount = (folder: string, place: string) => `--volume=${join(dir, folder)}:${place}:ro`;
  const startNode = async (name: string, ports: readonly number[]) => {
    // Nodes that can share a container need the right to mount, see bench-node.
    const rights = ports.some((port) => port !== 22)
      ? ['--cap-add=SYS_ADMIN', '--security-opt=apparmor=unconfined']
      : [];
    const data = disk === undefined ? [] : [`--volume=${join(disk, id, name)}:/data`];
    const mounts = [mount('nodes', '/fixture'), ...data];
    const node = await start(name, ...rights, ...mounts, image, 'bench-node', ...ports.map(String));
    await inAll([node], 'bench-ready', ...ports.map(String));
    return node;
  };
  const forRunners = [mount('packages', '/package'), mount('secrets', '/secrets'), mount('config', '/config')];
  const startedNodes = allSettled([...nodes].map(([name, ports]) => startNode(name, ports)));
  const runners = allSettled([
    start('ours', ...forRunners, ...jobArguments(), jobImage, 'infinity'),
    start('peers', ...forRunners, image),
  ] as const);
  const [all, [ours, peers]] = await allSettled([startedNodes, runners] as const);
  return { nodes: all, runners: { ours, peers } };
}

async function startContainer(id: string, name: string, args: readonly string[]): Promise<BenchContainer> {
  const container = `${id}-${name}`;
  const names = [`--name=${container}`, `--hostname=${name}`, `--network-alias=${name}`];
  await mustRun(['run', '--detach', `--network=${id}`, `--label=${id}`, ...names, ...args]);
  return { name: container, pid: Number(await mustRun(['inspect', '--format={{.State.Pid}}', container])) };
}

/** The job's image as it is meant to run, but that it sleeps: each run is a `docker exec`, as with the peers. */
function jobArguments(): string[] {
  const user = `--user=${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
  const memory = ['/tmp', '/state'].map((place) => `--tmpfs=${place}:mode=1777`);
  return [user, '--read-only', ...memory, '--init', '--entrypoint=sleep'];
}

/** Waits for all, also when one fails: what is still being started could not be stopped. */
async function allSettled<T extends readonly unknown[]>(
  promises: T,
): Promise<{ -readonly [I in keyof T]: Awaited<T[I]> }> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}

async function removeAll(label: string, { image, disk }: ClusterPlan): Promise<void> {
  const ids = (await mustRun(['ps', '--all', '--quiet', `--filter=label=${label}`])).split('\n').filter(Boolean);
  if (ids.length > 0) await mustRun(['rm', '--force', '--volumes', ...ids]);
  await mustRun(['network', 'rm', label]);
  // What the nodes have written belongs to users of theirs.
  if (disk !== undefined)
    await mustRun(['run', '--rm', `--volume=${disk}:/disk`, image, 'rm', '-rf', `/disk/${label}`]);
}

/** Runs a command in several containers, a few at a time; gives what each printed. */
export function inAll(containers: readonly BenchContainer[], ...command: readonly string[]): Promise<string[]> {
  return Promise.all(containers.map(({ name }) => limit(() => mustRun(['exec', name, ...command]))));
}

/** Runs `docker …`; gives its output. Throws with what it said when it fails. */
export async function mustRun(args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await docker(args);
  if (exitCode !== 0) throw new Error(`docker ${args.join(' ')} ended with ${exitCode}:\n${stdout}${stderr}`);
  return stdout;
}
