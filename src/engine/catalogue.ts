// The catalogue of everything that can go wrong: one entry per code, with the exit code and what a person does next.
// The codes are stable: users and tests match on them.

/** Exit codes of every command (DESIGN.md section 2). */
export const exitCodes = {
  ok: 0,
  rolledBack: 10,
  needsDecision: 11,
  usage: 64,
  badInput: 65,
  unreachable: 69,
  defect: 70,
  interrupted: 75,
  refused: 77,
  badConfig: 78,
} as const;

/** What each exit code tells, in Markdown, for the documentation. */
export const exitCodeFacts = {
  ok: { meaning: 'done, or nothing to do', changed: 'as asked' },
  rolledBack: { meaning: 'failed; everything was put back automatically', changed: 'no, in effect' },
  needsDecision: {
    meaning: 'failed; a person must decide: run `recover`, or fix and run `upgrade` again; the message says which',
    changed: 'maybe; the message says',
  },
  usage: { meaning: 'wrong command line', changed: 'no' },
  badInput: { meaning: 'bad input: package, its signature, list, SQL', changed: 'no' },
  unreachable: { meaning: "a node or the database can't be reached", changed: 'no' },
  defect: { meaning: 'a defect in this program', changed: 'see message' },
  interrupted: {
    meaning:
      'stopped early by a signal, a lost lock or a fault that did not pass within two minutes; safe to run again, it resumes',
    changed: 'maybe',
  },
  refused: { meaning: 'refused: login, host key, grants, file permissions', changed: 'no' },
  badConfig: { meaning: 'bad configuration', changed: 'no' },
} as const satisfies Record<keyof typeof exitCodes, { readonly meaning: string; readonly changed: string }>;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Ends that trying the same again does not change: a person must do something first. */
export const finalExitCodes: readonly ExitCode[] = [
  exitCodes.rolledBack,
  exitCodes.needsDecision,
  exitCodes.usage,
  exitCodes.badInput,
  exitCodes.refused,
  exitCodes.badConfig,
];

export interface CatalogueEntry {
  readonly exitCode: ExitCode;
  /** What went wrong, in general. */
  readonly summary: string;
  /** What a person does about it, in general. A finding may say it more exactly. */
  readonly remedy: string;
}

const { badConfig, badInput, unreachable, refused, interrupted, rolledBack, needsDecision, defect, usage } = exitCodes;

