// Step 1: every check that can be made beforehand, on all nodes and the database at once. Every finding is collected; nothing is changed.

import ssh2 from 'ssh2';
import { lentAgent } from '../cluster/agent.ts';
import { connect } from '../cluster/connection.ts';
import { loadHostKeys } from '../cluster/host-keys.ts';
import { type ClusterNode, clusterNode, type NodeOptions, nodeName } from '../cluster/node.ts';
import type { Host } from '../config/config.ts';
import { type Finding, throwFindings, UpgradeError } from '../engine/errors.ts';
import { throwIfStopped } from '../engine/runner.ts';
import type { Step } from '../engine/step.ts';
import { lookAt } from './activity.ts';
import { atWork } from './at-work.ts';
import { warnOfConf } from './check-conf.ts';
import { checkNode } from './check-node.ts';
import { checkDumpRoom } from './check-room.ts';
import { checkVersions } from './check-versions.ts';
import { checkFateFlow, connectFateFlow, lookAtFateFlow } from './fate-flow.ts';
import { refuseWhileLocked } from './lock.ts';
import { distinct, inParallel, onNodes } from './nodes.ts';
import { chooseStatements, openDatabase } from './preflight-database.ts';
import { recordsOfLatestRun, stateOf } from './run-records.ts';
import { sameHomes } from './same-homes.ts';
import type { World } from './world.ts';

export const preflight: Step<World> = {
  id: 'preflight',
  title: 'check the nodes and the database',
  reach: 'nothing',
  probe: async () => 'pending',
  apply: (world) => unlessStopped(world.signal, checkAll(world)),
};

async function checkAll(world: World): Promise<void> {
  const [nodes, database] = await Promise.all([
    findingsOf(() => lookAtNodes(world)),
    findingsOf(() => openDatabase(world)),
  ]);
  // In the middle of a recovery the schema tells nothing yet: open-run chooses, once the recovery is finished.
  const chooses = database.length === 0 && stateOf(recordsOfLatestRun(world)) !== 'recovering';
  const statements = chooses ? await findingsOf(() => chooseStatements(world)) : [];
  // A run that is resumed has its room; what is missing is noticed where it is written.
  const begins = database.length === 0 && !['open', 'recovering'].includes(stateOf(recordsOfLatestRun(world)) ?? '');
  const room = begins ? await checkDumpRoom(world) : [];
  const isNew = begins && world.inputs !== undefined && nodes.length === 0;
  const versions = isNew ? checkVersions(world) : [];
  if (isNew) await warnOfConf(world);
  const findings = [...nodes, ...versions, ...database, ...statements, ...room];
  if (findings.length > 0) await refuseWhileLocked(world);
  throwFindings(findings);
}

/** The checks of the nodes once more, over the connections that are open. */
export async function checkAgain(world: World): Promise<void> {
  await onNodes(world, (node) => noteNode(world, node));
  await checkNodes(world);
  await lookAtFateFlow(world);
  await chooseStatements(world);
}

async function noteNode(world: World, node: ClusterNode): Promise<void> {
  const { facts, activity } = await lookAt(node);
  world.facts.set(node.name, facts);
  world.activities.set(node.name, activity);
}

async function checkNodes(world: World): Promise<void> {
  await onNodes(world, async (node) => {
    const [facts, activity] = [world.facts.get(node.name), world.activities.get(node.name)];
    if (facts && activity) throwFindings(await checkNode(world, node, { facts, activity }));
  });
}

async function lookAtNodes(world: World): Promise<void> {
  const findings = await findingsOf(() => connectNodes(world));
  // Once all are looked at: whether a node is in the middle of a run, another one's record may tell.
  const unfit = await findingsOf(() => checkNodes(world));
  const found = [...findings, ...sameHomes(world), ...unfit, ...checkFateFlow(world)];
  throwFindings(distinct(byHost(world.config.hosts, found)));
}

/** Connects with every node, and with fate_flow, and looks at it. Throws every finding; the world has what could be reached all the same. */
export async function connectNodes(world: World): Promise<void> {
  const { config, signal } = world;
  const hostKeys = await loadHostKeys([config.ssh.knownHostsFile], `${config.stateDir}/known_hosts`);
  const nodes: ClusterNode[] = [];
  const options: NodeOptions = {
    onChange: (phase, where, what) => world.emit({ type: 'change', phase, where, what }),
    looksOnly: world.looksOnly,
    trustsRecords: config.verify !== 'full',
  };
  const agent = agentFor(world, (key) => nodes.some((node) => node.hostKey.equals(key)));
  const unreached = await findingsOf(async () => {
    await inParallel(config.hosts, config.concurrency, (host) =>
      atWork(world, nodeName(host), () => connectNode(host)),
    );
  }).finally(() => {
    world.nodes = config.hosts.flatMap((host) => nodes.find((node) => node.host === host) ?? []);
  });
  // Once the nodes' keys are known: its machine may be one of them.
  const withoutFateFlow = await findingsOf(() => connectFateFlow(world, hostKeys, options));
  throwFindings(distinct([...unreached, ...withoutFateFlow]));

  async function connectNode(host: Host): Promise<void> {
    throwIfStopped(signal);
    const connection = await connect(host, config.ssh, hostKeys, undefined, agent);
    const node = clusterNode(host, config.eggrollHome, connection, options);
    warnOfWeak(world, node, connection.weakAlgorithms);
    nodes.push(node);
    await noteNode(world, node);
  }
}

/** The agent that is lent to nodes while they pass files on; it signs for the nodes that this run is logged in to. */
function agentFor({ config, lending }: World, isKnownHost: (key: Buffer) => boolean) {
  const { privateKey, passphrase } = config.ssh;
  const key = privateKey === undefined ? undefined : ssh2.utils.parseKey(privateKey, passphrase);
  if (!lending || key === undefined || key instanceof Error) return undefined;
  const users = new Set(config.hosts.map(({ user }) => user));
  return lentAgent(key, {
    isOpen: () => lending.isOpen,
    isKnownHost,
    isKnownUser: (user) => users.has(user),
  }).agent;
}

function warnOfWeak({ emit, say }: World, { name }: ClusterNode, weak: readonly string[]): void {
  if (weak.length === 0) return;
  const message = say('Its sshd has nothing better than {algorithms}, which is known to be weak.', {
    algorithms: weak.join(', '),
  });
  emit({ type: 'warning', host: name, message });
}

/** A signal need not wait for work that changes nothing. */
export function unlessStopped<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const stopped = new Promise<never>((_, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  return Promise.race([work, stopped]);
}

/** What `work` found wrong; errors of another kind go on. */
export async function findingsOf(work: () => Promise<void>): Promise<readonly Finding[]> {
  try {
    await work();
    return [];
  } catch (error) {
    if (error instanceof UpgradeError) return error.findings;
    throw error;
  }
}

function byHost(hosts: readonly Host[], findings: readonly Finding[]): Finding[] {
  const rank = ({ where }: Finding) => {
    const place = hosts.findIndex(({ name }) => where.startsWith(name));
    return place < 0 ? hosts.length : place;
  };
  return [...findings].sort((a, b) => rank(a) - rank(b));
}
