// A whole simulated cluster and the job's image, for tests from end to end: a real database server, a container per node, and the
// job run by `docker run` as a user does it.

import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { shellWord } from '../../src/engine/shell-words.ts';
import { type ClusterPlan, isListed } from '../../src/rehearsal/cluster-plan.ts';
import { type PreparedCluster, prepareCluster } from '../../src/rehearsal/prepare.ts';
import { type Snapshot, takeSnapshot } from '../../src/rehearsal/snapshot.ts';
import {
  containerOf,
  databaseOf,
  type Flavour,
  Network,
  rootPassword,
  type StartedNetwork,
  type StartedTestContainer,
  Wait,
} from './containers.ts';
import { docker, type Outcome } from './docker.ts';
import { withEvidence } from './evidence.ts';
import { type JobEvent, type JobOptions, type JobOutcome, type RunningJob, startRunners, withResult } from './job.ts';
import { type CommandOutcome, shellsOf, type User } from './shells.ts';
import { nodeImage } from './simulated-node.ts';

export type { Snapshot } from '../../src/rehearsal/snapshot.ts';
export type { JobOptions, JobOutcome } from './job.ts';

export interface TestCluster {
  /** The prepared folder: lists, package, secrets. */
  readonly dir: string;
  /** What the job sees as /state. */
  readonly stateDir: string;
  readonly network: string;
  readonly prepared: PreparedCluster;
  readonly home: string;
  /** The nodes; a machine for fate_flow alone is none of them. */
  readonly hosts: readonly string[];
  /** Runs a job to its end. Throws when it printed no result. */
  job(command: string, options?: JobOptions): Promise<JobOutcome>;
  /** Starts a job that may end in any way. */
  start(command: string, options?: JobOptions, onEvent?: (event: JobEvent) => void): RunningJob;
  exec(host: string, command: string, user?: User): Promise<Outcome>;
  /** Runs SQL as root; gives tab-separated rows. */
  sql(statements: string): Promise<string>;
  /** Runs a shell command beside the database server. */
  inDatabase(command: string, input?: string): Promise<Outcome>;
  /** Ends every session that the job has with the server. */
  endSessions(): Promise<void>;
  snapshot(): Promise<Snapshot>;
  container(host: string): StartedTestContainer;
  readonly database: StartedTestContainer;
  /** Nodes, database and STATE_DIR as they were at the start. */
  reset(): Promise<void>;
  /** Empties STATE_DIR, as if it had been lost. */
  loseState(): Promise<void>;
  stop(): Promise<void>;
}

export interface ClusterOptions extends Partial<ClusterPlan> {
  readonly flavour?: Flavour;
  /** Sizes of /data as a tmpfs, by host, for disks that can be filled. */
  readonly tmpfsSizeMb?: Readonly<Record<string, number>>;
  /** Further variables of a node's container, by host. */
  readonly environment?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** A volume for the folder of the server's socket, /run/mysqld, that a job can mount too. It is removed with the cluster. */
  readonly socketVolume?: string;
  /** Keeps the data of the server through its restart; without it they are in memory. */
  readonly databaseOnDisk?: boolean;
  /** Another cluster of the same plan, whose keys, passwords and package this one has too: then their snapshots are comparable. */
  readonly likeness?: Pick<TestCluster, 'dir' | 'prepared'>;
}