export const catalogue = {
  CONFIG_INVALID: {
    exitCode: badConfig,
    summary: 'A variable is missing or has a wrong value.',
    remedy: 'Correct the variable and run the same command again.',
  },
  CONFIG_UNKNOWN: {
    exitCode: badConfig,
    summary: 'A variable with one of our prefixes is not known.',
    remedy: 'Correct its spelling or remove it.',
  },
  USAGE: {
    exitCode: usage,
    summary: 'The command line is wrong.',
    remedy: 'Run the command with --help.',
  },
  LIST_INVALID: {
    exitCode: badInput,
    summary: 'A host list cannot be used.',
    remedy: 'Correct the line that is named.',
  },
  PACKAGE_INVALID: {
    exitCode: badInput,
    summary: 'The EggRoll package cannot be used.',
    remedy: 'Mount a complete EggRoll package: bin, conf, deploy, lib and python.',
  },
  PACKAGE_NOT_SERVED: {
    exitCode: badInput,
    summary: 'The server does not give the package under its address.',
    remedy: 'Correct the address, or what the server expects.',
  },
  PACKAGE_UNREACHABLE: {
    exitCode: unreachable,
    summary: 'The server of the package cannot be reached, or does not send it to its end.',
    remedy: 'Check the address, the network and the proxy, then run the same again: it goes on where it stopped.',
  },
  SIGNATURE_INVALID: {
    exitCode: badInput,
    summary: 'The signature of the package does not hold.',
    remedy:
      'Take the package, its signature and the public key anew from those who made them; do not go on without a signature that holds.',
  },
  SQL_INVALID: {
    exitCode: badInput,
    summary: 'The migration SQL cannot be used.',
    remedy: 'Correct the statement that is named.',
  },
  NODE_UNREACHABLE: {
    exitCode: unreachable,
    summary: 'A node cannot be reached by SSH.',
    remedy: 'Check the address, the port, the network and that sshd runs, then run the same command again.',
  },
  DATABASE_UNREACHABLE: {
    exitCode: unreachable,
    summary: 'The database server cannot be reached.',
    remedy: 'Check MYSQL_HOST, MYSQL_PORT and the network, then run the same command again.',
  },
  HOST_KEY_REFUSED: {
    exitCode: refused,
    summary: "A node's host key is unknown or has changed.",
    remedy: 'Compare the key with the one on the node, then correct SSH_KNOWN_HOSTS_FILE.',
  },
  LOGIN_REFUSED: {
    exitCode: refused,
    summary: 'A node refused the login.',
    remedy: 'Check SSH_USER and the key or password, and authorized_keys on the node.',
  },
  DATABASE_LOGIN_REFUSED: {
    exitCode: refused,
    summary: 'The database server refused the login.',
    remedy: 'Check MYSQL_USER, the password, and from which hosts this account may connect.',
  },
  DATABASE_MISSING: {
    exitCode: badConfig,
    summary: 'The database MYSQL_DB does not exist on the server.',
    remedy: 'Correct MYSQL_DB or MYSQL_HOST.',
  },
  DATABASE_LOST: {
    exitCode: interrupted,
    summary: 'The connection to the database broke while the run was working.',
    remedy: 'Check the database server and the network, then run the same command again: it resumes.',
  },
  DATABASE_FAILED: {
    exitCode: rolledBack,
    summary: 'The database server could not carry out a statement of this program.',
    remedy: 'Correct what the message names and run the same command again.',
  },
  DATABASE_READ_ONLY: {
    exitCode: refused,
    summary: 'The database server accepts no changes.',
    remedy: 'Name the writable server in MYSQL_HOST, or switch read_only off.',
  },
  DATABASE_TOO_OLD: {
    exitCode: refused,
    summary: 'The database server is too old.',
    remedy: 'Take MySQL 5.7 or MariaDB 10.2 at least; or set MYSQL_FILE=none, and see to the database by other means.',
  },
  DATABASE_UNSUPPORTED: {
    exitCode: refused,
    summary: 'The database holds objects that this version cannot put back.',
    remedy: 'Move them to another database for the time of the upgrade.',
  },
  SCRATCH_UNUSABLE: {
    exitCode: refused,
    summary: 'The scratch schema cannot be used.',
    remedy:
      'Grant the right that is shown, or name another schema in MYSQL_SCRATCH_DB, or set REQUIRE_PROOF=false to go on without proof.',
  },
  DUMP_CLIENT_MISSING: {
    exitCode: badConfig,
    summary: 'No client for dumping the database was found.',
    remedy: 'Correct MYSQL_HOME: its bin folder must hold mysqldump or mariadb-dump.',
  },
  BACKUP_FAILED: {
    exitCode: rolledBack,
    summary: 'The database could not be backed up.',
    remedy: 'Correct what the message names and run the same command again.',
  },
  BACKUP_UNPROVEN: {
    exitCode: rolledBack,
    summary: 'The database backup did not restore to an equal database.',
    remedy: 'Look at the difference that is named, then run the same command again.',
  },
  BACKUP_DAMAGED: {
    exitCode: needsDecision,
    summary: 'The database backup is incomplete or was altered.',
    remedy: 'Put back an unharmed copy of the backup folder, then run `recover`.',
  },
  SQL_FAILED_IN_REHEARSAL: {
    exitCode: badInput,
    summary: 'A migration statement failed on a copy of the database.',
    remedy: 'Correct the statement or the data that is named, then run the same command again.',
  },
  SQL_FAILED: {
    exitCode: needsDecision,
    summary: 'A migration statement failed.',
    remedy: 'Run `recover`, or correct the statement and run `upgrade` again.',
  },
  LEDGER_MISMATCH: {
    exitCode: needsDecision,
    summary: 'The database does not fit the record of the migration.',
    remedy: 'Run `recover`, or use the statement file that the run began with.',
  },
  RESTORE_FAILED: {
    exitCode: needsDecision,
    summary: 'The database could not be put back.',
    remedy: 'Correct what the message names, then run `recover` again.',
  },
  NODE_LOST: {
    exitCode: interrupted,
    summary: 'The connection to a node broke while the run was working.',
    remedy: 'Check the node and the network, then run the same command again: it resumes.',
  },
  NODE_UNFIT: {
    exitCode: rolledBack,
    summary: 'A node is not ready for the upgrade.',
    remedy: 'Put the node in order and run the same command again.',
  },
  NODE_FAILED: {
    exitCode: rolledBack,
    summary: 'A command on a node failed.',
    remedy: 'Put right what the message names and run the same command again.',
  },
  HOOK_FAILED: {
    exitCode: rolledBack,
    summary: 'A hook of the site failed.',
    remedy: 'Look at its output above, correct the command, and run the same command again.',
  },
  DISK_FULL: {
    exitCode: rolledBack,
    summary: 'A disk has no room left.',
    remedy: 'Make room and run the same command again.',
  },
  DISK_FAILED: {
    exitCode: rolledBack,
    summary: 'A file on the machine of the run cannot be read or written.',
    remedy: 'Check the volume of STATE_DIR and its permissions, then run the same command again.',
  },
  HOME_INVALID: {
    exitCode: badInput,
    summary: 'EGGROLL_HOME on a node is not an EggRoll home that can be upgraded.',
    remedy: 'Correct EGGROLL_HOME, or the lists.',
  },
  HOME_REFUSED: {
    exitCode: refused,
    summary: 'The folders of EGGROLL_HOME on a node cannot be switched by renames.',
    remedy: 'Give SSH_USER write permission, and keep the five folders real folders on one file system.',
  },
  DOWNGRADE: {
    exitCode: badInput,
    summary: 'The package is older than the cluster.',
    remedy: 'Mount a newer package, or run `recover` to go back to the state before the last upgrade.',
  },
  VERSION_UNSUPPORTED: {
    exitCode: badInput,
    summary: 'An upgrade from this version to that of the package is not known.',
    remedy: 'Take one of the ways that docs/versions.md lists, in two steps if it must be.',
  },
  VERSIONS_DIFFER: {
    exitCode: badInput,
    summary: 'The nodes are on different versions.',
    remedy:
      'Bring the nodes that are named to one version first, or take them out of the lists. Nodes that have the version of the package already are no hindrance.',
  },
  PLAN_CHANGED: {
    exitCode: badInput,
    summary: 'The upgrade would not do what PLAN_HASH stands for.',
    remedy: 'Run `plan` again, look at what it shows now, and set PLAN_HASH to the hash that it ends with.',
  },
  LOCK_HELD: {
    exitCode: interrupted,
    summary: 'Another run holds the lock.',
    remedy: 'Wait until it ends, then run the same command again.',
  },
  LOCK_LOST: {
    exitCode: interrupted,
    summary: 'This run lost its lock.',
    remedy: 'Make sure that no other run works on the cluster, then run the same command again.',
  },
  INTERRUPTED: {
    exitCode: interrupted,
    summary: 'The run was stopped before it was done.',
    remedy: 'Run the same command again to finish, or `recover` to go back.',
  },
  RUN_CONFLICT: {
    exitCode: needsDecision,
    summary: 'An unfinished run of another kind is on the nodes.',
    remedy: 'Finish it with its own package and lists, or go back with `recover`.',
  },
  STATE_UNEXPECTED: {
    exitCode: needsDecision,
    summary: 'A node is in a state that no run of this program leaves.',
    remedy: 'Look at the node; then run `recover`, or `upgrade` again once it is put right.',
  },
  STAGE_MISMATCH: {
    exitCode: rolledBack,
    summary: 'The staged tree on a node is not what it should be.',
    remedy: 'Check the disk of the node and run the same command again.',
  },
  SERVICE_NOT_STOPPED: {
    exitCode: rolledBack,
    summary: 'A service did not stop.',
    remedy: 'Look at the process that is named, then run the same command again.',
  },
  SERVICE_NOT_STARTED: {
    exitCode: rolledBack,
    summary: 'A service did not start, or did not stay up.',
    remedy: 'Look at the log that is named, then run the same command again.',
  },
  VERIFY_FAILED: {
    exitCode: rolledBack,
    summary: 'After the switch a node is not what it should be.',
    remedy: 'Look at the difference that is named.',
  },
  RECOVER_MISMATCH: {
    exitCode: needsDecision,
    summary: 'The old folders are not what they were before the upgrade.',
    remedy: 'Put the files that are named right, or take the old folders as they are; then run `recover` again.',
  },
  GRANT_MISSING: {
    exitCode: refused,
    summary: 'The database account lacks a right that the run needs.',
    remedy: 'Run the GRANT statement that is shown, as an administrator of the server.',
  },
  ENGINE_UNREACHABLE: {
    exitCode: unreachable,
    summary: 'The Docker engine of a rehearsal cannot be reached.',
    remedy: 'Start it, mount its socket, or name it in DOCKER_HOST; then run the same command again.',
  },
  ENGINE_REFUSED: {
    exitCode: refused,
    summary: 'The Docker engine refuses its service, or its host key is not known.',
    remedy: 'Run as an account that may use the engine; in a container, with --group-add and the group of the socket.',
  },
  ENGINE_FAILED: {
    exitCode: rolledBack,
    summary: 'The Docker engine could not do what a rehearsal needs.',
    remedy: 'Look at the message of the engine, and run the same command again.',
  },
  IMAGE_MISSING: {
    exitCode: badConfig,
    summary: 'An image that a rehearsal needs is not on the engine, and it cannot be pulled or built.',
    remedy: 'Load the image into the engine (docker load), or name another one in the variable.',
  },
  REHEARSAL_INPUT_INVALID: {
    exitCode: badInput,
    summary: 'What a rehearsal was given to build its cluster from cannot be used.',
    remedy: 'Correct the dump or the archive that is named.',
  },
  DEFECT: {
    exitCode: defect,
    summary: 'This program has a defect.',
    remedy: 'Report it with the output. Run `recover` if services are down.',
  },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof catalogue;
