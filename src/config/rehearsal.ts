// The configuration of a rehearsal: the same variables as those of an upgrade, of which none is required, and some of its own.

import { type Finding, throwFindings } from '../engine/errors.ts';
import { checkSignatureFiles, loadConfig, signatureFiles } from './config.ts';
import { type EngineConfig, readEngine } from './engine.ts';
import { unwritableReason } from './files.ts';
import { readHostLists } from './host-lists.ts';
import { invalid } from './invalid.ts';
import { type Environment, given, readVariables } from './read-variables.ts';
import { readSecrets } from './secrets.ts';
import type { Config, DatabaseConfig, Host } from './types.ts';
import { findUnknownVariables } from './unknown-variables.ts';
import type { CompleteValues, Values, VariableName } from './variables.ts';

const mostNodes = 50;

export interface RehearsalConfig
  extends Pick<Config, 'output' | 'secrets' | 'stateDir' | 'packagePath' | 'packageSha256' | 'packageSignature'> {
  /** Of the lists; empty: they are made up. */
  readonly hosts: readonly Host[];
  /** At most 50. */
  readonly nodes: number;
  /** On the nodes; absent: where EggRoll usually is. */
  readonly eggrollHome?: string;
  /** Absent when MYSQL_FILE is `none`. */
  readonly database?: Pick<DatabaseConfig, 'name' | 'migration'> & {
    readonly user: string;
    readonly image?: string;
    /** Of the user. */
    readonly dump?: string;
  };
  readonly serviceControl: CompleteValues['SERVICE_CONTROL'];
  /** After the switch. */
  readonly startsServices: boolean;
  readonly canary?: string;
  /** Variables that the jobs of the rehearsal get as they are. */
  readonly policies: Readonly<Record<string, string>>;
  /** Variables that are set and do not count in a rehearsal. */
  readonly leftOut: readonly string[];
  readonly homeArchive?: string;
  readonly fromVersion: string;
  readonly faults: number;
  readonly keep: boolean;
  /** Absent: that of the container we run in, or the usual name. */
  readonly jobImage?: string;
  readonly nodeImage: string;
  readonly engine: EngineConfig;
  /** The real cluster, to be read. */
  readonly cluster?: Config;
}

/** What decides how an upgrade is done. */
const policyNames = [
  ...(['CONF_POLICY', 'PURGE', 'REQUIRE_PROOF', 'CONCURRENCY', 'FANOUT', 'VERIFY', 'BACKUP_KEEP'] as const),
  ...(['AUTO_RECOVER', 'START_SERVICES', 'LEFTOVER_WORKERS', 'SERVICE_CONTROL', 'SUPERVISORD_PREFIX'] as const),
  ...(['MYSQL_DB', 'MYSQL_SCRATCH_DB', 'MYSQL_FILE'] as const),
] satisfies readonly VariableName[];

/** What reaches out of the rehearsal, or to what its nodes do not have. */
const leftOutNames = /^(?:HOOK_.*|(?:START|STOP|STATUS)_COMMAND|INIT_ENV_FILE|FATE_FLOW_.*|NOTIFY_URL.*|PLAN_HASH)$/;

