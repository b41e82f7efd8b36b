// Every variable of the configuration as data: the README's table, the validation and the check for typing errors all come from here
// (DESIGN.md section 3).

/** What a value must look like; see `validators.ts`. */
export type VariableKind =
  | 'text'
  | 'localPath'
  | 'nodePath'
  | 'hostName'
  | 'databaseName'
  | 'port'
  | 'count'
  | 'flag'
  | 'sha256'
  | 'jobName'
  | 'choice';

export interface Variable {
  readonly kind: VariableKind;
  /** As a user would write it. Absent: the variable is required or optional, as `required` says. */
  readonly default?: string;
  /** Shown in place of a default that depends on other variables. */
  readonly defaultText?: string;
  /** `withDatabase`: unless MYSQL_FILE is `none`; `withTcp`: and there is no MYSQL_SOCK. */
  readonly required?: 'always' | 'withDatabase' | 'withTcp';
  /** Counts for that command alone. */
  readonly only?: 'rehearse';
  /** One of `kind: 'choice'`. */
  readonly choices?: readonly string[];
  /** Has a twin NAME_FILE that names a file with the value; never shown. */
  readonly secret?: true;
  readonly meaning: string;
  /** Options of EggRoll's upgrade_helper.py that this variable replaces. */
  readonly oldOption?: string;
}

