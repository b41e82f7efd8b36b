// Starts simulated EggRoll nodes in containers, for tests. Needs the image that `make node-image` builds.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LibraryOptions } from '../../src/rehearsal/libraries.ts';
import { writeNodeFixture } from '../../src/rehearsal/node-fixture.ts';
import type { Release, SimulatedService } from '../../src/rehearsal/releases.ts';
import { type SimulatedSite, simulatedSite } from '../../src/rehearsal/site.ts';
import { knownHostsLine, makeSshKey, type SshKeyPair } from '../../src/rehearsal/ssh-keys.ts';
import {
  containerOf,
  type GenericContainer,
  getContainerRuntimeClient,
  ImageName,
  type StartedNetwork,
  type StartedTestContainer,
  Wait,
} from './containers.ts';
import { shellsOf, type User } from './shells.ts';

export interface NodeOptions extends LibraryOptions {
  readonly version: Release;
  /** Started at once; none when absent. */
  readonly services?: readonly SimulatedService[];
  /** Name in the cluster and on the network; `nm1` when absent. */
  readonly name?: string;
  readonly network?: StartedNetwork;
  /** Size of /data as a tmpfs, for a disk that can be filled with `sim-fill`. */
  readonly tmpfsSizeMb?: number;
  /** Lets app log in with this password too. */
  readonly password?: string;
  /** Key pair that may log in; a new one when absent. */
  readonly login?: SshKeyPair;
  readonly site?: Partial<SimulatedSite>;
  /** With a fate_flow beside the home, which runs. */
  readonly fateFlow?: boolean;
  /** Further variables of the container, such as SSH_JAVA_HOME=no. */
  readonly environment?: Readonly<Record<string, string>>;
}

interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface SimulatedNode {
  readonly name: string;
  /** Address and port of sshd as seen from this machine. */
  readonly host: string;
  readonly port: number;
  /** Address in the container network; on Linux it can be reached from this machine, on port 22. */
  readonly ip: string;
  readonly home: string;
  readonly login: SshKeyPair;
  /** known_hosts lines for host:port, for ip:22 and for name:22. */
  readonly knownHosts: string;
  readonly container: StartedTestContainer;
  /** Runs a bash command line, as root unless told otherwise. */
  exec(command: string, user?: User): Promise<CommandResult>;
  /** Back to the first state, services included. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

/** Name of the node's image: NODE_IMAGE_TAG, or what `make node-image` makes. */
export function nodeImage(): string {
  return process.env['NODE_IMAGE_TAG'] || 'eggroll-upgrade-node:local';
}

/** The same, and fails when there is no such image. */
async function ensureNodeImage(): Promise<string> {
  const name = nodeImage();
  const { image } = await getContainerRuntimeClient();
  if (await image.exists(ImageName.fromString(name))) return name;
  throw new Error(`There is no image ${name}. Run \`make node-image\` first.`);
}

/** Starts a node and waits until sshd and its services listen. */
export async function startNode(options: NodeOptions): Promise<SimulatedNode> {
  const { version, services = [], name = 'nm1', login = makeSshKey('test') } = options;
  const image = await ensureNodeImage();
  const dir = await mkdtemp(join(tmpdir(), 'simulated-node-'));
  const site = simulatedSite(name, { services, ...options.site });
  const hostKey = await writeNodeFixture(dir, { ...options, version, site, authorizedKeys: login.publicLine });
  const container = await describeContainer(image, options, dir, site).start();
  const host = container.getHost();
  const port = container.getMappedPort(22);
  const ip = addressOf(container, options.network);
  const known = [
    knownHostsLine(host, port, hostKey),
    knownHostsLine(ip, 22, hostKey),
    knownHostsLine(name, 22, hostKey),
  ];
  const shells = shellsOf(container.getId());
  const exec: SimulatedNode['exec'] = async (command, user = 'root') => {
    const outcome = await shells.run(command, { user });
    return { ...outcome, stdout: outcome.stdout.toString('utf8') };
  };
  const node: SimulatedNode = {
    ...{ name, host, port, ip, home: site.eggrollHome, login, knownHosts: known.join(''), container },
    exec,
    reset: async () => {
      const { exitCode, stderr } = await exec('sim-reset');
      if (exitCode !== 0) throw new Error(`sim-reset failed on ${name}: ${stderr}`);
    },
    stop: async () => {
      shells.stop();
      await container.stop();
      await rm(dir, { recursive: true });
    },
  };
  return node;
}

function describeContainer(
  image: string,
  options: NodeOptions,
  fixtureDir: string,
  site: SimulatedSite,
): GenericContainer {
  const environment = {
    ...options.environment,
    EGGROLL_HOME: site.eggrollHome,
    SERVICES: (options.services ?? []).join(' '),
    ...(options.password && { APP_PASSWORD: options.password }),
  };
  const container = containerOf(image)
    .withBindMounts([{ source: fixtureDir, target: '/fixture', mode: 'ro' }])
    .withEnvironment(environment)
    .withHostname(site.host)
    .withExposedPorts(22)
    .withWaitStrategy(Wait.forLogMessage('simulated node ready'));
  if (options.tmpfsSizeMb) container.withTmpFs({ '/data': `rw,exec,size=${options.tmpfsSizeMb}m` });
  if (options.network) container.withNetwork(options.network).withNetworkAliases(site.host);
  return container;
}

function addressOf(container: StartedTestContainer, network: StartedNetwork | undefined): string {
  return container.getIpAddress(network?.getName() ?? container.getNetworkNames()[0] ?? 'bridge');
}
