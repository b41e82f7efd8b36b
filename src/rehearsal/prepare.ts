// Writes everything that a simulated cluster and the job need into one folder, ready to be mounted.

import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UpgradeError } from '../engine/errors.ts';
import { type ClusterPlan, isListed, planCluster, runsRollsiteAlone, type SimulatedHost } from './cluster-plan.ts';
import { databaseInitFiles } from './database-init.ts';
import { guideList, guideSql } from './guide.ts';
import { writeNodeFixture } from './node-fixture.ts';
import { jdbcUrl, simulatedSite } from './site.ts';
import { knownHostsLine, makeSshKey } from './ssh-keys.ts';
import { simulatedPackage, writeTree } from './tree.ts';

/** What `cluster.json` says about a prepared folder. */
export interface PreparedCluster {
  readonly from: string;
  readonly to: string;
  readonly eggrollHome: string;
  readonly hosts: readonly SimulatedHost[];
  readonly database: ClusterPlan['database'];
  /** Value of MYSQL_FILE for the job: the guide's list where there is one, else the built-in migration. */
  readonly mysqlFile: string;
}

const description = 'cluster.json';

/**
 * Writes into `outDir`: `config/` (lists, SQL), `secrets/` (SSH key, known_hosts, database password), `package/eggroll/`,
 * `nodes/<host>/` for /fixture of each node, `mysql/*.sql` for the server's init folder, `mysql.env` and `job.env` with the
 * variables of server and job, and cluster.json. An earlier result in the folder is replaced.
 * Throws USAGE when the folder holds anything else.
 */
export async function prepareCluster(outDir: string, changes: Partial<ClusterPlan> = {}): Promise<PreparedCluster> {
  const plan = planCluster(changes);
  await emptyFolder(outDir);
  await makeFolders(outDir);
  const password = randomBytes(12).toString('hex');
  const login = makeSshKey('simulated-job');
  const known = [];
  for (const host of plan.hosts) {
    const site = siteOf(host, plan, password);
    const { fateFlow } = host;
    const about = { version: plan.from, site, authorizedKeys: login.publicLine, fateFlow, emptyHome: !isListed(host) };
    const fixture = { ...plan, ...about };
    known.push(knownHostsLine(host.name, 22, await writeNodeFixture(join(outDir, 'nodes', host.name), fixture)));
  }
  await writeTree(simulatedPackage(plan.to, plan), join(outDir, 'package', 'eggroll'));
  const prepared = describeCluster(plan);
  await writeDatabase(outDir, plan, password);
  await writeForJob(
    outDir,
    plan.owner,
    new Map([...listFiles(plan), ['config/mysql_file.sql', migrationSql(plan)]]),
    0o644,
  );
  const secrets = new Map([
    ['secrets/ssh/id', login.privateKey],
    ['secrets/ssh/known_hosts', known.join('')],
    ['secrets/mysql', `${password}\n`],
  ]);
  await writeForJob(outDir, plan.owner, secrets, plan.owner ? 0o600 : 0o644);
  await writeFile(join(outDir, 'job.env'), jobEnvironment(prepared));
  await writeFile(join(outDir, description), `${JSON.stringify(prepared, null, 2)}\n`);
  return prepared;
}

async function emptyFolder(outDir: string): Promise<void> {
  await mkdir(outDir, { recursive: true });
  const names = await readdir(outDir);
  if (names.length === 0) return;
  if (!names.includes(description) || !(await readFile(join(outDir, description), 'utf8')).includes('"eggrollHome"')) {
    throw new UpgradeError({
      code: 'USAGE',
      where: outDir,
      found: 'The folder is not empty and holds no prepared cluster.',
      remedy: 'Name a new or empty folder.',
    });
  }
  for (const name of names) await rm(join(outDir, name), { recursive: true });
}

// Other users read these in containers, whatever the caller's umask.
async function makeFolders(outDir: string): Promise<void> {
  for (const name of ['config', 'secrets', 'secrets/ssh', 'package', 'package/eggroll', 'nodes', 'mysql']) {
    await mkdir(join(outDir, name));
    await chmod(join(outDir, name), 0o755);
  }
}

function siteOf(host: SimulatedHost, plan: ClusterPlan, password: string) {
  return simulatedSite(host.name, {
    eggrollHome: plan.eggrollHome,
    clusterManagerHost: plan.hosts.find(({ services }) => services.includes('clustermanager'))?.name ?? host.name,
    services: host.services,
    jdbc: { url: jdbcUrl(plan.database.host, plan.database.name), user: plan.database.user, password },
    // One node as AnsibleFATE makes it, the others as the all-in-one deployment does.
    logs: host === plan.hosts[1] ? 'symlink' : 'directory',
  });
}

function describeCluster(plan: ClusterPlan): PreparedCluster {
  const { from, to, eggrollHome, hosts, database } = plan;
  const mysqlFile = guideList(from, to) ? '/config/mysql_file.sql' : 'auto';
  return { from, to, eggrollHome, hosts, database, mysqlFile };
}

function listFiles(plan: ClusterPlan): readonly (readonly [string, string])[] {
  const lines = (hosts: readonly SimulatedHost[]) => hosts.map(({ name }) => `${name}\n`).join('');
  return [
    ['config/nm_ip_list', lines(plan.hosts.filter((host) => isListed(host) && !runsRollsiteAlone(host)))],
    ['config/rs_ip_list', lines(plan.hosts.filter(runsRollsiteAlone))],
  ];
}

function migrationSql({ from, to }: ClusterPlan): string {
  const list = guideList(from, to);
  return list ? guideSql(list, { comments: true }) : `-- The guide has no usable statements from ${from} to ${to}.\n`;
}

async function writeDatabase(outDir: string, plan: ClusterPlan, password: string): Promise<void> {
  const hosts = plan.hosts.filter((host) => isListed(host) && !runsRollsiteAlone(host)).map(({ name }) => name);
  const { name: database, user } = plan.database;
  const files = databaseInitFiles({ ...plan, version: plan.from, hosts, database, user, password });
  for (const [name, sql] of files) await writeShared(join(outDir, 'mysql', name), sql);
  await writeFile(join(outDir, 'mysql.env'), `MYSQL_ROOT_PASSWORD=${randomBytes(12).toString('hex')}\n`);
}

function jobEnvironment({ eggrollHome, database, mysqlFile }: PreparedCluster): string {
  const { host, name, user } = database;
  const values = { EGGROLL_HOME: eggrollHome, MYSQL_HOST: host, MYSQL_DB: name, MYSQL_USER: user };
  const all = { ...values, MYSQL_PWD_FILE: '/secrets/mysql', MYSQL_FILE: mysqlFile };
  return Object.entries(all)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

/** Files that the job reads: owned by the user it runs as, or else readable for all (they are throwaway). */
async function writeForJob(
  outDir: string,
  owner: ClusterPlan['owner'],
  files: ReadonlyMap<string, string>,
  mode: number,
): Promise<void> {
  for (const [path, content] of files) {
    const file = join(outDir, path);
    await writeShared(file, content, mode);
    if (owner) await chown(file, owner.uid, owner.gid);
  }
}

async function writeShared(file: string, content: string, mode = 0o644): Promise<void> {
  await writeFile(file, content);
  await chmod(file, mode);
}
