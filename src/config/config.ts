// The immutable configuration of a run. Parsed once at the edge by `loadConfig`; nothing else reads the environment.

import { type Finding, throwFindings } from '../engine/errors.ts';
import { checkDatabase, databaseConfig, readCertificates } from './database.ts';
import { readFateFlow } from './fate-flow.ts';
import { unwritableReason } from './files.ts';
import { readHooks } from './hooks.ts';
import { readHostLists } from './host-lists.ts';
import { languageOf } from './language.ts';
import { type Environment, readVariables } from './read-variables.ts';
import { readSecrets, type Secrets } from './secrets.ts';
import { readSshConfig } from './ssh.ts';
import type { Config, Host, ServiceConfig } from './types.ts';
import { findUnknownVariables } from './unknown-variables.ts';
import type { CompleteValues, Values } from './variables.ts';

export type * from './types.ts';

/**
 * Parses the whole environment, and reads the key, the lists and the files that it names. An empty variable counts as unset.
 * Throws one UpgradeError with every finding: CONFIG_INVALID, CONFIG_UNKNOWN, and LIST_INVALID for the lists.
 */
export async function loadConfig(env: Environment): Promise<Config> {
  const { values, findings: wrongValues, usesDatabase } = readVariables(env);
  const secrets = await readSecrets(env, usesDatabase);
  const ssh = await readSshConfig(env, values, secrets.values);
  const certificates = await readCertificates(values);
  const hooks = readHooks(env);
  const lists = await readHostLists(env, values, usesDatabase);
  const fateFlow = readFateFlow(values, lists.hosts);
  throwFindings([
    ...wrongValues,
    ...secrets.findings,
    ...ssh.findings,
    ...(usesDatabase ? await checkDatabase(values) : []),
    ...certificates.findings,
    ...(await checkStateDir(values.STATE_DIR)),
    ...checkSignatureFiles(values),
    ...checkPurge(values, usesDatabase),
    ...checkServiceCommands(values),
    ...fateFlow.findings,
    ...hooks.findings,
    ...checkNotifyUrl(secrets.values.NOTIFY_URL),
    ...checkCanary(values.CANARY_HOST, lists.hosts),
    ...findUnknownVariables(env),
    ...lists.findings,
  ]);
  // A value that should be there and is not was a finding.
  const complete = values as CompleteValues;
  return Object.freeze({
    hosts: lists.hosts,
    eggrollHome: complete.EGGROLL_HOME,
    packagePath: complete.PKG_BASE_PATH,
    ...(complete.PKG_SHA256 !== undefined && { packageSha256: complete.PKG_SHA256 }),
    ...signatureFiles(complete),
    ssh: ssh.ssh,
    ...(usesDatabase && { database: databaseConfig(complete, secrets.values.MYSQL_PWD ?? '', certificates.text) }),
    services: serviceConfig(complete),
    ...(fateFlow.fateFlow && { fateFlow: fateFlow.fateFlow }),
    ...(complete.PLAN_HASH !== undefined && { planHash: complete.PLAN_HASH }),
    confPolicy: complete.CONF_POLICY,
    stateDir: complete.STATE_DIR,
    concurrency: complete.CONCURRENCY,
    fanout: complete.FANOUT,
    verify: complete.VERIFY,
    backupKeep: complete.BACKUP_KEEP,
    autoRecover: complete.AUTO_RECOVER,
    lockWaitMs: (complete.LOCK_WAIT_SECONDS ?? 0) * 1000,
    output: complete.OUTPUT,
    language: languageOf(env),
    hooks: hooks.hooks,
    ...(secrets.values.NOTIFY_URL !== undefined && { notifyUrl: secrets.values.NOTIFY_URL }),
    ...(complete.CANARY_HOST !== undefined && { canary: complete.CANARY_HOST }),
    secrets: secretTexts(secrets.values, ssh.ssh.privateKey),
  });
}

