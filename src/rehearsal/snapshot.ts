// Everything of a cluster that an upgrade may touch, as comparable text.

import { readFileSync } from 'node:fs';

export interface Snapshot {
  /** By node name: a line per file with type, mode, owner, time of files, link target, content hash. */
  readonly files: Readonly<Record<string, string>>;
  /** By node name: a line per running service with its module, the release that it really is, and `stale` when its jar is not in lib. */
  readonly services: Readonly<Record<string, string>>;
  /** Empty where there is none. */
  readonly database: string;
}

export interface Seen {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a snapshot is taken: commands on the nodes, as root, and beside the database server. */
export interface Lens {
  readonly home: string;
  readonly hosts: readonly string[];
  /** Every row, so that a difference can be shown; or digests, for a database of any size. */
  readonly detail: 'rows' | 'digests';
  exec(host: string, command: readonly string[]): Promise<Seen>;
  /** Absent without a database. */
  inDatabase?(command: readonly string[]): Promise<Seen>;
}

/** The server refuses to tell what a table holds; the message is what it says. */
export class UnreadableDatabase extends Error {}

/** Throws UnreadableDatabase, or an error that says which node could not be seen. */
export async function takeSnapshot(lens: Lens): Promise<Snapshot> {
  const perHost = async (command: readonly string[]) =>
    Object.fromEntries(
      await Promise.all(
        lens.hosts.map(async (host) => [host, outputOf(host, await lens.exec(host, command))] as const),
      ),
    );
  const [files, services, database] = await Promise.all([
    perHost(['bash', '-c', script('snapshot-node'), 'snapshot-node', lens.home]),
    perHost(['sim-services']),
    lens
      .inDatabase?.(['bash', '-c', script('snapshot-database'), 'snapshot-database', lens.detail])
      .then(({ exitCode, stdout, stderr }) => {
        if (exitCode !== 0) throw new UnreadableDatabase(stderr.trim());
        return stdout;
      }),
  ]);
  return { files, services, database: database ?? '' };
}

function outputOf(where: string, { exitCode, stdout, stderr }: Seen): string {
  if (exitCode !== 0) throw new Error(`No snapshot of ${where}: ${stderr}`);
  return stdout;
}

function script(name: string): string {
  return readFileSync(new URL(`./assets/${name}.sh`, import.meta.url), 'utf8');
}

/** The lines of a node's files by path. Paths hold blanks: the type and the mode behind a path tell where it ends. */
export function byPath(lines: string): Map<string, string> {
  return new Map(
    lines.split('\n').flatMap((line) => {
      const end = / [dflpsbc] [0-7]+ [^ ]+:[^ ]+/.exec(line)?.index;
      return end === undefined ? [] : [[line.slice(0, end), line]];
    }),
  );
}
