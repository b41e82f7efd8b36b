// The one error that this program throws on purpose: findings from the catalogue, never a secret.

import { catalogue, type ErrorCode, type ExitCode, exitCodes } from './catalogue.ts';

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
  exitCodes.defect,
  exitCodes.badConfig,
  exitCodes.usage,
  exitCodes.badInput,
  exitCodes.refused,
  exitCodes.needsDecision,
  exitCodes.rolledBack,
  exitCodes.unreachable,
  exitCodes.interrupted,
];

function worstFinding(findings: readonly [Finding, ...Finding[]]): Finding {
  const rank = (finding: Finding) => severity.indexOf(catalogue[finding.code].exitCode);
  return findings.reduce((worst, finding) => (rank(finding) < rank(worst) ? finding : worst));
}
