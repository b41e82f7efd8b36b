// Connections of ours to a simulated node, for the tests of the cluster layer.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Connection, connect } from '../../src/cluster/connection.ts';
import { loadHostKeys } from '../../src/cluster/host-keys.ts';
import { type ConnectionLimits, connectionLimits, type Target } from '../../src/cluster/login.ts';
import { type ClusterNode, clusterNode } from '../../src/cluster/node.ts';
import type { SshConfig } from '../../src/config/config.ts';
import type { SimulatedNode } from './simulated-node.ts';

export interface ConnectOptions {
  readonly ssh?: Partial<SshConfig>;
  readonly target?: Partial<Target>;
  /** Text of known_hosts, in the place of the node's own. */
  readonly knownHosts?: string;
  readonly limits?: Partial<ConnectionLimits>;
}

export interface SshNode {
  /** Connects to port 22 of the node as app with its key, unless told otherwise. */
  connect(options?: ConnectOptions): Promise<Connection>;
  /** The node, called nm1, over a connection of its own. */
  clusterNode(): Promise<ClusterNode>;
  /** Where accept-new records keys. */
  readonly acceptedFile: string;
  /** Closes every connection that was made. */
  close(): Promise<void>;
}

export async function sshNode(node: SimulatedNode): Promise<SshNode> {
  const dir = await mkdtemp(join(tmpdir(), 'ssh-node-'));
  const acceptedFile = join(dir, 'accepted');
  const made: Connection[] = [];
  const host = { name: 'nm1', port: 22, user: 'app', role: 'nodemanager' } as const;
  async function connected({ ssh = {}, target = {}, knownHosts = node.knownHosts, limits = {} }: ConnectOptions = {}) {
    const knownHostsFile = join(dir, 'known_hosts');
    await writeFile(knownHostsFile, knownHosts);
    const config: SshConfig = { knownHostsFile, hostKeyChecking: 'strict', jumps: [], ...ssh };
    const login = ssh.password ? {} : { privateKey: node.login.privateKey };
    const connection = await connect(
      { name: node.ip, port: 22, user: 'app', ...target },
      { ...login, ...config },
      await loadHostKeys([knownHostsFile], acceptedFile),
      { ...connectionLimits, ...limits },
    );
    made.push(connection);
    return connection;
  }
  return {
    acceptedFile,
    connect: connected,
    clusterNode: async () => clusterNode(host, node.home, await connected()),
    async close() {
      for (const connection of made) connection.close();
      await rm(dir, { recursive: true });
    },
  };
}
