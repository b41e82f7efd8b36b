// What the database of a rehearsal holds: a dump of the user, or the shape of a version with made-up rows.

import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { Pack } from 'tar-stream';
import { fileProblem } from '../config/files.ts';
import { UpgradeError } from '../engine/errors.ts';
import type { Say } from '../messages/phrases.ts';
import { accountSql, databaseInitFiles } from './database-init.ts';
import type { SimulatedDatabase } from './homes.ts';
import type { Release } from './releases.ts';
import { addFiles } from './upload.ts';

export interface DatabaseSource {
  /** In words, or a file. */
  readonly source: string;
  /** Variable to look at when the server cannot take it in. */
  readonly where: string;
  /** Further variables of the server's image. */
  readonly environment: Readonly<Record<string, string>>;
  /** Adds the files for the init folder of the server. */
  addTo(archive: Pack): Promise<void>;
}

const folder = 'docker-entrypoint-initdb.d';
const root = { uid: 0, gid: 0 };

/** The real shape of a release, with rows for nodes of these names. */
export function simulatedDatabase(
  version: Release,
  database: SimulatedDatabase,
  nodeManagers: readonly string[],
  say: Say,
): DatabaseSource {
  const files = databaseInitFiles({ version, ...accountOf(database), hosts: nodeManagers });
  return {
    source: say('the schema of EggRoll {version} with made-up rows', { version }),
    where: 'REHEARSE_FROM_VERSION',
    environment: {},
    addTo: async (archive) =>
      addFiles(
        archive,
        root,
        [...files].map(([file, content]) => ({ path: `${folder}/${file}`, content })),
      ),
  };
}

/** A dump as the client's own program makes it, plain or with gzip. Throws REHEARSAL_INPUT_INVALID when it cannot be read. */
export async function dumpedDatabase(
  file: string,
  database: SimulatedDatabase,
  where: string,
  source = file,
): Promise<DatabaseSource> {
  const { size, isGzip } = await lookInto(file, where);
  return {
    source,
    where,
    // A dump of one database does not name it; the entrypoint selects this one for it.
    environment: { MYSQL_DATABASE: database.name, MARIADB_DATABASE: database.name },
    async addTo(archive) {
      addFiles(archive, root, [{ path: `${folder}/10-account.sql`, content: accountSql(accountOf(database)) }]);
      const name = `${folder}/20-dump.sql${isGzip ? '.gz' : ''}`;
      const entry = archive.entry({ name, type: 'file', mode: 0o644, size, ...root });
      await pipeline(createReadStream(file, { end: size - 1 }), entry);
    },
  };
}

const accountOf = ({ name, host: _, ...rest }: SimulatedDatabase) => ({ ...rest, database: name });

async function lookInto(file: string, where: string): Promise<{ size: number; isGzip: boolean }> {
  try {
    const { size } = await stat(file);
    await using handle = await open(file);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    if (bytesRead === 0) throw invalid(where, `${file} is empty.`);
    return { size, isGzip: bytesRead === 2 && buffer.readUInt16BE(0) === 0x1f8b };
  } catch (error) {
    if (error instanceof UpgradeError) throw error;
    throw invalid(where, `${file} cannot be read: ${fileProblem(error)}.`, error);
  }
}

function invalid(where: string, found: string, cause?: unknown): UpgradeError {
  return new UpgradeError({ code: 'REHEARSAL_INPUT_INVALID', where, found }, { cause });
}