/** Throws one UpgradeError with every finding: CONFIG_INVALID, CONFIG_UNKNOWN, LIST_INVALID. */
export async function loadRehearsalConfig(env: Environment): Promise<RehearsalConfig> {
  const { values, findings: wrongValues, usesDatabase } = readVariables(env, true);
  // Everything that reaches the cluster is demanded only when the cluster is to be read.
  const cluster = values.REHEARSE_FROM_CLUSTER ? await loadConfig(env) : undefined;
  const secrets = await readSecrets(env, usesDatabase, true);
  const lists = await readLists(env, values, usesDatabase);
  const engine = await readEngine(env);
  throwFindings([
    ...wrongValues,
    ...secrets.findings,
    ...(await checkStateDir(values.STATE_DIR)),
    ...checkSignatureFiles(values),
    ...checkNodes(values.REHEARSE_NODES),
    ...checkSources(values, usesDatabase),
    ...engine.findings,
    ...findUnknownVariables(env),
    ...lists.findings,
  ]);
  const complete = values as CompleteValues;
  const { hosts } = lists;
  const wanted = complete.REHEARSE_NODES ?? hosts.length;
  return Object.freeze({
    hosts,
    nodes: Math.min(wanted, mostNodes, hosts.length > 0 ? hosts.length : mostNodes),
    ...(values.EGGROLL_HOME !== undefined && { eggrollHome: values.EGGROLL_HOME }),
    packagePath: complete.PKG_BASE_PATH,
    ...(complete.PKG_SHA256 !== undefined && { packageSha256: complete.PKG_SHA256 }),
    ...signatureFiles(complete),
    ...(usesDatabase && { database: databaseOf(complete, values) }),
    serviceControl: complete.SERVICE_CONTROL,
    startsServices: complete.START_SERVICES,
    ...(complete.CANARY_HOST !== undefined && { canary: complete.CANARY_HOST }),
    policies: policiesOf(env),
    leftOut: Object.keys(env).filter((name) => leftOutNames.test(name) && given(env, name) !== undefined),
    ...(complete.REHEARSE_HOME !== undefined && { homeArchive: complete.REHEARSE_HOME }),
    fromVersion: complete.REHEARSE_FROM_VERSION,
    faults: complete.REHEARSE_FAULTS ?? 0,
    keep: complete.REHEARSE_KEEP,
    ...(complete.REHEARSE_JOB_IMAGE !== undefined && { jobImage: complete.REHEARSE_JOB_IMAGE }),
    nodeImage: complete.REHEARSE_NODE_IMAGE,
    engine: engine.engine,
    stateDir: complete.STATE_DIR,
    output: complete.OUTPUT,
    secrets: [...Object.values(secrets.values), ...(cluster?.secrets ?? [])],
    ...(cluster && { cluster }),
  });
}

function databaseOf(complete: CompleteValues, values: Values): NonNullable<RehearsalConfig['database']> {
  const path = complete.MYSQL_FILE;
  return {
    name: complete.MYSQL_DB,
    user: values.MYSQL_USER ?? 'fate',
    migration: path === 'auto' ? { kind: 'auto' } : { kind: 'file', path },
    ...(complete.MYSQL_IMAGE !== undefined && { image: complete.MYSQL_IMAGE }),
    ...(complete.REHEARSE_DUMP !== undefined && { dump: complete.REHEARSE_DUMP }),
  };
}

function policiesOf(env: Environment): Record<string, string> {
  return Object.fromEntries(
    policyNames.flatMap((name) => {
      const value = given(env, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** Without lists, their hosts are made up, if it is said how many. */
async function readLists(env: Environment, values: Values, usesDatabase: boolean) {
  const lists = await readHostLists(env, values, usesDatabase);
  const names = ['NM_FILE', 'RS_FILE'] as const;
  const isAbsent = lists.hosts.length === 0 && names.every((name) => given(env, name) === undefined);
  return isAbsent && values.REHEARSE_NODES !== undefined ? { hosts: [], findings: [] } : lists;
}

function checkNodes(count: number | undefined): Finding[] {
  if (count === undefined || count <= mostNodes) return [];
  return [invalid('REHEARSE_NODES', `Expected at most ${mostNodes} nodes, found ${count}.`)];
}

function checkSources(values: Values, usesDatabase: boolean): Finding[] {
  const both = (name: string) =>
    invalid(name, 'It is set, and REHEARSE_FROM_CLUSTER is true.', 'Take it from one of the two.');
  const fromCluster = values.REHEARSE_FROM_CLUSTER === true;
  return [
    ...(fromCluster && values.REHEARSE_HOME !== undefined ? [both('REHEARSE_HOME')] : []),
    ...(fromCluster && values.REHEARSE_DUMP !== undefined ? [both('REHEARSE_DUMP')] : []),
    ...(values.REHEARSE_DUMP !== undefined && !usesDatabase
      ? [invalid('REHEARSE_DUMP', 'It is set, and MYSQL_FILE is none.', 'Set MYSQL_FILE to auto or a file.')]
      : []),
  ];
}

async function checkStateDir(folder: string | undefined): Promise<Finding[]> {
  const found = folder === undefined ? undefined : await unwritableReason(folder);
  return found === undefined ? [] : [invalid('STATE_DIR', found, 'Name a folder that this account may write.')];
}
