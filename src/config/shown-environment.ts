// Which variables were set, for the report of a run: values of secrets are not among them, nor those of hooks, which may hold some.

import { type Environment, given } from './read-variables.ts';
import { isSecret, knownNames, type VariableName, variableNames } from './variables.ts';

export interface ShownVariable {
  readonly name: string;
  /** Absent where it is nobody's business: then it is known only that the variable was set. */
  readonly value?: string;
}

/** Every variable of ours that was set, in the order of the README's table; hooks come last. */
export function shownEnvironment(env: Environment): ShownVariable[] {
  const hooks = Object.keys(env)
    .filter((name) => /^HOOK_[A-Z0-9_]+_(BEFORE|AFTER)$/.test(name))
    .sort();
  return [...knownNames, ...hooks].flatMap((name) => {
    const value = given(env, name);
    if (value === undefined) return [];
    return [isPrivate(name) ? { name } : { name, value }];
  });
}

function isPrivate(name: string): boolean {
  const isVariable = (variableNames as readonly string[]).includes(name);
  return !knownNames.includes(name) || (isVariable && isSecret(name as VariableName));
}
