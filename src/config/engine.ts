// Where the Docker engine of a rehearsal is, by the variables that Docker's own client reads.

import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import type { Finding } from '../engine/errors.ts';
import { fileProblem } from './files.ts';
import { invalid } from './invalid.ts';
import { type Environment, given } from './read-variables.ts';
import { shown } from './shown.ts';

export interface TlsFiles {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export type EngineAddress =
  | { readonly kind: 'socket'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly tls?: TlsFiles }
  | {
      readonly kind: 'ssh';
      readonly host: string;
      readonly port: number;
      readonly user: string;
      /** Socket of an SSH agent. */
      readonly agent?: string;
      readonly privateKey?: string;
      readonly knownHostsFile: string;
    };

export interface EngineConfig {
  readonly address: EngineAddress;
  /** What a build on the engine needs to reach the outside: build arguments by name. */
  readonly proxies: Readonly<Record<string, string>>;
}

const proxyNames = ['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'];

/** Reads DOCKER_HOST, DOCKER_TLS_VERIFY and DOCKER_CERT_PATH; without DOCKER_HOST, takes the first usual socket that is there. */
export async function readEngine(env: Environment): Promise<{ engine: EngineConfig; findings: readonly Finding[] }> {
  const address = await readAddress(env);
  const proxies = Object.fromEntries(proxyNames.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
  if ('code' in address) return { engine: { address: defaultSocket, proxies }, findings: [address] };
  return { engine: { address, proxies }, findings: [] };
}

const defaultSocket = { kind: 'socket', path: '/var/run/docker.sock' } as const;

async function readAddress(env: Environment): Promise<EngineAddress | Finding> {
  const text = given(env, 'DOCKER_HOST');
  if (text === undefined) return usualSocket(env);
  if (text.startsWith('unix://')) return { kind: 'socket', path: text.slice('unix://'.length) || defaultSocket.path };
  if (text.startsWith('npipe://')) return { kind: 'socket', path: text.slice('npipe://'.length) };
  const url = URL.parse(text.includes('://') ? text : `tcp://${text}`);
  const host = url?.hostname.replace(/^\[(.*)\]$/, '$1') ?? '';
  if (url === null || host === '' || !/^(?:tcp|https?|ssh):$/.test(url.protocol)) {
    const found = `Expected unix:///path, tcp://host:port or ssh://user@host, found ${shown(text)}.`;
    return invalid('DOCKER_HOST', found);
  }
  return url.protocol === 'ssh:' ? sshAddress(env, url, host) : tcpAddress(env, url, host);
}

async function tcpAddress(env: Environment, url: URL, host: string): Promise<EngineAddress | Finding> {
  const usesTls = given(env, 'DOCKER_TLS_VERIFY') !== undefined || url.protocol === 'https:';
  const port = Number(url.port) || (usesTls ? 2376 : 2375);
  if (!usesTls) return { kind: 'tcp', host, port };
  const tls = await readTls(given(env, 'DOCKER_CERT_PATH') ?? join(env['HOME'] ?? '/', '.docker'));
  return 'code' in tls ? tls : { kind: 'tcp', host, port, tls };
}

/** Docker's, Docker Desktop's, Podman's of the user, Podman's of root. */
async function usualSocket(env: Environment): Promise<EngineAddress> {
  const { HOME: home, XDG_RUNTIME_DIR: runtime } = env;
  const paths = [
    defaultSocket.path,
    ...(home ? [join(home, '.docker/run/docker.sock')] : []),
    ...(runtime ? [join(runtime, 'podman/podman.sock')] : []),
    '/run/podman/podman.sock',
  ];
  for (const path of paths) {
    if (await exists(path)) return { kind: 'socket', path };
  }
  return defaultSocket;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function readTls(folder: string): Promise<TlsFiles | Finding> {
  try {
    const [ca = '', cert = '', key = ''] = await Promise.all(
      ['ca.pem', 'cert.pem', 'key.pem'].map((name) => readFile(join(folder, name), 'utf8')),
    );
    return { ca, cert, key };
  } catch (error) {
    const remedy = 'Name the folder with ca.pem, cert.pem and key.pem.';
    return invalid('DOCKER_CERT_PATH', `${folder}: ${fileProblem(error)}.`, remedy);
  }
}

const keyNames = ['id_ed25519', 'id_ecdsa', 'id_rsa'];

async function sshAddress(env: Environment, url: URL, host: string): Promise<EngineAddress | Finding> {
  const folder = join(env['HOME'] ?? '/', '.ssh');
  const agent = given(env, 'SSH_AUTH_SOCK');
  const keys = await Promise.all(keyNames.map((name) => readFile(join(folder, name), 'utf8').catch(() => undefined)));
  // One with a passphrase is for the agent; nobody can be asked here.
  const privateKey = keys.find((key) => key !== undefined && !(ssh2.utils.parseKey(key) instanceof Error));
  if (agent === undefined && privateKey === undefined) {
    const found = `There is no agent (SSH_AUTH_SOCK), and none of ${keyNames.join(', ')} in ${folder} can be read without a passphrase.`;
    return invalid('DOCKER_HOST', found, 'Start an agent that holds the key, or give a key without a passphrase.');
  }
  return {
    kind: 'ssh',
    host,
    port: Number(url.port) || 22,
    user: decodeURIComponent(url.username) || env['USER'] || 'root',
    ...(agent === undefined ? {} : { agent }),
    ...(privateKey === undefined ? {} : { privateKey }),
    knownHostsFile: join(folder, 'known_hosts'),
  };
}
