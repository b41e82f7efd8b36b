// The environment through envalid: typed values, and one finding per variable that is missing or wrong.

import { customCleanEnv, EnvMissingError } from 'envalid';
import type { Finding } from '../engine/errors.ts';
import { phrase } from '../messages/phrases.ts';
import { specificationOf } from './validators.ts';
import { isSecret, type Values, type Variable, type VariableName, variableNames, variables } from './variables.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface VariablesReading {
  readonly values: Values;
  /** All CONFIG_INVALID. */
  readonly findings: readonly Finding[];
  /** False when MYSQL_FILE is `none`: then the other MYSQL_ variables count for nothing. */
  readonly usesDatabase: boolean;
}

/**
 * Reads everything but the secrets. Never prints, exits or throws. A rehearsal has variables of its own, and requires none: it builds
 * its cluster itself.
 */
export function readVariables(env: Environment, isRehearsal = false): VariablesReading {
  const usesDatabase = given(env, 'MYSQL_FILE') !== 'none';
  const names = variableNames.filter(
    (name) =>
      !isSecret(name) && (usesDatabase || !isDatabaseOnly(name)) && (isRehearsal || variable(name).only !== 'rehearse'),
  );
  const input = Object.fromEntries(names.map((name) => [name, given(env, name) ?? variable(name).default]));
  const specifications = Object.fromEntries(
    names.map((name) => [
      name,
      { ...specificationOf(variable(name)), requiredWhen: () => !isRehearsal && isRequired(name, input) },
    ]),
  );
  const findings: Finding[] = [];
  const reporter = ({ errors }: { errors: Partial<Record<string, Error>> }) => {
    for (const [name, error] of Object.entries(errors)) {
      if (error) findings.push(toFinding(name as VariableName, error));
    }
  };
  // The plain result, without envalid's usual proxy: that one throws for every variable that is wrong.
  const values = customCleanEnv(input, specifications, (cleaned) => cleaned, { reporter }) as unknown as Values;
  return { values, findings, usesDatabase };
}

/** Whether the user set a variable, an empty one counting as unset. */
export function given(env: Environment, name: string): string | undefined {
  return env[name]?.trim() || undefined;
}

function variable(name: VariableName): Variable {
  return variables[name];
}

/** Whether a variable counts for nothing when MYSQL_FILE is `none`. */
export function isDatabaseOnly(name: VariableName): boolean {
  return name.startsWith('MYSQL_') && name !== 'MYSQL_FILE';
}

function isRequired(name: VariableName, input: Environment): boolean {
  const { required } = variable(name);
  return required !== undefined && !(required === 'withTcp' && input['MYSQL_SOCK'] !== undefined);
}

/** The finding for a required variable that is not set. */
export function missingFinding(name: VariableName): Finding {
  const remedy = isSecret(name)
    ? phrase('Set {variable}_FILE or {variable}.', { variable: name })
    : phrase('Set {variable}.', { variable: name });
  const found = `It is required, and not set. Expected: ${variable(name).meaning}.`;
  return { code: 'CONFIG_INVALID', where: name, found, remedy };
}

function toFinding(name: VariableName, error: Error): Finding {
  if (error instanceof EnvMissingError) return missingFinding(name);
  return { code: 'CONFIG_INVALID', where: name, found: error.message };
}
