// The runs that are killed: which command, and what has happened to the cluster before.

import type { SimulatedService } from '../../src/rehearsal/releases.ts';
import type { TestCluster } from '../support/cluster.ts';
import type { JobOptions } from '../support/job.ts';
import { withKill } from './points.ts';

export interface Scenario {
  readonly name: string;
  readonly command: 'upgrade' | 'recover';
  readonly options: JobOptions;
  /** Which data the database holds at the start: snapshots of one kind are comparable. */
  readonly data: 'metadata' | 'metadata and fate_flow';
  /** Exit code of the command when nothing kills it. */
  readonly exitCode: number;
  /** Brings a cluster that was just reset, with its data, to the point where the command begins. */
  prepare(cluster: TestCluster): Promise<void>;
  /** Takes away, after the kill, what made the command fail. */
  cure(cluster: TestCluster): Promise<void>;
}

const nothing = async () => undefined;

const plain: Pick<Scenario, 'options' | 'data' | 'exitCode' | 'prepare' | 'cure'> = {
  options: {},
  data: 'metadata',
  exitCode: 0,
  prepare: nothing,
  cure: nothing,
};

const purging: Pick<Scenario, 'options' | 'data'> = {
  options: { env: { PURGE: 'all' } },
  data: 'metadata and fate_flow',
};

const namingFateFlow: Pick<Scenario, 'options'> = {
  options: { env: { FATE_FLOW_SERVICE: '/data/projects/fate/fateflow/bin/service.sh', FATE_FLOW_HOST: 'nm2' } },
};

const asApp = 'setpriv --reuid app --regid apps --init-groups';
const failStart = '/etc/simulated/fail-start';

export const scenarios: readonly Scenario[] = [
  { ...plain, name: 'upgrade', command: 'upgrade' },
  { ...plain, name: 'recover after an upgrade', command: 'recover', prepare: (cluster) => upgraded(cluster, {}) },
  {
    ...plain,
    name: 'recover after an interruption',
    command: 'recover',
    prepare: (cluster) => interrupted(cluster, 'step-finished | migrate…'),
  },
  {
    ...plain,
    name: 'upgrade that is put back',
    command: 'upgrade',
    exitCode: 10,
    prepare: async (cluster) => {
      await run(cluster, 'nm2', `mkdir -p /etc/simulated && echo ${cluster.prepared.to} >${failStart}`);
    },
    cure: (cluster) => run(cluster, 'nm2', `rm -f ${failStart}`),
  },
  {
    ...plain,
    name: 'resume',
    command: 'upgrade',
    prepare: (cluster) => interrupted(cluster, 'change | ends | nm2 | switch …'),
  },
  {
    ...plain,
    name: 'upgrade while a file is rewritten',
    command: 'upgrade',
    prepare: (cluster) => run(cluster, 'nm2', rewriteRoutesAtStop(cluster.home)),
    cure: (cluster) => run(cluster, 'nm2', rewriteRoutes(cluster.home)),
  },
  {
    ...plain,
    name: 'resume after changes',
    command: 'upgrade',
    prepare: async (cluster) => {
      await setStatus(cluster, 'NEW');
      await interrupted(cluster, 'step-finished | back-up-database…');
      await setStatus(cluster, 'CLOSED');
      const litter = `${cluster.home}/.eggroll-upgrade/runs/20200101-aaaaaa/dropped`;
      await run(cluster, 'nm2', `${asApp} mkdir -p ${litter}`);
    },
  },
  {
    ...plain,
    name: 'resume beside a service of the old version',
    command: 'upgrade',
    prepare: async (cluster) => {
      await interrupted(cluster, 'step-finished | migrate…');
      await run(cluster, hostOf(cluster, 'rollsite'), startFromBackup(cluster.home));
    },
  },
  { ...plain, ...namingFateFlow, name: 'upgrade with fate_flow', command: 'upgrade' },
  {
    ...plain,
    ...namingFateFlow,
    name: 'recover with fate_flow',
    command: 'recover',
    prepare: (cluster) => upgraded(cluster, namingFateFlow.options),
  },
  { ...plain, ...purging, name: 'upgrade with a purge', command: 'upgrade' },
  {
    ...plain,
    ...purging,
    name: 'recover after a purge',
    command: 'recover',
    prepare: (cluster) => upgraded(cluster, purging.options),
  },
];

// RollSite rewrites its route table while it runs: here the table gets its true content only when the service of the node stops,
// after the new tree was staged with another one.
function rewriteRoutesAtStop(home: string): string {
  const watch = `until [ -z "$(ps -C java -o pid=)" ]; do sleep 0.05; done; ${rewriteRoutes(home)}`;
  return `cp -a ${home}/conf/route_table.json /root/ && echo '{}' >${home}/conf/route_table.json
    setsid bash -c '${watch}' </dev/null >/dev/null 2>&1 & disown`;
}

function rewriteRoutes(home: string): string {
  return `[ ! -e /root/route_table.json ] || cp -a /root/route_table.json ${home}/conf/ && rm -f /root/route_table.json`;
}

function hostOf({ prepared }: TestCluster, service: SimulatedService): string {
  const host = prepared.hosts.find(({ services }) => services.includes(service));
  if (!host) throw new Error(`No host of the cluster runs ${service}.`);
  return host.name;
}

// As if it had come up right before its folders were moved away: a RollSite of 2.0, which the script of 2.2 knows nothing of.
function startFromBackup(home: string): string {
  const swap = (from: string, to: string) => `for name in bin lib; do mv ${from}/$name ${to}/; done`;
  return `set -e; cd ${home} && backup=$(echo .eggroll-upgrade/runs/*/backup) && mkdir /data/aside
    ${swap('.', '/data/aside')}; ${swap('$backup', '.')}
    cp -a bin/rollsite /data/aside/pid
    ${asApp} bash bin/eggroll.sh rollsite start; until sim-services | grep -q rollsite; do sleep 0.05; done
    cp -a /data/aside/pid bin/rollsite; rm /data/aside/pid
    ${swap('.', '$backup')}; ${swap('/data/aside', '.')}; rmdir /data/aside`;
}

async function setStatus(cluster: TestCluster, status: string): Promise<void> {
  const { name } = cluster.prepared.database;
  await cluster.sql(
    `UPDATE ${name}.session_main SET status = '${status}', updated_at = updated_at WHERE session_id LIKE '202000000001%'`,
  );
}

async function upgraded(cluster: TestCluster, options: JobOptions): Promise<void> {
  const { exitCode, stdout } = await cluster.job('upgrade', options);
  if (exitCode !== 0) throw new Error(`The upgrade that comes first failed:\n${stdout}`);
}

/** Kills an upgrade at the first line with this key. */
async function interrupted(cluster: TestCluster, key: string): Promise<void> {
  const { exitCode, stdout } = await cluster.start('upgrade', withKill({}, { key, nth: 1, moment: { kind: 'at' } }))
    .ended;
  if (exitCode !== 137) throw new Error(`The upgrade that comes first was not killed:\n${stdout}`);
}

async function run(cluster: TestCluster, host: string, command: string): Promise<void> {
  const { exitCode, stderr } = await cluster.exec(host, command);
  if (exitCode !== 0) throw new Error(`${command} on ${host}: ${stderr}`);
}
