// The site's own commands around the steps of a run: HOOK_<STEP>_BEFORE and HOOK_<STEP>_AFTER.

import type { Finding } from '../engine/errors.ts';
import { phrase } from '../messages/phrases.ts';
import type { Environment } from './read-variables.ts';
import { onOneLine } from './shown.ts';
import type { HookConfig } from './types.ts';
import { isSecret, variableNames } from './variables.ts';

/** Steps that may have hooks, by their ids. */
export const hookSteps: readonly string[] = [
  'preflight',
  'lock',
  'open-run',
  'stage',
  'rehearse-sql',
  'stop-services',
  'back-up-database',
  'switch',
  'migrate',
  'purge',
  'start-services',
  'verify',
  'finish',
];

/** What a hook finds in its environment beside the job's own variables. */
export const hookVariables = {
  EGGROLL_UPGRADE_RUN: 'the run',
  EGGROLL_UPGRADE_STEP: 'the step, such as `stop-services`',
  EGGROLL_UPGRADE_MOMENT: '`before` or `after`',
  EGGROLL_UPGRADE_DIRECTION: '`forward` on the way to the new version, `back` when the step is taken back',
  EGGROLL_UPGRADE_FROM: 'the version of the cluster; empty as long as it is not known',
  EGGROLL_UPGRADE_TO: 'the version of the package',
  EGGROLL_UPGRADE_HOSTS: 'the hosts of both lists, separated by blanks',
} as const satisfies Record<string, string>;

const hookName = /^HOOK_([A-Z0-9_]+)_(BEFORE|AFTER)$/;
const looksLikeOne = /^HOOKS?_/;

/** The hooks that are set, and a CONFIG_UNKNOWN for each name that begins like one and is none. */
export function readHooks(env: Environment): { readonly hooks: HookConfig; readonly findings: readonly Finding[] } {
  const commands = new Map<string, string>();
  const findings: Finding[] = [];
  for (const [name, value] of Object.entries(env)) {
    if (!looksLikeOne.test(name) || !value?.trim()) continue;
    const key = keyOf(name);
    if (key) commands.set(key, value);
    else findings.push(unknownHook(name));
  }
  return { hooks: { commands, environment: withoutSecrets(env) }, findings };
}

/** `STOP_SERVICES` for `stop-services`. */
export function hookWord(step: string): string {
  return step.toUpperCase().replaceAll('-', '_');
}

/** `stop-services before` for HOOK_STOP_SERVICES_BEFORE; undefined for a name that is no hook's. */
function keyOf(name: string): string | undefined {
  const [, step = '', moment = ''] = hookName.exec(name) ?? [];
  const id = step.toLowerCase().replaceAll('_', '-');
  return hookSteps.includes(id) ? `${id} ${moment.toLowerCase()}` : undefined;
}

function unknownHook(name: string): Finding {
  const steps = hookSteps.map(hookWord).join(', ');
  const remedy = phrase('A hook is called HOOK_<STEP>_BEFORE or HOOK_<STEP>_AFTER; the steps are {steps}.', { steps });
  return { code: 'CONFIG_UNKNOWN', where: onOneLine(name), found: 'There is no such hook.', remedy };
}

function withoutSecrets(env: Environment): Readonly<Record<string, string>> {
  const secret = new Set<string>(variableNames.filter(isSecret));
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined || secret.has(name) ? [] : [[name, value]])),
  );
}
