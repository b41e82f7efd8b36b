// The one error that this program throws on purpose: findings from the catalogue, never a secret.

import { type Language, type Saying, told } from '../messages/phrases.ts';
import { catalogue, type ErrorCode, type ExitCode, exitCodes } from './catalogue.ts';
import { chineseCatalogue } from './catalogue-zh.ts';

/** One thing that is wrong, and what to do about it. */
export interface Finding {
  readonly code: ErrorCode;
  /** Where: a variable, `file:line`, a host, `database eggroll_meta`. */
  readonly where: string;
  /** What was found and, if it helps, what was expected. */
  readonly found: string;
  /** What to do; the catalogue's remedy when absent. */
  readonly remedy?: Saying;
}

/** A finding as it is told: what to do is a text in the language of the run. */
export interface ToldFinding extends Omit<Finding, 'remedy'> {
  readonly remedy?: string;
}

/** The only error type that this program throws on purpose. Carries every finding of a check, never a secret. */
export class UpgradeError extends Error {
  readonly findings: readonly [Finding, ...Finding[]];

  constructor(findings: Finding | readonly [Finding, ...Finding[]], options?: ErrorOptions) {
    const all = 'code' in findings ? ([findings] as const) : findings;
    super(all.map((finding) => describeFinding(finding)).join('\n'), options);
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

/**
 * `where: found. remedy` on one line. In Chinese what the code means comes first, as what was found is told in English by whatever
 * found it.
 */
export function describeFinding(finding: Finding | ToldFinding, language: Language = 'en'): string {
  return `${describeFound(finding, language)} ${remedyOf(finding, language)}`;
}

/** The same without what to do. */
export function describeFound({ code, where, found }: Finding | ToldFinding, language: Language = 'en'): string {
  return language === 'zh' ? `${where}：${chineseCatalogue[code].summary}${found}` : `${where}: ${found}`;
}

/** What to do: what the finding itself says, else what the catalogue says. */
export function remedyOf({ code, remedy }: Finding | ToldFinding, language: Language = 'en'): string {
  if (remedy === undefined) return (language === 'zh' ? chineseCatalogue : catalogue)[code].remedy;
  // What was told already is no template of ours, and stays as it is.
  return told(language, remedy as Saying);
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