export const variables = {
  NM_FILE: {
    kind: 'localPath',
    default: '/config/nm_ip_list',
    meaning: 'list of ClusterManager and NodeManager hosts',
    oldOption: '-c --nm_file',
  },
  RS_FILE: {
    kind: 'localPath',
    default: '/config/rs_ip_list',
    meaning: 'list of hosts that run RollSite alone; may be empty',
    oldOption: '-r --rs_file',
  },
  EGGROLL_HOME: {
    kind: 'nodePath',
    required: 'always',
    meaning: 'absolute path of EggRoll on the nodes',
    oldOption: '-e --egg_home',
  },
  PKG_BASE_PATH: {
    kind: 'localPath',
    default: '/package',
    meaning: 'folder that holds `eggroll/`, or is it, or a `.tar.gz` or `.tgz` of either',
    oldOption: '-k --pkg_base_path',
  },
  PKG_SHA256: { kind: 'sha256', meaning: 'when set, an archive with another digest is refused' },
  PKG_SIGNATURE_FILE: {
    kind: 'localPath',
    meaning:
      'detached signature of the archive, Ed25519 by OpenSSL or minisign; another archive is refused; with PKG_PUBLIC_KEY_FILE',
  },
  PKG_PUBLIC_KEY_FILE: { kind: 'localPath', meaning: 'public key of whoever signs packages: PEM, or that of minisign' },
  MYSQL_HOME: {
    kind: 'localPath',
    defaultText: 'client in the image',
    meaning: 'folder whose `bin/` has `mysql` and `mysqldump`',
    oldOption: '-m --mysql_home',
  },
  MYSQL_HOST: { kind: 'hostName', required: 'withTcp', meaning: 'database server', oldOption: '-t --mysql_host' },
  MYSQL_PORT: { kind: 'port', default: '3306', meaning: 'its port', oldOption: '-p --mysql_port' },
  MYSQL_DB: {
    kind: 'databaseName',
    default: 'eggroll_meta',
    meaning: 'database of EggRoll',
    oldOption: '-b --mysql_db',
  },
  MYSQL_USER: {
    kind: 'text',
    required: 'withDatabase',
    meaning: 'account of the database',
    oldOption: '-u --mysql_user',
  },
  MYSQL_PWD: {
    kind: 'text',
    secret: true,
    required: 'withDatabase',
    meaning: 'its password',
    oldOption: '-w --mysql_pwd',
  },
  MYSQL_SOCK: { kind: 'localPath', meaning: 'when set, used instead of TCP', oldOption: '-S --mysql_sock' },
  MYSQL_FILE: {
    kind: 'localPath',
    default: '/config/mysql_file.sql',
    meaning: 'migration SQL; `auto`: the built-in migration for the detected versions; `none`: no database work',
    oldOption: '-s --mysql_file',
  },
  MYSQL_TLS: {
    kind: 'choice',
    choices: ['off', 'preferred', 'required', 'verify'],
    default: 'preferred',
    meaning: 'encryption of the connection to the database',
  },
  MYSQL_TLS_CA_FILE: { kind: 'localPath', meaning: 'certificates (PEM) that sign the one of the database server' },
  MYSQL_SCRATCH_DB: {
    kind: 'databaseName',
    defaultText: '`<MYSQL_DB>_scratch`',
    meaning: 'scratch schema for proving backups and rehearsing SQL; created and dropped by the run',
  },
  SSH_USER: { kind: 'text', default: 'app', meaning: 'account on the nodes' },
  SSH_PORT: { kind: 'port', default: '22', meaning: 'port of sshd on the nodes' },
  SSH_PRIVATE_KEY_FILE: {
    kind: 'localPath',
    default: '/secrets/ssh/id',
    meaning: 'private key; not needed with SSH_PASSWORD',
  },
  SSH_PASSPHRASE: { kind: 'text', secret: true, meaning: 'passphrase of the private key' },
  SSH_PASSWORD: { kind: 'text', secret: true, meaning: 'password, in place of a private key' },
  SSH_KNOWN_HOSTS_FILE: {
    kind: 'localPath',
    default: '/secrets/ssh/known_hosts',
    meaning: 'host keys in OpenSSH format, hashed names too',
  },
  SSH_HOST_KEY_CHECKING: {
    kind: 'choice',
    choices: ['strict', 'accept-new'],
    default: 'strict',
    meaning: '`accept-new` records the first key seen under STATE_DIR and refuses a changed one',
  },
  SSH_JUMP: { kind: 'text', meaning: '`user@host:port` of jump hosts, several separated by commas, in order' },
  SERVICE_CONTROL: {
    kind: 'choice',
    choices: ['eggroll', 'supervisord', 'none'],
    default: 'eggroll',
    meaning: 'what starts and stops services: bin/eggroll.sh, service.sh of supervisord, or nobody',
  },
  SUPERVISORD_HOME: {
    kind: 'nodePath',
    default: '/data/projects/common/supervisord',
    meaning: 'folder of service.sh on the nodes',
  },
  SUPERVISORD_PREFIX: {
    kind: 'text',
    default: 'fate-',
    meaning: "what comes before `clustermanager`, `nodemanager`, `rollsite` in the names of supervisord's programs",
  },
  START_COMMAND: {
    kind: 'text',
    meaning: 'command that starts a service on a node, its name as `$1`, in the place of the script; with STOP_COMMAND',
  },
  STOP_COMMAND: { kind: 'text', meaning: 'command that stops a service on a node, its name as `$1`' },
  STATUS_COMMAND: {
    kind: 'text',
    meaning:
      'command that must end well once a service was started, its name as `$1`; beside what processes and ports tell',
  },
  INIT_ENV_FILE: { kind: 'nodePath', meaning: 'file on the nodes that is sourced before service commands' },
  START_SERVICES: { kind: 'flag', default: 'true', meaning: 'start what was running before, after the switch' },
  LEFTOVER_WORKERS: {
    kind: 'choice',
    choices: ['end', 'refuse'],
    default: 'end',
    meaning:
      'workers of sessions that outlive their NodeManager: `end` ends them and names each, `refuse` stops nothing while workers run',
  },
  FATE_FLOW_SERVICE: {
    kind: 'nodePath',
    meaning:
      "path of fate_flow's service.sh: fate_flow stops before EggRoll's services and starts once they are up; with FATE_FLOW_HOST",
  },
  FATE_FLOW_HOST: {
    kind: 'text',
    meaning: 'host of fate_flow, as in a list: `host`, `user@host`, `host:port`; it need not be in one',
  },
  CONF_POLICY: {
    kind: 'choice',
    choices: ['merge', 'keep', 'package'],
    default: 'merge',
    meaning: 'what becomes of conf on the nodes',
  },
  REQUIRE_PROOF: {
    kind: 'flag',
    default: 'true',
    meaning: 'refuse when no scratch schema can be had; `false` goes on without proof and says so',
  },
  PURGE: {
    kind: 'choice',
    choices: ['none', 'eggroll', 'fate', 'all'],
    default: 'none',
    meaning: 'clean-up of run-time tables, after a backup of what is purged',
  },
  PLAN_HASH: { kind: 'sha256', meaning: 'hash that `plan` has shown; `upgrade` refuses to do anything else' },
  CANARY_HOST: {
    kind: 'hostName',
    meaning:
      'host of a list that is staged, switched and checked first, alone; when that fails, no other node is touched',
  },
  NOTIFY_URL: { kind: 'text', secret: true, meaning: 'address that the result is posted to, as JSON, at the end' },
  STATE_DIR: {
    kind: 'localPath',
    default: '/state',
    meaning: 'dumps, reports, accepted host keys; must outlive the container',
  },
  CONCURRENCY: { kind: 'count', default: '16', meaning: 'nodes worked on at once' },
  FANOUT: {
    kind: 'choice',
    choices: ['auto', 'direct'],
    default: 'auto',
    meaning: '`auto`: nodes pass content on to each other; `direct`: the runner sends to each',
  },
  VERIFY: {
    kind: 'choice',
    choices: ['changed', 'full'],
    default: 'changed',
    meaning:
      'files on the nodes that are hashed: `changed`: those that were written to since a run has hashed them; `full`: every one',
  },
  BACKUP_KEEP: { kind: 'count', default: '3', meaning: 'runs whose backups `prune` keeps' },
  AUTO_RECOVER: {
    kind: 'flag',
    default: 'true',
    meaning: 'put everything back when the upgrade fails after the switch began',
  },
  LOCK_WAIT_SECONDS: {
    kind: 'count',
    defaultText: 'not at all',
    meaning: 'how long to wait for another run that holds the lock, before giving up (75)',
  },
  RETRY_OF: {
    kind: 'jobName',
    meaning:
      'name of the job, where what starts it again cannot tell exit codes apart: once a try has ended so that another one changes nothing (10, 11, 64, 65, 77, 78), further tries repeat that result and do nothing',
  },
  OUTPUT: { kind: 'choice', choices: ['auto', 'tty', 'plain', 'json'], default: 'auto', meaning: 'form of the output' },
  REHEARSE_HOME: {
    kind: 'localPath',
    only: 'rehearse',
    defaultText: 'a simulated home',
    meaning:
      '`rehearse`: archive (`.tar`, `.tar.gz`, `.tgz`) of the EGGROLL_HOME that every node of the rehearsal gets',
  },
  REHEARSE_FROM_VERSION: {
    kind: 'text',
    only: 'rehearse',
    default: '2.0.2',
    meaning: '`rehearse`: EggRoll version of the simulated homes and of the simulated database',
  },
  REHEARSE_DUMP: {
    kind: 'localPath',
    only: 'rehearse',
    defaultText: 'the schema of that version with made-up rows',
    meaning: '`rehearse`: dump of the database, as `mysqldump` makes it, also with gzip',
  },
  REHEARSE_NODES: {
    kind: 'count',
    only: 'rehearse',
    defaultText: 'as many as the lists name, at most 50',
    meaning: '`rehearse`: number of nodes; where there are no lists, they are made up',
  },
  REHEARSE_FAULTS: {
    kind: 'count',
    only: 'rehearse',
    meaning: '`rehearse`: how often an upgrade is killed at a random moment, and resumed, after all else went well',
  },
  REHEARSE_FROM_CLUSTER: {
    kind: 'flag',
    only: 'rehearse',
    default: 'false',
    meaning: '`rehearse`: read homes (without data and logs) and database from the real cluster; changes nothing there',
  },
  REHEARSE_KEEP: {
    kind: 'flag',
    only: 'rehearse',
    default: 'false',
    meaning: '`rehearse`: leave the cluster of the rehearsal running, and say how to look around and how to remove it',
  },
  REHEARSE_JOB_IMAGE: {
    kind: 'text',
    only: 'rehearse',
    defaultText: 'the image it runs from, else `eggroll-upgrade:local`',
    meaning: '`rehearse`: image of the jobs',
  },
  REHEARSE_NODE_IMAGE: {
    kind: 'text',
    only: 'rehearse',
    default: 'eggroll-upgrade-node:local',
    meaning: '`rehearse`: image of the nodes; built where the engine has none of that name',
  },
  MYSQL_IMAGE: {
    kind: 'text',
    only: 'rehearse',
    defaultText: '`eggroll-upgrade-base/mysql:local`, where the engine has it, else `mysql:8.4`',
    meaning: '`rehearse`: image of the database server, MySQL or MariaDB of the version that you run',
  },
  MESSAGES: {
    kind: 'choice',
    choices: ['auto', 'en', 'zh'],
    default: 'auto',
    meaning: 'language of messages; `auto`: Chinese where LC_ALL, LC_MESSAGES or LANG begins with `zh`, else English',
  },
} as const satisfies Record<string, Variable>;