export async function startCluster(options: ClusterOptions = {}): Promise<TestCluster> {
  const {
    flavour = 'mysql',
    tmpfsSizeMb = {},
    environment = {},
    databaseOnDisk = false,
    socketVolume,
    likeness,
    ...plan
  } = options;
  const dir = await mkdtemp(join(tmpdir(), 'simulated-cluster-'));
  const prepared = likeness ? await copyPrepared(likeness, dir) : await prepareCluster(dir, plan);
  const network = await new Network().start();
  const [database, ...nodes] = await Promise.all([
    startDatabase({ flavour, network, databaseOnDisk, socketVolume }),
    ...prepared.hosts.map((host) =>
      startHost(dir, prepared, host, network, tmpfsSizeMb[host.name], environment[host.name]),
    ),
  ]);
  // Set by whatever may change the cluster: one that is as it was made needs no reset.
  let isTouched = false;
  const containers = new Map(prepared.hosts.map((host, index) => [host.name, nodes[index] as StartedTestContainer]));
  const container = (host: string) => {
    const found = containers.get(host);
    if (!found) throw new Error(`The cluster has no host ${host}.`);
    isTouched = true;
    return found;
  };

  const hostShells = new Map([...containers].map(([host, started]) => [host, shellsOf(started.getId())]));
  const databaseShells = shellsOf(database.getId());
  const look = async (host: string, command: string, user: User = 'root'): Promise<Outcome> => {
    const shells = hostShells.get(host);
    if (!shells) throw new Error(`The cluster has no host ${host}.`);
    return asText(await shells.run(command, { user }));
  };
  const exec: TestCluster['exec'] = (host, command, user) => {
    isTouched = true;
    return look(host, command, user);
  };
  const client = flavour === 'mysql' ? 'mysql' : 'mariadb';
  const lookInDatabase = async (command: string, input = '') =>
    asText(await databaseShells.run(`export MYSQL_PWD=${rootPassword}\n${command}`, { input }));
  const inDatabase: TestCluster['inDatabase'] = (command, input) => {
    isTouched = true;
    return lookInDatabase(command, input);
  };
  const sql = async (statements: string) => {
    const outcome = await inDatabase(`${client} -uroot -N --default-character-set=utf8mb4`, statements);
    if (outcome.exitCode !== 0) throw new Error(outcome.stderr);
    return outcome.stdout;
  };
  const fillDatabase = async () => {
    const files = (await readdir(join(dir, 'mysql')))
      .toSorted()
      .map((name) => readFile(join(dir, 'mysql', name), 'utf8'));
    // The rows of every reset bear the same time.
    await sql((await Promise.all(files)).map((text) => `SET timestamp = 1600000000;\n${text}`).join('\n'));
  };
  await fillDatabase();
  // A node that was told to start otherwise (AUTOSTART=no) is as a reset leaves it only after one.
  isTouched = Object.keys(environment).length > 0;
  const endSessions = async () => {
    const ids = await sql(`SELECT ID FROM information_schema.PROCESSLIST WHERE USER = '${prepared.database.user}'`);
    const kills = ids.split('\n').flatMap((id) => (id === '' ? [] : [`KILL ${id};`]));
    // A session may have ended meanwhile.
    await inDatabase(`${client} -uroot --force -e '${kills.join(' ')}' || true`);
  };
  const { eggrollHome: home } = prepared;
  const hosts = prepared.hosts.filter(isListed).map(({ name }) => name);
  const stateDir = join(dir, 'state');
  await mkdir(stateDir);
  await chmod(stateDir, 0o777);
  const place = { dir, stateDir, network: network.getName() };
  const runners = startRunners(place);
  const start: TestCluster['start'] = (command, jobOptions, onEvent) => {
    isTouched = true;
    return runners.start(command, jobOptions, onEvent);
  };

  return withEvidence({
    ...place,
    prepared,
    home,
    hosts,
    container,
    database,
    exec,
    sql,
    inDatabase,
    endSessions,
    start,
    job: async (command, jobOptions) => withResult(await start(command, jobOptions).ended),
    snapshot: () =>
      takeSnapshot({
        home,
        hosts,
        detail: 'rows',
        exec: (host, command) => look(host, command.map(shellWord).join(' ')),
        inDatabase: (command) => lookInDatabase(command.map(shellWord).join(' ')),
      }),
    loseState: () => emptyFolder(stateDir),
    async reset() {
      if (!isTouched) return;
      const name = prepared.database.name;
      // One that outlived its runner would hold the lock.
      await endSessions();
      await Promise.all([
        ...[...containers.keys()].map(async (host) => {
          const { exitCode, stderr } = await exec(host, 'sim-reset');
          if (exitCode !== 0) throw new Error(`sim-reset failed on ${host}: ${stderr}`);
        }),
        sql(
          [name, `${name}_scratch`, 'fate_flow'].map((schema) => `DROP DATABASE IF EXISTS ${schema};`).join('\n'),
        ).then(fillDatabase),
        emptyFolder(stateDir),
      ]);
      isTouched = false;
    },
    async stop() {
      for (const shells of [...hostShells.values(), databaseShells]) shells.stop();
      await runners.stop();
      const stopped = await Promise.allSettled([database, ...nodes].map((started) => started.stop()));
      await emptyNetwork(network.getName());
      await removeNetwork(network);
      if (socketVolume) await docker(['volume', 'rm', '--force', socketVolume]);
      await rm(dir, { recursive: true, maxRetries: 10 });
      for (const outcome of stopped) if (outcome.status === 'rejected') throw outcome.reason;
    },
  });
}

