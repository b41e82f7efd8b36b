// What a fresh session is told and asked, so that every run works under the same settings.

import type { Connection, RowDataPacket } from 'mysql2/promise';
import type { DatabaseConfig } from '../config/config.ts';
import { UpgradeError } from '../engine/errors.ts';
import { phrase } from '../messages/phrases.ts';
import { quoteName } from './names.ts';
import { readServerError } from './server-errors.ts';

export interface SessionFacts {
  readonly flavour: 'mysql' | 'mariadb';
  readonly version: string;
  readonly connectionId: number;
  readonly exists: boolean;
  /** The longest statement that the server takes: a longer one would end the session. */
  readonly maxStatementBytes: number;
}

/** What a packet holds beside the statement, attributes of the statement among it, and something to spare. */
export const packetOverheadBytes = 64;

// A runner that is frozen or cut off loses its session, and with it the lock, after wait_timeout: a later run need not wait longer.
// EggRoll writes DATETIME in the server's own zone, so the session keeps that zone, but by name and not by accident.
export const sessionSettings = (lockWaitSeconds: number) => [
  'SET NAMES utf8mb4',
  "SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
  `SET SESSION lock_wait_timeout = ${lockWaitSeconds}, innodb_lock_wait_timeout = ${lockWaitSeconds}`,
  'SET SESSION time_zone = @@GLOBAL.time_zone, autocommit = 1, foreign_key_checks = 1, unique_checks = 1',
  'SET SESSION sql_notes = 1, sql_safe_updates = 0',
  'SET SESSION group_concat_max_len = 65535, wait_timeout = 30, net_read_timeout = 600, net_write_timeout = 600',
];

/** Applies the settings, selects MYSQL_DB and tells what the session is. Throws GRANT_MISSING, and what mysql2 throws. */
export async function setUpSession(
  connection: Connection,
  config: DatabaseConfig,
  settings: readonly string[],
): Promise<SessionFacts> {
  const [rows] = await connection.query<RowDataPacket[]>(
    'SELECT VERSION() AS version, CONNECTION_ID() AS id, @@max_allowed_packet AS packet',
  );
  for (const setting of settings) await connection.query(setting);
  const version = String(rows[0]?.['version']);
  return {
    flavour: /mariadb/i.test(version) ? 'mariadb' : 'mysql',
    version: versionNumber(version),
    connectionId: Number(rows[0]?.['id']),
    exists: await useSchema(connection, config),
    maxStatementBytes: Number(rows[0]?.['packet']) - packetOverheadBytes,
  };
}

async function useSchema(connection: Connection, config: DatabaseConfig): Promise<boolean> {
  try {
    await connection.query(`USE ${quoteName(config.name)}`);
    return true;
  } catch (error) {
    const { errno, message } = readServerError(error);
    if (errno === 1049) return false;
    if (errno !== 1044) throw error;
    const found = `${message}, or there is no such database.`;
    const remedy = phrase('As an administrator of the server, run: {statement}', {
      statement: `GRANT ALL PRIVILEGES ON ${quoteName(config.name)}.* TO ${grantee(message, config)};`,
    });
    throw new UpgradeError(
      { code: 'GRANT_MISSING', where: `database ${config.name}`, found, remedy },
      { cause: error },
    );
  }
}

function grantee(message: string, config: DatabaseConfig): string {
  return /for user ('[^']*'@'[^']*')/.exec(message)?.[1] ?? `'${config.user}'@'%'`;
}

/** `8.0.28-0ubuntu0.20` → `8.0.28`; MariaDB's old `5.5.5-` prefix is dropped. */
function versionNumber(text: string): string {
  return /^(?:5\.5\.5-)?(\d+\.\d+\.\d+)/.exec(text)?.[1] ?? text;
}
