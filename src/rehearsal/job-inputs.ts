// What the jobs of a rehearsal read: lists, SQL, package, keys, on a volume; and the variables that lead there.

import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Pack } from 'tar-stream';
import { readTextFile } from '../config/files.ts';
import type { Package } from '../config/package.ts';
import type { RehearsalConfig } from '../config/rehearsal.ts';
import type { Language } from '../messages/phrases.ts';
import { databaseName, type RehearsalHost } from './host-names.ts';
import type { Throwaway } from './throwaway.ts';
import { addFiles, addFolder } from './upload.ts';

/** Where they are in the containers of the jobs. */
export const inputFolder = '/rehearsal';

const places = {
  nodeManagers: `${inputFolder}/config/nm_ip_list`,
  rollSites: `${inputFolder}/config/rs_ip_list`,
  sql: `${inputFolder}/config/mysql_file.sql`,
  package: `${inputFolder}/package`,
  key: `${inputFolder}/secrets/id`,
  knownHosts: `${inputFolder}/secrets/known_hosts`,
  password: `${inputFolder}/secrets/mysql`,
} as const;

/** The user of the job's image. */
export const jobOwner = { uid: 65_532, gid: 65_532 } as const;

export interface JobInputs {
  readonly config: RehearsalConfig;
  readonly package: Package;
  readonly throwaway: Throwaway;
  readonly password: string;
  readonly language: Language;
}

/** Adds everything that the jobs read. */
export async function addInputs(
  archive: Pack,
  { config, package: own, throwaway, password }: JobInputs,
): Promise<void> {
  const { hosts, login, knownHosts } = throwaway;
  const sql = await migrationText(config);
  for (const folder of ['config', 'secrets', 'package', 'package/eggroll']) {
    addFolder(archive, jobOwner, `${inputFolder.slice(1)}/${folder}`);
  }
  addFiles(archive, jobOwner, [
    { path: places.nodeManagers.slice(1), content: listOf(hosts, 'nodemanager') },
    { path: places.rollSites.slice(1), content: listOf(hosts, 'rollsite') },
    ...(sql === undefined ? [] : [{ path: places.sql.slice(1), content: sql }]),
    { path: places.key.slice(1), content: login.privateKey, mode: 0o600 },
    { path: places.knownHosts.slice(1), content: knownHosts },
    { path: places.password.slice(1), content: `${password}\n`, mode: 0o600 },
  ]);
  await addPackage(archive, own);
}

async function addPackage(archive: Pack, { root, tree }: Package): Promise<void> {
  for (const { path, type, mode, sizeBytes, modifiedSeconds, target } of tree.values()) {
    const times = { mode, mtime: new Date(modifiedSeconds * 1000) };
    const header = { name: `${places.package.slice(1)}/eggroll/${path}`, ...times, ...jobOwner };
    if (type === 'directory') archive.entry({ ...header, type });
    else if (type === 'symlink') archive.entry({ ...header, type, linkname: target ?? '' });
    else await pipeline(createReadStream(join(root, path)), archive.entry({ ...header, type, size: sizeBytes }));
  }
}

function listOf(hosts: readonly RehearsalHost[], role: RehearsalHost['role']): string {
  return hosts.flatMap((host) => (host.role === role ? [`${host.name}\n`] : [])).join('');
}

async function migrationText({ database }: RehearsalConfig): Promise<string | undefined> {
  if (database?.migration.kind !== 'file') return undefined;
  const file = await readTextFile(database.migration.path);
  return 'text' in file ? file.text : undefined;
}

/** The environment of every job: the user's own policies, and the rehearsal's places in the place of the user's. */
export function jobEnvironment({ config, throwaway, language }: JobInputs): Record<string, string> {
  const { database, policies, canary, serviceControl } = config;
  const canaryHost = throwaway.hosts.find(({ listed, name }) => listed === canary || name === canary)?.name;
  return {
    ...policies,
    OUTPUT: 'json',
    MESSAGES: language,
    STATE_DIR: '/state',
    EGGROLL_HOME: throwaway.home,
    NM_FILE: places.nodeManagers,
    RS_FILE: places.rollSites,
    PKG_BASE_PATH: places.package,
    SSH_USER: 'app',
    SSH_PRIVATE_KEY_FILE: places.key,
    SSH_KNOWN_HOSTS_FILE: places.knownHosts,
    SERVICE_CONTROL: serviceControl,
    ...(canaryHost === undefined ? {} : { CANARY_HOST: canaryHost }),
    ...(database === undefined
      ? { MYSQL_FILE: 'none' }
      : {
          MYSQL_HOST: databaseName,
          MYSQL_DB: database.name,
          MYSQL_USER: database.user,
          MYSQL_PWD_FILE: places.password,
          MYSQL_FILE: database.migration.kind === 'auto' ? 'auto' : places.sql,
        }),
  };
}

/** Places of the jobs, and what the user calls them. */
export function ownPlaces({ packagePath, database }: RehearsalConfig): (readonly [ours: string, theirs: string])[] {
  const sql = database?.migration.kind === 'file' ? database.migration.path : 'MYSQL_FILE';
  return [
    [places.sql, sql],
    [places.package, packagePath],
    [places.nodeManagers, 'NM_FILE'],
    [places.rollSites, 'RS_FILE'],
  ];
}
