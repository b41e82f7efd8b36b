// The cluster of a rehearsal: a network without a way out, a database server, and a node for each host.

import { randomBytes } from 'node:crypto';
import pLimit from 'p-limit';
import { poll } from '../engine/clock.ts';
import { UpgradeError } from '../engine/errors.ts';
import { throwIfStopped } from '../engine/runner.ts';
import { appOwner } from './archive.ts';
import type { Around } from './around.ts';
import type { DatabaseSource } from './database-source.ts';
import { type Container, type Engine, onEngine } from './engine.ts';
import { type Executed, execIn } from './exec.ts';
import type { Homes, NodeHome } from './homes.ts';
import type { RehearsalHost } from './host-names.ts';
import type { ImageNames } from './images.ts';
import { labelsFor } from './labels.ts';
import { lastLines } from './logs.ts';
import { knownHostsLine, makeSshKey, type SshKeyPair } from './ssh-keys.ts';
import { startDatabase } from './throwaway-database.ts';
import { addFiles, addFolder, upload } from './upload.ts';

export interface ThrowawayPlan {
  readonly run: string;
  readonly keep: boolean;
  readonly images: ImageNames;
  readonly hosts: readonly RehearsalHost[];
  readonly homes: Homes;
  /** EGGROLL_HOME. */
  readonly home: string;
  /** Variables of the nodes' image. */
  readonly nodeEnvironment: Readonly<Record<string, string>>;
  readonly database?: DatabaseSource;
}

export interface Throwaway {
  readonly run: string;
  readonly keep: boolean;
  readonly network: string;
  readonly images: ImageNames;
  readonly home: string;
  readonly hosts: readonly RehearsalHost[];
  /** The key that logs in to every node, and the lines of known_hosts for them. */
  readonly login: SshKeyPair;
  readonly knownHosts: string;
  /** Runs a command on a node, as root. */
  exec(name: string, command: readonly string[]): Promise<Executed>;
  /** Runs a command beside the database server, with MYSQL_PWD set; absent without a database. */
  readonly inDatabase?: (command: readonly string[]) => Promise<Executed>;
}

const startsAtOnce = 8;
const readyLimitMs = 120_000;
const serviceLimitMs = 60_000;

/** Starts everything, and waits until all of it answers. Throws ENGINE_FAILED, REHEARSAL_INPUT_INVALID; what was made has labels. */
export async function startThrowaway(engine: Engine, plan: ThrowawayPlan, around: Around): Promise<Throwaway> {
  const { run, keep, images, hosts, home } = plan;
  const login = makeSshKey('rehearsal');
  const network = `rehearsal-${run}`;
  await onEngine('make a network', () =>
    engine.createNetwork({ Name: network, Internal: true, Labels: labelsFor(run, keep) }),
  );
  const limit = pLimit(startsAtOnce);
  const rootPassword = randomBytes(12).toString('hex');
  const place = { run, keep, network, rootPassword };
  const [database, ...nodes] = await settleAll([
    plan.database && images.database
      ? startDatabase(engine, images.database, plan.database, place, around)
      : Promise.resolve(undefined),
    ...hosts.map((host, index) =>
      limit(() => startNode(engine, plan, host, plan.homes.nodes[index] as NodeHome, { network, login }, around)),
    ),
  ] as const);
  const started = nodes as readonly StartedNode[];
  const containers = new Map(hosts.map(({ name }, index) => [name, (started[index] as StartedNode).container]));
  return {
    ...{ run, keep, network, images, home, hosts, login },
    knownHosts: started.map(({ knownHosts }) => knownHosts).join(''),
    async exec(name, command) {
      const container = containers.get(name);
      if (!container) throw new Error(`The rehearsal has no node ${name}.`);
      return execIn(engine, container, command);
    },
    ...(database && {
      inDatabase: (command) => execIn(engine, database, command, { env: [`MYSQL_PWD=${rootPassword}`] }),
    }),
  };
}

