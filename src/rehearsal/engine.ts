// The Docker engine of a rehearsal (or Podman's, which speaks the same language): a client for its address, and what goes wrong as
// errors of the catalogue.

import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import Docker from 'dockerode';
import { loadHostKeys } from '../cluster/host-keys.ts';
import { keepNativeCiphers } from '../cluster/native-ciphers.ts';
import type { EngineAddress } from '../config/engine.ts';
import type { ErrorCode } from '../engine/catalogue.ts';
import { UpgradeError } from '../engine/errors.ts';

export type { Container } from 'dockerode';
export type Engine = Docker;

/** The engine at an address, once it has answered. Throws ENGINE_UNREACHABLE, ENGINE_REFUSED. */
export async function openEngine(address: EngineAddress): Promise<Engine> {
  // Its own client is ssh2 too.
  if (address.kind === 'ssh') keepNativeCiphers();
  const engine = new Docker(await optionsFor(address));
  await onEngine(`reach ${describeAddress(address)}`, () => engine.ping());
  return engine;
}

function describeAddress(address: EngineAddress): string {
  if (address.kind === 'socket') return address.path;
  const scheme = address.kind === 'ssh' ? 'ssh' : address.tls ? 'https' : 'tcp';
  return `${scheme}://${address.host}:${address.port}`;
}

// The client fills in what is missing from the environment of the process, so nothing may be missing.
async function optionsFor(address: EngineAddress): Promise<Docker.DockerOptions> {
  const none = {
    host: undefined,
    port: undefined,
    username: undefined,
    ca: undefined,
    cert: undefined,
    key: undefined,
  };
  const common = { ...none, socketPath: undefined, protocol: 'http', pathPrefix: '/', timeout: undefined };
  return { ...common, ...(await partOf(address)) } as unknown as Docker.DockerOptions;
}

async function partOf(address: EngineAddress): Promise<object> {
  if (address.kind === 'socket') return { socketPath: address.path };
  const { host, port } = address;
  if (address.kind === 'tcp') return { host, port, ...(address.tls ? { protocol: 'https', ...address.tls } : {}) };
  const { user, agent, privateKey, knownHostsFile } = address;
  const known = await loadHostKeys([knownHostsFile], '');
  const hostVerifier = (key: Buffer) => known.check(host, port, key) === 'known';
  const keys = known.typesFor(host, port);
  const sshOptions = {
    hostVerifier,
    ...(keys.length > 0 ? { algorithms: { serverHostKey: keys } } : {}),
    ...(agent === undefined ? {} : { agent }),
    ...(privateKey === undefined ? {} : { privateKey }),
  };
  return { protocol: 'ssh', host, port, username: user, sshOptions };
}

/** Does something on the engine; `what` completes `could not …`. Throws ENGINE_UNREACHABLE, ENGINE_REFUSED, ENGINE_FAILED. */
export async function onEngine<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UpgradeError || !(error instanceof Error)) throw error;
    const code = codeFor(error);
    const found = `It could not ${what}: ${reasonOf(error)}.`;
    throw new UpgradeError({ code, where: 'Docker engine', found }, { cause: error });
  }
}

const unreachable = /ECONNREFUSED|ENOENT|ENOTFOUND|EHOSTUNREACH|ETIMEDOUT|EAI_AGAIN|ECONNRESET|EPIPE|socket hang up/;
const refused =
  /EACCES|EPERM|authentication methods failed|Host denied|verification failed|certificate|unable to verify|alert/i;

function codeFor(error: Error): ErrorCode {
  const text = `${'code' in error ? String(error.code) : ''} ${error.message}`;
  if (statusOf(error) === undefined && refused.test(text)) return 'ENGINE_REFUSED';
  if (statusOf(error) === undefined && unreachable.test(text)) return 'ENGINE_UNREACHABLE';
  return statusOf(error) === 401 || statusOf(error) === 403 ? 'ENGINE_REFUSED' : 'ENGINE_FAILED';
}

/** Of an answer of the engine; undefined when it did not answer. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : undefined;
}

function reasonOf(error: Error): string {
  const said = (error as { json?: { message?: string } }).json?.message ?? error.message;
  return said.trim().replace(/\s+/g, ' ').replace(/\.$/, '');
}

/** Something that may be gone already, or is on its way out; or a network that is let go only once its containers are. */
export async function unlessGone(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (![403, 404, 409].includes(statusOf(error) ?? 0)) throw error;
  }
}

/** The container that this process runs in, when the engine knows it. */
export async function ownContainer(engine: Engine): Promise<Docker.ContainerInspectInfo | undefined> {
  const mounts = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  // A CI system may have given the container another hostname; its files are mounted from a folder that bears its id all the same.
  const [, id] = /\/(?:overlay-)?containers\/([0-9a-f]{64})\//.exec(mounts) ?? [];
  const name = id ?? hostname();
  if (!/^[0-9a-f]{12}/.test(name)) return undefined;
  return engine
    .getContainer(name)
    .inspect()
    .catch(() => undefined);
}