export function signatureFiles({
  PKG_SIGNATURE_FILE: signatureFile,
  PKG_PUBLIC_KEY_FILE: publicKeyFile,
}: CompleteValues) {
  if (signatureFile === undefined || publicKeyFile === undefined) return {};
  return { packageSignature: { signatureFile, publicKeyFile } };
}

function serviceConfig(values: CompleteValues): ServiceConfig {
  const { START_COMMAND: start, STOP_COMMAND: stop, STATUS_COMMAND: status } = values;
  return {
    control: values.SERVICE_CONTROL,
    supervisordHome: values.SUPERVISORD_HOME,
    supervisordPrefix: values.SUPERVISORD_PREFIX,
    ...(start !== undefined && stop !== undefined
      ? { commands: { start, stop, ...(status === undefined ? {} : { status }) } }
      : {}),
    ...(values.INIT_ENV_FILE !== undefined && { initEnvFile: values.INIT_ENV_FILE }),
    startAfter: values.START_SERVICES,
    leftoverWorkers: values.LEFTOVER_WORKERS,
  };
}

function secretTexts(secrets: Secrets, privateKey: string | undefined): string[] {
  return [...Object.values(secrets), privateKey].filter((secret) => secret !== undefined);
}

/** A signature without a key proves nothing, and a key without a signature is somebody's wish to have one checked. */
export function checkSignatureFiles({ PKG_SIGNATURE_FILE: signature, PKG_PUBLIC_KEY_FILE: key }: Values): Finding[] {
  if ((signature === undefined) === (key === undefined)) return [];
  const [missing, given] =
    key === undefined ? ['PKG_PUBLIC_KEY_FILE', 'PKG_SIGNATURE_FILE'] : ['PKG_SIGNATURE_FILE', 'PKG_PUBLIC_KEY_FILE'];
  return [{ code: 'CONFIG_INVALID', where: missing, found: `It is not set, and ${given} is.` }];
}

function checkServiceCommands(values: Values): Finding[] {
  const { SERVICE_CONTROL: control, START_COMMAND: start, STOP_COMMAND: stop, STATUS_COMMAND: status } = values;
  const wrong = (where: string, found: string): Finding => ({ code: 'CONFIG_INVALID', where, found });
  const given = [start, stop, status].some((command) => command !== undefined);
  if (!given) return [];
  return [
    ...(start === undefined ? [wrong('START_COMMAND', 'It is not set, and another command for services is.')] : []),
    ...(stop === undefined ? [wrong('STOP_COMMAND', 'It is not set, and another command for services is.')] : []),
    ...(control === 'none' ? [wrong('SERVICE_CONTROL', 'It is none, and commands for services are set.')] : []),
  ];
}

function checkNotifyUrl(text: string | undefined): Finding[] {
  if (text === undefined) return [];
  const url = URL.parse(text);
  if (url && /^https?:$/.test(url.protocol)) return [];
  const found = 'It is no address that begins with http:// or https://.';
  return [{ code: 'CONFIG_INVALID', where: 'NOTIFY_URL', found }];
}

function checkCanary(name: string | undefined, hosts: readonly Host[]): Finding[] {
  if (name === undefined || hosts.length === 0 || hosts.some((host) => host.name === name)) return [];
  const found = `The host ${name} is in neither list.`;
  return [{ code: 'CONFIG_INVALID', where: 'CANARY_HOST', found, remedy: 'Name a host as its list does.' }];
}

async function checkStateDir(folder: string | undefined): Promise<Finding[]> {
  const found = folder === undefined ? undefined : await unwritableReason(folder);
  if (found === undefined) return [];
  return [{ code: 'CONFIG_INVALID', where: 'STATE_DIR', found, remedy: 'Mount a volume that this account may write.' }];
}

function checkPurge({ PURGE: purge }: Values, usesDatabase: boolean): Finding[] {
  if (usesDatabase || purge === undefined || purge === 'none') return [];
  const found = `PURGE=${purge} needs the database, but MYSQL_FILE is none.`;
  return [
    { code: 'CONFIG_INVALID', where: 'PURGE', found, remedy: 'Set PURGE=none, or MYSQL_FILE to auto or a file.' },
  ];
}