/** All of them come to an end before the first failure is told: nothing may be made after everything was removed. */
async function settleAll<T extends readonly unknown[]>(work: T): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const settled = await Promise.allSettled(work);
  const failed = settled.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
  return settled.map((outcome) => (outcome as PromiseFulfilledResult<unknown>).value) as never;
}

interface StartedNode {
  readonly container: Container;
  readonly knownHosts: string;
}

async function startNode(
  engine: Engine,
  { run, keep, images, home, nodeEnvironment }: ThrowawayPlan,
  { name, listed }: RehearsalHost,
  content: NodeHome,
  { network, login }: { readonly network: string; readonly login: SshKeyPair },
  around: Around,
): Promise<StartedNode> {
  throwIfStopped(around.signal);
  const hostKey = makeSshKey(name);
  const environment = { ...nodeEnvironment, EGGROLL_HOME: home, SERVICES: content.services.join(' ') };
  const container = await onEngine(`make the node ${listed}`, () =>
    engine.createContainer({
      name: `rehearsal-${run}-${name}`,
      Image: images.node,
      // A longer one is refused by the engine; the network knows the node by its alias.
      ...(name.length <= 63 ? { Hostname: name } : {}),
      Env: Object.entries(environment).map(([key, value]) => `${key}=${value}`),
      Labels: labelsFor(run, keep, 'node'),
      HostConfig: { NetworkMode: network },
      NetworkingConfig: { EndpointsConfig: { [network]: { Aliases: [name] } } },
    }),
  );
  await upload(container, async (archive) => {
    const path = home.slice(1);
    // The folder right below / is the image's own.
    for (const parent of parentsOf(path).slice(1)) addFolder(archive, appOwner, parent);
    addFolder(archive, appOwner, path);
    if (content.logsTarget) addFolder(archive, appOwner, content.logsTarget.slice(1));
    await content.addTo(archive, path);
    addFiles(archive, { uid: 0, gid: 0 }, [
      { path: 'fixture/authorized_keys', content: login.publicLine },
      { path: 'fixture/ssh_host_ed25519_key', content: hostKey.privateKey, mode: 0o600 },
    ]);
  });
  throwIfStopped(around.signal);
  await onEngine(`start the node ${listed}`, () => container.start());
  await waitForNode(engine, container, listed, around);
  return { container, knownHosts: knownHostsLine(name, 22, hostKey) };
}

function parentsOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** Waits for sshd, and for the services; of services that do not start, as the user's home may have it, there is a warning. */
async function waitForNode(engine: Engine, container: Container, listed: string, around: Around): Promise<void> {
  const { clock, signal, emit, say } = around;
  const begunMs = clock.monotonicMs();
  let silent = '';
  const ready = await poll(clock, { everyMs: 250, limitMs: readyLimitMs, signal }, async () => {
    await expectRunning(container, listed);
    const { exitCode, stdout } = await execIn(engine, container, ['sim-ready']);
    silent = stdout.trim().replace(/\s+/g, ' ');
    const waitsForServices = clock.monotonicMs() - begunMs < serviceLimitMs;
    return exitCode === 0 || (!/\bsshd\b/.test(silent) && !waitsForServices) ? exitCode : undefined;
  });
  if (ready === undefined) throw failed(listed, `It is not ready after ${readyLimitMs / 1000} s: ${silent}.`);
  if (ready !== 0) {
    const message = say('In the rehearsal its services do not start ({silent}); they count as stopped.', { silent });
    emit({ type: 'warning', host: listed, message });
  }
}

async function expectRunning(container: Container, listed: string): Promise<void> {
  const { State: state } = await onEngine(`look at the node ${listed}`, () => container.inspect());
  if (state.Running) return;
  throw failed(listed, `It ended with ${state.ExitCode}: ${await lastLines(container)}.`);
}

function failed(listed: string, found: string): UpgradeError {
  return new UpgradeError({ code: 'ENGINE_FAILED', where: `${listed} of the rehearsal`, found });
}