interface DatabasePlace {
  readonly flavour: Flavour;
  readonly network: StartedNetwork;
  readonly databaseOnDisk: boolean;
  readonly socketVolume: string | undefined;
}

async function startDatabase({ flavour, network, databaseOnDisk, socketVolume }: DatabasePlace) {
  return databaseOf(flavour, { onDisk: databaseOnDisk })
    .withNetwork(network)
    .withNetworkAliases('mysql')
    .withBindMounts(socketVolume ? [{ source: socketVolume, target: '/run/mysqld' }] : [])
    .start();
}

/** The folder of another cluster, without what its jobs have left. */
async function copyPrepared({ dir, prepared }: Pick<TestCluster, 'dir' | 'prepared'>, to: string) {
  await cp(dir, to, { recursive: true, preserveTimestamps: true, filter: (path) => path !== join(dir, 'state') });
  return prepared;
}

async function startHost(
  dir: string,
  { eggrollHome }: PreparedCluster,
  host: PreparedCluster['hosts'][number],
  network: StartedNetwork,
  tmpfsSizeMb: number | undefined,
  environment: Readonly<Record<string, string>> = {},
) {
  const container = containerOf(nodeImage())
    .withNetwork(network)
    .withNetworkAliases(host.name)
    .withHostname(host.name)
    .withEnvironment({
      SIMULATED_PAUSE: '0.1',
      ...environment,
      EGGROLL_HOME: eggrollHome,
      SERVICES: host.services.join(' '),
    })
    .withBindMounts([{ source: join(dir, 'nodes', host.name), target: '/fixture', mode: 'ro' }])
    .withWaitStrategy(Wait.forLogMessage('simulated node ready'));
  if (tmpfsSizeMb) container.withTmpFs({ '/data': `rw,exec,size=${tmpfsSizeMb}m` });
  return container.start();
}

/**
 * Removes what a test that failed has left there: a job that waits, or a relay. A container that is being removed already leaves a moment
 * later.
 */
async function emptyNetwork(name: string): Promise<void> {
  const format = '--format={{range $id, $_ := .Containers}}{{$id}} {{end}}';
  const left = async () => {
    const { stdout } = await docker(['network', 'inspect', format, name]);
    return stdout.split(/\s+/).filter((id) => id !== '');
  };
  const deadline = performance.now() + 60_000;
  for (let ids = await left(); ids.length > 0; ids = await left()) {
    if (performance.now() > deadline) throw new Error(`Containers stay in the network ${name}: ${ids.join(', ')}`);
    await docker(['rm', '--force', ...ids]);
    await sleep(200);
  }
}

/** An engine that has stopped a container in a bad moment may hold on to its place in the network until it is started anew. */
async function removeNetwork(network: StartedNetwork): Promise<void> {
  await network.stop().catch((error: unknown) => {
    if (!/has active endpoints/.test(String(error))) throw error;
    process.stderr.write(`The network ${network.getName()} stays, though it is empty: ${String(error)}\n`);
  });
}

/** The folder itself stays: containers that have it mounted would keep the old one. */
async function emptyFolder(folder: string): Promise<void> {
  const names = await readdir(folder);
  await Promise.all(names.map((name) => rm(join(folder, name), { recursive: true, force: true })));
}

function asText({ exitCode, stdout, stderr }: CommandOutcome): Outcome {
  return { exitCode, stdout: stdout.toString('utf8'), stderr };
}
