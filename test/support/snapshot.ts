// Everything of a cluster that an upgrade may touch, as comparable text.

import type { Outcome } from './docker.ts';

export interface Snapshot {
  /** By node name: a line per file with type, mode, owner, time of files, link target, content hash. */
  readonly files: Readonly<Record<string, string>>;
  /** By node name: a line per running service with its module, the release that it really is, and `stale` when its jar is not in lib. */
  readonly services: Readonly<Record<string, string>>;
  readonly database: string;
}

/** How a snapshot is taken: commands on the nodes, and beside the database server. */
export interface Lens {
  readonly home: string;
  readonly hosts: readonly string[];
  readonly flavour: 'mysql' | 'mariadb';
  exec(host: string, command: string): Promise<Outcome>;
  inDatabase(command: string, input?: string): Promise<Outcome>;
}

export async function takeSnapshot(lens: Lens): Promise<Snapshot> {
  const perHost = async (command: string) =>
    Object.fromEntries(
      await Promise.all(
        lens.hosts.map(async (host) => {
          const { exitCode, stdout, stderr } = await lens.exec(host, command);
          if (exitCode !== 0) throw new Error(`No snapshot of ${host}: ${stderr}`);
          return [host, stdout] as const;
        }),
      ),
    );
  const [files, services, database] = await Promise.all([
    perHost(listFiles(lens.home)),
    perHost(listServices),
    dumpText(lens),
  ]);
  return { files, services, database };
}

// Left out: our own folder, logs, and the pid files that a service writes anew at every start. Times of folders change with them.
function listFiles(home: string): string {
  return `cd ${home} && find . -path ./.eggroll-upgrade -prune -o -path ./logs -prune -o \
    '(' -path ./bin/pid -o -path './bin/clustermanager' -o -path './bin/nodemanager' -o -path './bin/rollsite' ')' -prune -o \
    '(' -type d -printf '%p %y %m %U:%G\\n' -o -printf '%p %y %m %U:%G %T@ %l ' '(' -type f -exec sha256sum {} ';' -o -printf '\\n' ')' ')' | sort`;
}

// As app: nobody else may see which files its processes hold open.
const listServices = 'setpriv --reuid app --regid apps --init-groups sim-services';

/** Definitions and rows of every database but the server's own and our book-keeping. */
async function dumpText({ flavour, inDatabase }: Lens): Promise<string> {
  const client = flavour === 'mysql' ? 'mysql' : 'mariadb';
  const dump = flavour === 'mysql' ? 'mysqldump --set-gtid-purged=OFF' : 'mariadb-dump';
  const { exitCode, stdout, stderr } = await inDatabase(`
    set -e
    ${client} -uroot -N --default-character-set=utf8mb4 >/tmp/tables <<'SQL'
      SELECT CONCAT(TABLE_SCHEMA, ' ', TABLE_NAME) FROM information_schema.TABLES
      WHERE TABLE_SCHEMA NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema') AND TABLE_NAME NOT LIKE 'eggroll\\_upgrade\\_%'
      ORDER BY 1
SQL
    for schema in $(cut -d ' ' -f 1 /tmp/tables | sort -u); do
      echo "database $schema"
      ${dump} -uroot --skip-comments --skip-extended-insert --no-tablespaces "$schema" $(grep "^$schema " /tmp/tables | cut -d ' ' -f 2)
    done`);
  if (exitCode !== 0) throw new Error(`No dump of the database: ${stderr}`);
  return stdout;
}
