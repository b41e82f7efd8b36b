// Secrets: from a variable or from the file that its _FILE twin names. A value never stands in a message.

import type { Finding } from '../engine/errors.ts';
import type { Saying } from '../messages/phrases.ts';
import { readTextFile } from './files.ts';
import { type Environment, isDatabaseOnly, missingFinding } from './read-variables.ts';
import { onOneLine } from './shown.ts';
import { isSecret, type SecretName, variableNames } from './variables.ts';

export type Secrets = { [N in SecretName]?: string };

/** Reads every secret; the database's is required when there is database work, and not read otherwise; a rehearsal requires none. Findings are all CONFIG_INVALID. */
export async function readSecrets(
  env: Environment,
  usesDatabase: boolean,
  isRehearsal = false,
): Promise<{ values: Secrets; findings: readonly Finding[] }> {
  const values: Secrets = {};
  const findings: Finding[] = [];
  for (const name of variableNames.filter(isSecret)) {
    if (isDatabaseOnly(name) && !usesDatabase) continue;
    const reading = await readSecret(name, env);
    if (reading.value !== undefined) values[name] = reading.value;
    if (reading.value === undefined && reading.findings.length === 0 && isDatabaseOnly(name) && !isRehearsal) {
      findings.push(missingFinding(name));
    }
    findings.push(...reading.findings);
  }
  return { values, findings };
}

export interface SecretReading {
  readonly value?: string;
  readonly findings: readonly Finding[];
}

/**
 * Reads NAME or the file that NAME_FILE names (one line break at its end is cut). Findings, all CONFIG_INVALID: both are set,
 * the file cannot be read, or it is empty. Neither set is no finding: whoever needs the secret says so.
 */
export async function readSecret(name: SecretName, env: Environment): Promise<SecretReading> {
  const value = env[name] || undefined;
  const path = env[`${name}_FILE`] || undefined;
  if (value !== undefined && path !== undefined) {
    return invalid(name, `Both ${name} and ${name}_FILE are set.`, 'Set one of them.');
  }
  if (path === undefined) return { ...(value !== undefined && { value }), findings: [] };
  const file = await readTextFile(path);
  if ('problem' in file) {
    // Without a slash it may be the secret itself, written where its file is to be named.
    const found = path.includes('/') ? file.problem : 'The file that it names cannot be read.';
    return invalid(`${name}_FILE`, found, 'Mount a file that this account may read, and name it by its whole path.');
  }
  const text = file.text.replace(/\r?\n$/, '');
  if (text === '') return invalid(`${name}_FILE`, `${onOneLine(path)} is empty.`, 'Write the secret into the file.');
  return { value: text, findings: [] };
}

function invalid(where: string, found: string, remedy: Saying): SecretReading {
  return { findings: [{ code: 'CONFIG_INVALID', where, found, remedy }] };
}
