// How every connection to the database server is made.

import type { ConnectionOptions } from 'mysql2/promise';
import type { DatabaseConfig } from '../config/config.ts';

const connectTimeoutMs = 10_000;

/** Options for any connection with this configuration, by TLS or not. */
export function connectionOptions(config: DatabaseConfig, encrypted: boolean): ConnectionOptions {
  const verify = config.tls === 'verify';
  const ssl = { rejectUnauthorized: verify, verifyIdentity: verify, ...(config.tlsCa ? { ca: config.tlsCa } : {}) };
  return {
    ...(config.socketPath ? { socketPath: config.socketPath } : { host: config.host, port: config.port }),
    user: config.user,
    password: config.password,
    connectTimeout: connectTimeoutMs,
    enableKeepAlive: true,
    keepAliveInitialDelay: 10_000,
    charset: 'utf8mb4_general_ci',
    supportBigNumbers: true,
    bigNumberStrings: true,
    dateStrings: true,
    multipleStatements: false,
    flags: ['-LOCAL_FILES'],
    ...(encrypted ? { ssl } : {}),
  };
}
