// Real database servers in containers, and databases of EggRoll's shape in them.

import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import type { DatabaseConfig } from '../../src/config/config.ts';
import type { ClientTools } from '../../src/database/client.ts';
import { connectDatabase, type Database, type DatabaseOptions } from '../../src/database/database.ts';
import { inheritLock, takeLock } from '../../src/database/lock.ts';
import { databaseOf, type Flavour, rootPassword, type StartedTestContainer, startupMs } from './containers.ts';
import { pauseContainer, unpauseContainer } from './docker.ts';

// Ryuk is one more image to pull; every test stops what it started.

/** Every character that an options file, a shell or a URL could stumble over. */
export const userPassword = `p"a's#s\\n $x\`;ü`;
const userName = 'fate';

export interface TestServer {
  readonly flavour: Flavour;
  readonly host: string;
  readonly port: number;
  /** For `ClientTools`: a folder of its own for temporary files. */
  readonly tools: ClientTools;
  /** Makes a database with rights on it and on its scratch schema, and gives the configuration to reach it. */
  createDatabase(options?: { readonly scratchRights?: boolean }): Promise<DatabaseConfig>;
  /** Runs statements as root, in a database if one is named. */
  asRoot(sql: string | readonly string[], database?: string): Promise<RowDataPacket[]>;
  /** Freezes and thaws the server without closing its connections. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts a server, with folders of this machine that it can read under the same names. Its clients stand in `clientHome/bin` as
 * scripts that run the server's own client inside the container.
 */
export async function startServer(
  flavour: Flavour,
  command: readonly string[] = [],
  folders: readonly string[] = [],
): Promise<TestServer> {
  const container = await databaseOf(flavour)
    .withBindMounts(folders.map((folder) => ({ source: folder, target: folder, mode: 'ro' })))
    .withCommand([flavour === 'mysql' ? 'mysqld' : 'mariadbd', ...command])
    .start();
  const folder = await mkdtemp(join(tmpdir(), 'eggroll-upgrade-test-'));
  const clientHome = join(folder, 'client');
  await writeClients(container.getId(), clientHome, flavour);
  let databases = 0;

  const connectRoot = (): Promise<Connection> =>
    createConnection({
      host: container.getHost(),
      port: container.getMappedPort(3306),
      user: 'root',
      password: rootPassword,
    });
  const asRoot = async (sql: string | readonly string[], database?: string): Promise<RowDataPacket[]> => {
    const connection = await connectRoot();
    try {
      if (database) await connection.query(`USE \`${database}\``);
      let rows: RowDataPacket[] = [];
      for (const statement of [sql].flat()) [rows] = await connection.query<RowDataPacket[]>(statement);
      return rows;
    } finally {
      await connection.end();
    }
  };

  await untilAnswers(connectRoot);
  await asRoot(`CREATE USER '${userName}'@'%' IDENTIFIED BY ${quoteText(userPassword)}`);
  return {
    flavour,
    host: container.getHost(),
    get port() {
      return container.getMappedPort(3306);
    },
    tools: { path: process.env['PATH'] ?? '', tempDir: folder },
    async createDatabase({ scratchRights = true } = {}) {
      databases += 1;
      const name = `eggroll_meta_${databases}`;
      const scratchName = `${name}_scratch`;
      await asRoot([
        `CREATE DATABASE ${name} CHARACTER SET latin1`,
        `GRANT ALL PRIVILEGES ON ${name}.* TO '${userName}'@'%'`,
        ...(scratchRights ? [`GRANT ALL PRIVILEGES ON ${scratchName}.* TO '${userName}'@'%'`] : []),
      ]);
      return databaseConfig(container, name, scratchName, clientHome);
    },
    asRoot,
    pause: () => pauseContainer(container.getId()),
    resume: () => unpauseContainer(container.getId()),
    async stop() {
      await container.stop({ timeout: 0 });
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Connects as the run does, closes after `use`. */
export async function withDatabase<T>(
  config: DatabaseConfig,
  use: (db: Database) => Promise<T>,
  options: DatabaseOptions = {},
): Promise<T> {
  const db = await connectDatabase(config, options);
  try {
    return await use(db);
  } finally {
    await db.close();
  }
}

/** Takes the lock as a run does whose holder before is dead, or throws LOCK_HELD. */
export async function acquireLock(db: Database, holder: string): Promise<void> {
  if (!(await takeLock(db, holder))) await inheritLock(db, holder);
}

/** As `withDatabase`, under the lock. */
export function withLockedDatabase<T>(
  config: DatabaseConfig,
  use: (db: Database) => Promise<T>,
  options: DatabaseOptions = {},
): Promise<T> {
  return withDatabase(
    config,
    async (db) => {
      await acquireLock(db, 'test');
      return use(db);
    },
    options,
  );
}

/** Tables of the 2.0.2 shape that matter for the migration to 2.2.1 (EGGROLL.md section 5), with rows. */
export const schema20: readonly string[] = [
  `CREATE TABLE store_option (store_locator_id VARCHAR(2000), name VARCHAR(255) NOT NULL, data VARCHAR(2000) NOT NULL DEFAULT '',
    created_at DATETIME DEFAULT CURRENT_TIMESTAMP, updated_at DATETIME DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
    INDEX (store_locator_id(768))) ENGINE=InnoDB DEFAULT CHARSET=latin1`,
  `CREATE TABLE session_option (session_id VARCHAR(2000), name VARCHAR(255) NOT NULL, data VARCHAR(2000) NOT NULL DEFAULT '',
    created_at DATETIME DEFAULT CURRENT_TIMESTAMP, updated_at DATETIME DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
    INDEX (session_id(768))) ENGINE=InnoDB DEFAULT CHARSET=latin1`,
  `CREATE TABLE session_main (session_id VARCHAR(2000) NOT NULL PRIMARY KEY, name VARCHAR(2000) NOT NULL DEFAULT '',
    status VARCHAR(255) NOT NULL) ENGINE=InnoDB DEFAULT CHARSET=latin1`,
  `CREATE TABLE server_node (server_node_id SERIAL PRIMARY KEY, name VARCHAR(2000) NOT NULL DEFAULT '', host VARCHAR(1000) NOT NULL,
    port INT NOT NULL, node_type VARCHAR(255) NOT NULL, status VARCHAR(255) NOT NULL, INDEX (host(600), port, node_type(100)))
    ENGINE=InnoDB DEFAULT CHARSET=latin1`,
  "INSERT INTO store_option (store_locator_id, name, data) VALUES ('1', 'a', 'x'), ('2', 'b', 'it''s; \\\\ \"quoted\"\\n'), ('3', 'c', 'é')",
  "INSERT INTO session_option (session_id, name, data) VALUES ('s1', 'k', 'v'), ('s2', 'k', '')",
  "INSERT INTO session_main VALUES ('s1', 'first', 'ACTIVE'), ('s2', 'second', 'KILLED')",
  "INSERT INTO server_node (host, port, node_type, status) VALUES ('nm1', 4670, 'CLUSTER_MANAGER', 'HEALTHY'), ('nm2', 4671, 'NODE_MANAGER', 'HEALTHY')",
];

/** The guide's list from 2.0.x to 2.2.x, as its file reads, with the right name for the second key. */
export const migration22 = `-- from 2.0 to 2.2
use \`%DB%\`;
alter table store_option modify column store_locator_id bigint unsigned not null;
alter table store_option add store_option_id SERIAL PRIMARY KEY;
alter table session_option add session_option_id SERIAL PRIMARY KEY;
alter table session_main modify column session_id VARCHAR(767);
update session_main set status = concat(status, '!');
`;

async function untilAnswers(connect: () => Promise<Connection>): Promise<void> {
  const giveUpMs = performance.now() + startupMs;
  for (;;) {
    try {
      const connection = await connect();
      return await connection.end();
    } catch (error) {
      if (performance.now() > giveUpMs) throw error;
      await sleep(250);
    }
  }
}

function databaseConfig(
  container: StartedTestContainer,
  name: string,
  scratchName: string,
  clientHome: string,
): DatabaseConfig {
  return {
    host: container.getHost(),
    port: container.getMappedPort(3306),
    user: userName,
    password: userPassword,
    name,
    scratchName,
    tls: 'preferred',
    clientHome,
    requireProof: true,
    migration: { kind: 'auto' },
    purge: 'none',
  };
}

/** The options file, which names the address as seen from here, goes in by standard input; the address inside follows it. */
async function writeClients(containerId: string, home: string, flavour: Flavour): Promise<void> {
  const program = flavour === 'mysql' ? 'mysqldump' : 'mariadb-dump';
  const script = `#!/bin/sh
set -eu
case "$1" in
  --defaults-file=*)
    options="\${1#--defaults-file=}"
    shift
    exec docker exec -i ${containerId} sh -c '
      umask 077; file="$(mktemp)"; cat > "$file"
      status=0; ${program} --defaults-file="$file" --host=127.0.0.1 --port=3306 "$@" || status="$?"
      rm -f "$file"; exit "$status"' sh "$@" < "$options"
    ;;
  *) exec docker exec ${containerId} ${program} "$@" ;;
esac
`;
  await mkdir(join(home, 'bin'), { recursive: true });
  const file = join(home, 'bin', program);
  await writeFile(file, script);
  await chmod(file, 0o755);
}

function quoteText(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
