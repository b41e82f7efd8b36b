// A whole simulated cluster and the job's image, for tests from end to end: a real database server, a container per node, and the
// job run by `docker run` as a user does it.

import { randomUUID } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GenericContainer, Network, type StartedNetwork, type StartedTestContainer, Wait } from 'testcontainers';
import type { Result } from '../../src/engine/events.ts';
import type { ClusterPlan } from '../../src/rehearsal/cluster-plan.ts';
import { type PreparedCluster, prepareCluster } from '../../src/rehearsal/prepare.ts';
import { docker, type Outcome } from './docker.ts';
import { nodeImage } from './simulated-node.ts';

process.env['TESTCONTAINERS_RYUK_DISABLED'] ??= 'true';

const jobImage = process.env['JOB_IMAGE'] ?? 'eggroll-upgrade:local';
const databaseImages = {
  mysql: process.env['MYSQL_IMAGE'] ?? 'eggroll-upgrade-base/mysql:local',
  mariadb: process.env['MARIADB_IMAGE'] ?? 'eggroll-upgrade-base/mariadb:local',
};

export interface JobOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Host paths by place in the container, in the place of the prepared ones; an empty one mounts nothing there. */
  readonly mounts?: Readonly<Record<string, string>>;
  readonly dockerArgs?: readonly string[];
}

export interface JobOutcome extends Outcome {
  readonly result: Result & { readonly run: string };
  readonly events: readonly Readonly<Record<string, unknown>>[];
}

/** Everything of the cluster that an upgrade may touch, as comparable text. */
export interface Snapshot {
  /** By node name: a line per file with type, mode, owner, time of files, link target, content hash. */
  readonly files: Readonly<Record<string, string>>;
  /** Modules that run, by node name. */
  readonly services: Readonly<Record<string, string>>;
  readonly database: string;
}

export interface TestCluster {
  readonly dir: string;
  readonly prepared: PreparedCluster;
  readonly home: string;
  readonly hosts: readonly string[];
  job(command: string, options?: JobOptions): Promise<JobOutcome>;
  /** Starts a job and kills it (SIGKILL) as soon as a shell command succeeds on a host; gives what it had printed. */
  killWhen(command: string, host: string, condition: string, options?: JobOptions): Promise<Outcome>;
  exec(host: string, command: string, user?: string): Promise<Outcome>;
  /** Runs SQL as root; gives tab-separated rows. */
  sql(statements: string): Promise<string>;
  snapshot(): Promise<Snapshot>;
  container(host: string): StartedTestContainer;
  /** Nodes, database and STATE_DIR as they were at the start. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

export interface ClusterOptions extends Partial<ClusterPlan> {
  readonly flavour?: 'mysql' | 'mariadb';
  /** Sizes of /data as a tmpfs, by host, for disks that can be filled. */
  readonly tmpfsSizeMb?: Readonly<Record<string, number>>;
}

