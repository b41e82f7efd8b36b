// SQL for the init folder of a database server: the account with its rights, the schema of a release, its rows.

import type { Release } from './releases.ts';
import { schemaSql } from './schema.ts';
import { type SeedOptions, seedSql } from './seed.ts';

export interface Account {
  readonly database: string;
  readonly user: string;
  readonly password: string;
  /** Scratch schema; that of the database's name when absent. */
  readonly scratch?: string;
}

export interface DatabaseInit extends SeedOptions, Account {
  readonly version: Release;
}

/** File name to SQL; the names sort in the order in which the files must run, as an administrator. */
export function databaseInitFiles(init: DatabaseInit): ReadonlyMap<string, string> {
  const use = `USE \`${init.database}\`;\n`;
  return new Map([
    ['10-account.sql', accountSql(init)],
    ['20-schema.sql', use + schemaSql(init.version)],
    ['30-rows.sql', use + seedSql(init.version, init)],
  ]);
}

/** The metadata, the scratch schema that proves backups, and FATE's own database, which PURGE may be asked to clean. */
export function accountSql({ database, user, password, scratch = `${database}_scratch` }: Account): string {
  const account = `'${user.replaceAll("'", "''")}'@'%'`;
  const schemas = [database, scratch, 'fate_flow'];
  return [
    `CREATE DATABASE IF NOT EXISTS \`${database}\` DEFAULT CHARACTER SET latin1 COLLATE latin1_swedish_ci;`,
    // An entrypoint that has made it already gave it the server's own.
    `ALTER DATABASE \`${database}\` DEFAULT CHARACTER SET latin1 COLLATE latin1_swedish_ci;`,
    `CREATE USER IF NOT EXISTS ${account} IDENTIFIED BY '${password}';`,
    // One that the entrypoint has made, as root's, has another password.
    `ALTER USER ${account} IDENTIFIED BY '${password}';`,
    ...schemas.map((schema) => `GRANT ALL PRIVILEGES ON \`${schema}\`.* TO ${account};`),
    '',
  ].join('\n');
}
