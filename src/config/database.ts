// The database part of the configuration.

import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import type { Finding } from '../engine/errors.ts';
import { isExecutable, readTextFile } from './files.ts';
import { invalid } from './invalid.ts';
import { onOneLine } from './shown.ts';
import type { DatabaseConfig } from './types.ts';
import type { CompleteValues, Values } from './variables.ts';

/** Checks what spans several values; wrong single ones are found elsewhere. Findings are all CONFIG_INVALID. */
export async function checkDatabase(values: Values): Promise<readonly Finding[]> {
  return [...checkScratch(values), ...(await checkClient(values.MYSQL_HOME))];
}

/** Puts together the database part from values without findings. */
export function databaseConfig(
  values: CompleteValues,
  password: string,
  certificates: string | undefined,
): DatabaseConfig {
  const path = values.MYSQL_FILE;
  return {
    host: values.MYSQL_HOST ?? 'localhost',
    port: values.MYSQL_PORT,
    ...(values.MYSQL_SOCK !== undefined && { socketPath: values.MYSQL_SOCK }),
    user: values.MYSQL_USER,
    password,
    name: values.MYSQL_DB,
    scratchName: scratchNameOf(values) ?? '',
    tls: values.MYSQL_TLS,
    ...(certificates !== undefined && { tlsCa: certificates }),
    ...(values.MYSQL_TLS_CA_FILE !== undefined && { tlsCaFile: values.MYSQL_TLS_CA_FILE }),
    ...(values.MYSQL_HOME !== undefined && { clientHome: values.MYSQL_HOME }),
    requireProof: values.REQUIRE_PROOF,
    migration: path === 'auto' ? { kind: 'auto' } : { kind: 'file', path },
    purge: values.PURGE,
  };
}

function scratchNameOf(values: Values): string | undefined {
  return values.MYSQL_SCRATCH_DB ?? (values.MYSQL_DB && `${values.MYSQL_DB}_scratch`);
}

function checkScratch(values: Values): Finding[] {
  const where = 'MYSQL_SCRATCH_DB';
  const name = scratchNameOf(values);
  if (name === undefined) return [];
  if (name.toLowerCase() === values.MYSQL_DB?.toLowerCase()) {
    return [invalid(where, `${name} is MYSQL_DB itself.`, 'Name a schema that does not exist yet.')];
  }
  if (name.length <= 64) return [];
  return [invalid(where, `${name} has more than 64 characters.`, 'Set MYSQL_SCRATCH_DB to a shorter name.')];
}

/** The certificates of MYSQL_TLS_CA_FILE as PEM text. */
export async function readCertificates(values: Values): Promise<{ text?: string; findings: Finding[] }> {
  const path = values.MYSQL_TLS_CA_FILE;
  if (path === undefined) return { findings: [] };
  const file = await readTextFile(path);
  if ('problem' in file) return { findings: [invalid('MYSQL_TLS_CA_FILE', file.problem)] };
  try {
    new X509Certificate(file.text);
    return { text: file.text, findings: [] };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { findings: [invalid('MYSQL_TLS_CA_FILE', `${path} holds no certificate in PEM form (${reason}).`)] };
  }
}

const clients = [
  ['mysql', 'mariadb'],
  ['mysqldump', 'mariadb-dump'],
] as const;

async function checkClient(home: string | undefined): Promise<Finding[]> {
  if (home === undefined) return [];
  const findings: Finding[] = [];
  for (const names of clients) {
    const found = await Promise.all(names.map((name) => isExecutable(join(home, 'bin', name))));
    if (found.includes(true)) continue;
    const remedy = 'Correct MYSQL_HOME, or remove it to use the client in the image.';
    findings.push(
      invalid('MYSQL_HOME', `${onOneLine(join(home, 'bin'))} has no program ${names.join(' or ')}.`, remedy),
    );
  }
  return findings;
}