export type VariableName = keyof typeof variables;

export type SecretName = {
  [N in VariableName]: (typeof variables)[N] extends { secret: true } ? N : never;
}[VariableName];

type Parsed<V> = V extends { choices: readonly (infer C)[] }
  ? C
  : V extends { kind: 'port' | 'count' }
    ? number
    : V extends { kind: 'flag' }
      ? boolean
      : string;

/** Values by variable; undefined where a value is not set or wrong. */
export type Values = { readonly [N in Exclude<VariableName, SecretName>]: Parsed<(typeof variables)[N]> | undefined };

type Table = typeof variables;

type Surely<V> = V extends { default: string } | { required: 'always' | 'withDatabase' }
  ? Parsed<V>
  : Parsed<V> | undefined;

/** Values once nothing was found wrong. Those of the database are there only when MYSQL_FILE is not `none`. */
export type CompleteValues = { readonly [N in Exclude<VariableName, SecretName>]: Surely<Table[N]> };

export const variableNames = Object.keys(variables) as VariableName[];

export function isSecret(name: VariableName): name is SecretName {
  return 'secret' in variables[name];
}

/** Every name that the environment may hold: the variables and the `_FILE` twins of the secrets. */
export const knownNames: readonly string[] = variableNames.flatMap((name) =>
  isSecret(name) ? [name, `${name}_FILE`] : [name],
);
