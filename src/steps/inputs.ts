// What an upgrade is given: the package and the statements. Validated as a whole before any connection is made.

import { tmpdir } from 'node:os';
import type { Config, DatabaseConfig } from '../config/config.ts';
import { readTextFile } from '../config/files.ts';
import { openPackage } from '../config/package.ts';
import { parseStatements, type Statement } from '../database/statements.ts';
import { UpgradeError } from '../engine/errors.ts';
import { together } from './nodes.ts';
import type { Inputs } from './world.ts';

/** What of a configuration they are found by. */
interface InputPlaces extends Pick<Config, 'packagePath' | 'packageSha256' | 'packageSignature'> {
  readonly database?: Pick<DatabaseConfig, 'name' | 'migration'>;
}

/**
 * Throws PACKAGE_INVALID, SIGNATURE_INVALID and SQL_INVALID, and CONFIG_INVALID for the files of a signature, with all findings.
 * The caller disposes of the package.
 */
export async function loadInputs(config: InputPlaces): Promise<Inputs> {
  const options = { tmpDir: tmpdir(), sha256: config.packageSha256, signature: config.packageSignature };
  const [opened, statements] = await Promise.allSettled([
    openPackage(config.packagePath, options),
    readStatements(config),
  ]);
  if (opened.status === 'fulfilled' && statements.status === 'fulfilled') {
    return { package: opened.value, statements: statements.value };
  }
  if (opened.status === 'fulfilled') await opened.value.dispose();
  throw together([opened, statements].flatMap((part) => (part.status === 'rejected' ? [part.reason] : [])));
}

async function readStatements({ database }: InputPlaces): Promise<readonly Statement[] | undefined> {
  if (!database) return [];
  if (database.migration.kind === 'auto') return undefined;
  const { path } = database.migration;
  const file = await readTextFile(path);
  if (!('problem' in file)) return parseStatements(file.text, path, database.name);
  const remedy = 'Mount the migration SQL, or set MYSQL_FILE to `auto` or `none`.';
  throw new UpgradeError({ code: 'SQL_INVALID', where: 'MYSQL_FILE', found: file.problem, remedy });
}