export async function startCluster(options: ClusterOptions = {}): Promise<TestCluster> {
  const { flavour = 'mysql', tmpfsSizeMb = {}, ...plan } = options;
  const dir = await mkdtemp(join(tmpdir(), 'simulated-cluster-'));
  const prepared = await prepareCluster(dir, plan);
  const network = await new Network().start();
  const rootPassword = 'root-of-the-test';
  const [database, ...nodes] = await Promise.all([
    startDatabase(flavour, dir, network, rootPassword),
    ...prepared.hosts.map((host) => startHost(dir, prepared, host, network, tmpfsSizeMb[host.name])),
  ]);
  const containers = new Map(prepared.hosts.map((host, index) => [host.name, nodes[index] as StartedTestContainer]));
  const container = (host: string) => {
    const found = containers.get(host);
    if (!found) throw new Error(`The cluster has no host ${host}.`);
    return found;
  };

  const exec = async (host: string, command: string, user = 'root'): Promise<Outcome> =>
    container(host).exec(['bash', '-c', command], { user });
  const client = flavour === 'mysql' ? 'mysql' : 'mariadb';
  const inDatabase = (command: string, input?: string) =>
    docker(
      [
        'exec',
        ...(input === undefined ? [] : ['-i']),
        '-e',
        `MYSQL_PWD=${rootPassword}`,
        database.getId(),
        'sh',
        '-c',
        command,
      ],
      input,
    );
  const sql = async (statements: string) => {
    const outcome = await inDatabase(`${client} -uroot -N --default-character-set=utf8mb4`, statements);
    if (outcome.exitCode !== 0) throw new Error(outcome.stderr);
    return outcome.stdout;
  };
  const { eggrollHome: home } = prepared;
  const hosts = [...containers.keys()];
  const stateDir = join(dir, 'state');
  await emptyState(stateDir);

  return {
    dir,
    prepared,
    home,
    hosts,
    container,
    exec,
    sql,
    job: (command, jobOptions = {}) => runJob(dir, network, command, jobOptions),
    async killWhen(command, host, condition, jobOptions = {}) {
      const name = `job-to-kill-${randomUUID()}`;
      const named = { ...jobOptions, dockerArgs: [`--name=${name}`, ...(jobOptions.dockerArgs ?? [])] };
      const running = docker(jobArguments(dir, network, command, named));
      let over = false;
      void running.finally(() => {
        over = true;
      });
      const seen = exec(host, `until ${condition}; do sleep 0.01; done`);
      const first = await Promise.race([seen.then(() => 'seen'), running.then(() => 'ended')]);
      if (first === 'ended') throw new Error(`The job ended before: ${condition}\n${(await running).stdout}`);
      if (!over) await docker(['kill', name]);
      return running;
    },
    async snapshot() {
      const perHost = async (command: string) =>
        Object.fromEntries(await Promise.all(hosts.map(async (host) => [host, (await exec(host, command)).stdout])));
      const [files, services, dump] = await Promise.all([
        perHost(listFiles(home)),
        perHost(listServices),
        dumpText(sql, inDatabase, flavour),
      ]);
      return { files, services, database: dump };
    },
    async reset() {
      const name = prepared.database.name;
      await Promise.all([
        ...hosts.map(async (host) => {
          const { exitCode, stderr } = await exec(host, 'sim-reset');
          if (exitCode !== 0) throw new Error(`sim-reset failed on ${host}: ${stderr}`);
        }),
        inDatabase(
          `${client} -uroot -e 'DROP DATABASE IF EXISTS ${name}; DROP DATABASE IF EXISTS ${name}_scratch; DROP DATABASE IF EXISTS fate_flow' && ` +
            `for file in /docker-entrypoint-initdb.d/*.sql; do ${client} -uroot --default-character-set=utf8mb4 <"$file" || exit 1; done`,
        ).then(({ exitCode, stderr }) => {
          if (exitCode !== 0) throw new Error(`The database was not reset: ${stderr}`);
        }),
        emptyState(stateDir),
      ]);
    },
    async stop() {
      await Promise.all([database, ...nodes].map((started) => started.stop()));
      await network.stop();
      await rm(dir, { recursive: true });
    },
  };
}

async function startDatabase(flavour: 'mysql' | 'mariadb', dir: string, network: StartedNetwork, rootPassword: string) {
  return new GenericContainer(databaseImages[flavour])
    .withNetwork(network)
    .withNetworkAliases('mysql')
    .withEnvironment({ MYSQL_ROOT_PASSWORD: rootPassword, MARIADB_ROOT_PASSWORD: rootPassword })
    .withBindMounts([{ source: join(dir, 'mysql'), target: '/docker-entrypoint-initdb.d', mode: 'ro' }])
    .withTmpFs({ '/var/lib/mysql': 'rw' })
    .withExposedPorts(3306)
    .withStartupTimeout(120_000)
    .start();
}

async function startHost(
  dir: string,
  { eggrollHome }: PreparedCluster,
  host: PreparedCluster['hosts'][number],
  network: StartedNetwork,
  tmpfsSizeMb: number | undefined,
) {
  const container = new GenericContainer(nodeImage())
    .withNetwork(network)
    .withNetworkAliases(host.name)
    .withHostname(host.name)
    .withEnvironment({ EGGROLL_HOME: eggrollHome, SERVICES: host.services.join(' ') })
    .withBindMounts([{ source: join(dir, 'nodes', host.name), target: '/fixture', mode: 'ro' }])
    .withWaitStrategy(Wait.forLogMessage('simulated node ready'));
  if (tmpfsSizeMb) container.withTmpFs({ '/data': `rw,exec,size=${tmpfsSizeMb}m` });
  return container.start();
}

