// A release of the chart in a namespace of its own, against a simulated cluster beside Kubernetes.

import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Result } from '../../src/engine/events.ts';
import { chart } from '../chart/helm.ts';
import type { TestCluster } from '../support/cluster.ts';
import { docker, type Outcome, run } from '../support/docker.ts';
import { endOf, jobsIn, kubectl, until } from './kubectl.ts';

/** Docker's network that Pods reach: that of the machine's engine, or of the machines that kind and k3d make. */
const podNetwork = process.env['POD_NETWORK'] ?? 'bridge';
/** The image as the Kubernetes cluster knows it. */
export const jobImage = process.env['JOB_IMAGE'] ?? 'eggroll-upgrade:local';

/** A result with what events bear beside it. */
export type JobResult = Result & { readonly run: string };

export interface Release {
  readonly namespace: string;
  /** `helm upgrade --install` with further values; gives the name of the Job. Throws what helm says. */
  apply(values?: object): Promise<string>;
  /** The same, and gives what helm said, however it ended. */
  tryApply(values?: object): Promise<Outcome>;
  /** Waits until a Job is over, and tells how it ended. */
  ended(job: string): Promise<'Complete' | 'Failed'>;
  /** The termination message of a Job's last Pod, as docs/kubernetes.md has people read it. */
  resultOf(job: string): Promise<JobResult>;
  helm(...args: string[]): Promise<Outcome>;
  /** Removes the namespace with all that is in it. */
  remove(): Promise<void>;
}

/** Makes the namespace; installs nothing yet. `values` are those of every installation. */
export async function newRelease(cluster: TestCluster, values: object): Promise<Release> {
  const namespace = `eggroll-${randomUUID().slice(0, 8)}`;
  await run('kubectl', ['create', 'namespace', namespace]).then(({ exitCode, stderr }) => {
    if (exitCode !== 0) throw new Error(stderr);
  });
  // Enforced where the cluster knows it (1.23).
  await run('kubectl', ['label', 'namespace', namespace, 'pod-security.kubernetes.io/enforce=restricted']);
  const base = { ...(await usual(cluster)), ...values };

  async function tryApply(more: object = {}): Promise<Outcome> {
    const file = join(cluster.dir, `values-${namespace}.yaml`);
    await writeFile(file, stringify(merged(base, more)));
    return run('helm', ['upgrade', '--install', 'r', chart, '--namespace', namespace, '--values', file]);
  }

  return {
    namespace,
    tryApply,
    async apply(more) {
      const { exitCode, stdout, stderr } = await tryApply(more);
      if (exitCode !== 0) throw new Error(stderr);
      const name = /The Job (\S+) (?:runs|is over)/.exec(stdout)?.[1];
      if (!name) throw new Error(`helm names no Job:\n${stdout}`);
      return name;
    },
    ended: (job) =>
      until(
        async () => {
          const found = (await jobsIn(namespace)).find(({ metadata }) => metadata.name === job);
          return found && endOf(found);
        },
        {
          limitMs: 400_000,
          explain: async () => `The Job ${job} is not over:\n${await describe(namespace)}`,
        },
      ),
    resultOf: async (job) => {
      const path = '{.items[-1:].status.containerStatuses[0].state.terminated.message}';
      const text = await kubectl(namespace, [
        'get',
        'pod',
        '-l',
        `job-name=${job}`,
        '--sort-by=.metadata.creationTimestamp',
        '-o',
        `jsonpath=${path}`,
      ]);
      return JSON.parse(text) as JobResult;
    },
    helm: (...args) => run('helm', [...args, '--namespace', namespace]),
    async remove() {
      await run('kubectl', ['delete', 'namespace', namespace, '--wait=true', '--timeout=180s']);
    },
  };
}

async function describe(namespace: string): Promise<string> {
  const parts = [
    ['get', 'jobs,pods,pvc', '-o', 'wide'],
    ['get', 'events', '--sort-by=.lastTimestamp'],
    ['logs', '-l', 'app.kubernetes.io/name=eggroll-upgrade', '--tail=50', '--prefix'],
  ];
  const outcomes = await Promise.all(parts.map((args) => run('kubectl', ['--namespace', namespace, ...args])));
  return outcomes.map(({ stdout, stderr }) => `${stdout}${stderr}`).join('\n');
}

/** Values that stand for the simulated cluster: its lists, SQL, secrets and addresses. */
async function usual(cluster: TestCluster): Promise<object> {
  const text = (name: string) => readFile(join(cluster.dir, name), 'utf8');
  const { eggrollHome, database, mysqlFile } = cluster.prepared;
  return {
    eggrollHome,
    image: imageValues(jobImage),
    lists: { nmIpList: await text('config/nm_ip_list'), rsIpList: await text('config/rs_ip_list') },
    ssh: { privateKey: await text('secrets/ssh/id'), knownHosts: await text('secrets/ssh/known_hosts') },
    database: {
      host: database.host,
      name: database.name,
      user: database.user,
      password: (await text('secrets/mysql')).trim(),
      ...(mysqlFile === 'auto' ? { migration: 'auto' } : { sql: await text('config/mysql_file.sql') }),
    },
    hostAliases: await addresses(cluster),
    state: { size: '1Gi' },
    // Several Pods of the tests share two processors with all that they work on.
    resources: { requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '1Gi' } },
    env: { OUTPUT: 'json' },
  };
}

function imageValues(image: string): object {
  const at = image.lastIndexOf(':');
  return { repository: image.slice(0, at), tag: image.slice(at + 1) };
}

/** Serves a folder by HTTP to Pods, until it is stopped. */
export async function serveFolder(folder: string): Promise<{ address: string; stop(): Promise<void> }> {
  const program =
    "require('http').createServer((q, a) => require('fs').createReadStream('/srv' + q.url).on('error', () => a.writeHead(404).end()).pipe(a)).listen(8080)";
  const args = ['--detach', '--rm', '--user=0:0', `--network=${podNetwork}`, `--volume=${folder}:/srv:ro`];
  const { exitCode, stdout, stderr } = await docker(['run', ...args, '--entrypoint=node', jobImage, '-e', program]);
  if (exitCode !== 0) throw new Error(stderr);
  const id = stdout.trim();
  return { address: `http://${await addressOf(id)}:8080`, stop: async () => void (await docker(['kill', id])) };
}

async function addressOf(container: string): Promise<string> {
  const format = `{{(index .NetworkSettings.Networks "${podNetwork}").IPAddress}}`;
  return (await docker(['inspect', '--format', format, container])).stdout.trim();
}

/** Puts nodes and database into the network of Pods, and gives their names there. */
async function addresses(cluster: TestCluster): Promise<readonly object[]> {
  const containers = [
    ...cluster.hosts.map((name) => ({ name, id: cluster.container(name).getId() })),
    { name: cluster.prepared.database.host, id: cluster.database.getId() },
  ];
  return Promise.all(
    containers.map(async ({ name, id }) => {
      const { exitCode, stderr } = await docker(['network', 'connect', podNetwork, id]);
      if (exitCode !== 0 && !/already exists/.test(stderr)) throw new Error(stderr);
      return { ip: await addressOf(id), hostnames: [name] };
    }),
  );
}

function merged(base: object, more: object): object {
  const entries = Object.entries(more).map(([key, value]) => {
    const old = (base as Record<string, unknown>)[key];
    const both = isPlain(old) && isPlain(value);
    return [key, both ? merged(old, value) : value];
  });
  return { ...base, ...Object.fromEntries(entries) };
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
