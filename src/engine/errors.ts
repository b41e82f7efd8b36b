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

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

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
  GRANT_MISSING: {
    exitCode: refused,
    summary: 'The database account lacks a right that the run needs.',
    remedy: 'Run the GRANT statement that is shown, as an administrator of the server.',
  },
  DEFECT: {
    exitCode: defect,
    summary: 'This program has a defect.',
    remedy: 'Report it with the output. Run `recover` if services are down.',
  },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof catalogue;

/** One thing that is wrong, and what to do about it. */
export interface Finding {
  readonly code: ErrorCode;
  /** Where: a variable, `file:line`, a host, `database eggroll_meta`. */
  readonly where: string;
  /** What was found and, if it helps, what was expected. */
  readonly found: string;
  /** What to do; the catalogue's remedy when absent. */
  readonly remedy?: string;
}

/** The only error type that this program throws on purpose. Carries every finding of a check, never a secret. */
export class UpgradeError extends Error {
  readonly findings: readonly [Finding, ...Finding[]];

  constructor(findings: Finding | readonly [Finding, ...Finding[]], options?: ErrorOptions) {
    const all = 'code' in findings ? ([findings] as const) : findings;
    super(all.map(describeFinding).join('\n'), options);
    this.name = 'UpgradeError';
    this.findings = all;
  }

  get code(): ErrorCode {
    return worstFinding(this.findings).code;
  }

  get exitCode(): ExitCode {
    return catalogue[this.code].exitCode;
  }
}

/** `where: found. remedy` on one line. */
export function describeFinding(finding: Finding): string {
  return `${finding.where}: ${finding.found} ${remedyOf(finding)}`;
}

export function remedyOf(finding: Finding): string {
  return finding.remedy ?? catalogue[finding.code].remedy;
}

/** Throws one error with all findings, if there are any. */
export function throwFindings(findings: readonly Finding[]): void {
  const [first, ...rest] = findings;
  if (first) throw new UpgradeError([first, ...rest]);
}

// Of several findings, the one that a second try cannot cure decides the exit code.
const severity: readonly ExitCode[] = [
  defect,
  badConfig,
  usage,
  badInput,
  refused,
  needsDecision,
  rolledBack,
  unreachable,
  interrupted,
];

function worstFinding(findings: readonly [Finding, ...Finding[]]): Finding {
  const rank = (finding: Finding) => severity.indexOf(catalogue[finding.code].exitCode);
  return findings.reduce((worst, finding) => (rank(finding) < rank(worst) ? finding : worst));
}