async function emptyState(stateDir: string): Promise<void> {
  await rm(stateDir, { recursive: true, force: true });
  await mkdir(stateDir);
  await chmod(stateDir, 0o777);
}

function jobArguments(dir: string, network: StartedNetwork, command: string, options: JobOptions): string[] {
  const mounts = {
    '/config': `${dir}/config:ro`,
    '/package': `${dir}/package:ro`,
    '/secrets': `${dir}/secrets:ro`,
    '/state': `${dir}/state`,
    ...options.mounts,
  };
  const environment = { OUTPUT: 'json', ...options.env };
  return [
    'run',
    '--rm',
    '--read-only',
    '--tmpfs=/tmp',
    `--user=${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`,
    `--network=${network.getName()}`,
    `--env-file=${dir}/job.env`,
    ...Object.entries(environment).map(([name, value]) => `--env=${name}=${value}`),
    ...Object.entries(mounts).flatMap(([target, source]) => {
      if (source === '') return [];
      const [path = '', mode] = source.split(':');
      return [`--volume=${path}:${target}${mode ? `:${mode}` : ''}`];
    }),
    ...(options.dockerArgs ?? []),
    jobImage,
    command,
  ];
}

async function runJob(dir: string, network: StartedNetwork, command: string, options: JobOptions): Promise<JobOutcome> {
  const outcome = await docker(jobArguments(dir, network, command, options));
  const events = outcome.stdout
    .split('\n')
    .flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Record<string, unknown>] : []));
  const result = events.at(-1);
  if (result?.['type'] !== 'result') {
    throw new Error(`The job printed no result (exit code ${outcome.exitCode}):\n${outcome.stdout}\n${outcome.stderr}`);
  }
  return { ...outcome, events, result: result as unknown as JobOutcome['result'] };
}

// Left out: our own folder, logs, and the pid files that a service writes anew at every start. Times of folders change with them.
function listFiles(home: string): string {
  return `cd ${home} && find . -path ./.eggroll-upgrade -prune -o -path ./logs -prune -o \
    '(' -path ./bin/pid -o -path './bin/clustermanager' -o -path './bin/nodemanager' -o -path './bin/rollsite' ')' -prune -o \
    '(' -type d -printf '%p %y %m %U:%G\\n' -o -printf '%p %y %m %U:%G %T@ %l ' '(' -type f -exec sha256sum {} ';' -o -printf '\\n' ')' ')' | sort`;
}

const listServices =
  "ps -eo args= | grep '^java' | grep -oE 'ClusterManagerBootstrap|NodeManagerBootstrap|rollsite[.](Proxy|EggSiteBootstrap)|(clustermanager|nodemanager)[.]Bootstrap|JettyServer' | sort";

type InDatabase = (command: string) => Promise<Outcome>;

/** Definitions and rows of every database but the server's own and our book-keeping. */
async function dumpText(
  sql: (statements: string) => Promise<string>,
  inDatabase: InDatabase,
  flavour: 'mysql' | 'mariadb',
): Promise<string> {
  const tables = await sql(
    `SELECT CONCAT(TABLE_SCHEMA, ' ', TABLE_NAME) FROM information_schema.TABLES
     WHERE TABLE_SCHEMA NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema') AND TABLE_NAME NOT LIKE 'eggroll\\_upgrade\\_%'
     ORDER BY 1`,
  );
  const dump = flavour === 'mysql' ? 'mysqldump --set-gtid-purged=OFF' : 'mariadb-dump';
  const parts = tables.split('\n').filter((line) => line !== '');
  const texts = await Promise.all(
    parts.map(async (part) => {
      const [schema, table] = part.split(' ');
      const { stdout, exitCode, stderr } = await inDatabase(
        `${dump} -uroot --skip-comments --skip-extended-insert --no-tablespaces ${schema} ${table}`,
      );
      if (exitCode !== 0) throw new Error(stderr);
      return `${part}\n${stdout}`;
    }),
  );
  return texts.join('\n');
}
