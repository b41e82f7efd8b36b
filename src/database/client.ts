// The dump client: which one, with which flags, and how it gets the password.

import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Readable } from 'node:stream';
import type { DatabaseConfig } from '../config/config.ts';
import { onDisk } from '../engine/disk.ts';
import { UpgradeError } from '../engine/errors.ts';
import type { Database } from './database.ts';
import { whileServerLives } from './heartbeat.ts';
import { isLost, statementError } from './server-errors.ts';

/** What comes from outside: where programs are looked for, and where the private options file may lie for a moment. */
export interface ClientTools {
  /** Folders like in PATH. */
  readonly path: string;
  readonly tempDir: string;
}

export const defaultTools: ClientTools = { path: '/usr/local/bin:/usr/bin:/bin', tempDir: tmpdir() };

export interface DumpClient {
  readonly program: string;
  readonly flavour: 'mysql' | 'mariadb';
  /** `[major, minor]`. */
  readonly version: readonly [number, number];
}

/** Where the image keeps MySQL's own client, beside MariaDB's on the PATH. */
const imageFolder = '/opt/mysql/bin';

/**
 * Finds the client: MYSQL_HOME/bin if set, else the one of the server's flavour, else the other. Throws DUMP_CLIENT_MISSING.
 */
export async function findDumpClient(db: Database, config: DatabaseConfig, tools: ClientTools): Promise<DumpClient> {
  const own = db.flavour === 'mysql' ? ['mysqldump', 'mariadb-dump'] : ['mariadb-dump', 'mysqldump'];
  const onPath = tools.path.split(delimiter).filter(Boolean);
  const folders = db.flavour === 'mysql' ? [imageFolder, ...onPath] : [...onPath, imageFolder];
  const searched = config.clientHome ? [join(config.clientHome, 'bin')] : folders;
  for (const program of own) {
    for (const folder of searched) {
      const file = join(folder, program);
      if (await isExecutable(file)) return describeClient(file);
    }
  }
  const where = config.clientHome ? 'MYSQL_HOME' : 'PATH';
  const found = `Neither mysqldump nor mariadb-dump is in ${searched.join(', ')}.`;
  throw new UpgradeError({ code: 'DUMP_CLIENT_MISSING', where, found });
}

/**
 * Runs the dump of MYSQL_DB and hands its output to `take` as a stream. The password goes by an options file of mode 0600 in a
 * private folder, which is removed whatever happens. Throws BACKUP_FAILED with what the client said, and what `take` throws.
 */
export async function runDump(
  db: Database,
  config: DatabaseConfig,
  tools: ClientTools,
  client: DumpClient,
  what: { readonly schema: string; readonly tables: readonly string[]; readonly ignored: readonly string[] },
  take: (output: Readable) => Promise<void>,
): Promise<void> {
  const folder = await onDisk(tools.tempDir, () => mkdtemp(join(tools.tempDir, 'eggroll-upgrade-')));
  try {
    const optionsFile = join(folder, 'client.cnf');
    const options = optionsText(db, config, client);
    await onDisk(optionsFile, () => writeFile(optionsFile, options, { mode: 0o600, flag: 'wx' }));
    const ignored = what.ignored.map((table) => `--ignore-table=${what.schema}.${table}`);
    const args = [
      `--defaults-file=${optionsFile}`,
      ...dumpFlags(db, client),
      ...ignored,
      '--',
      what.schema,
      ...what.tables,
    ];
    await runClient(client.program, args, tools, db, config, take);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Flags by flavour and version of client and server: a client stops at a flag that it does not know (ANCHORS.md section 3.1). */
export function dumpFlags(
  db: Pick<Database, 'flavour' | 'version' | 'maxStatementBytes'>,
  client: DumpClient,
): string[] {
  const flags = [
    '--single-transaction',
    '--quick',
    '--skip-lock-tables',
    '--skip-add-locks',
    '--skip-dump-date',
    '--hex-blob',
    '--routines',
    '--triggers',
    '--events',
    '--tz-utc',
    '--no-tablespaces',
    // Of a server that takes little at a time, the dump must be fit to be given back to it.
    '--max-allowed-packet=1G',
    `--net-buffer-length=${Math.max(4096, Math.min(1_046_528, Math.floor(db.maxStatementBytes / 2)))}`,
    '--default-character-set=utf8mb4',
  ];
  if (client.flavour === 'mariadb') return flags;
  const olderServer = db.flavour === 'mariadb' || Number(db.version.split('.')[0]) < 8;
  return [
    ...flags,
    '--set-gtid-purged=OFF',
    ...(client.version[0] >= 8 && olderServer ? ['--column-statistics=0'] : []),
  ];
}

/** The options file. Quotes and backslashes of a value are escaped as the client reads them. */
export function optionsText(db: Pick<Database, 'encrypted'>, config: DatabaseConfig, client: DumpClient): string {
  const value = (text: string) => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  const address = config.socketPath
    ? [`socket=${value(config.socketPath)}`]
    : [`host=${value(config.host)}`, `port=${config.port}`, 'protocol=tcp'];
  const login = [`user=${value(config.user)}`, `password=${value(config.password)}`];
  return ['[client]', ...address, ...login, ...tlsOptions(db.encrypted, config, client), ''].join('\n');
}

function tlsOptions(encrypted: boolean, config: DatabaseConfig, client: DumpClient): string[] {
  const authority = config.tlsCaFile ? [`ssl-ca="${config.tlsCaFile}"`] : [];
  const verify = config.tls === 'verify';
  if (client.flavour === 'mariadb') {
    if (!encrypted) return ['skip-ssl'];
    return ['ssl', verify ? 'ssl-verify-server-cert' : 'skip-ssl-verify-server-cert', ...(verify ? authority : [])];
  }
  if (encrypted) return [`ssl-mode=${verify ? 'VERIFY_IDENTITY' : 'REQUIRED'}`, ...(verify ? authority : [])];
  // Without encryption caching_sha2_password sends the password under the server's key, which the client must ask for.
  const asksForKey = client.version[0] >= 8 && !config.socketPath;
  return ['ssl-mode=DISABLED', ...(asksForKey ? ['get-server-public-key'] : [])];
}

async function describeClient(program: string): Promise<DumpClient> {
  let text = '';
  await spawnProgram(program, ['--version'], { PATH: '/usr/bin:/bin' }, async (output) => {
    for await (const chunk of output) text += String(chunk);
  });
  const mariadb = /mariadb/i.test(text);
  const match = (mariadb ? /(\d+)\.(\d+)\.\d+-MariaDB/ : /(\d+)\.(\d+)\.\d+/).exec(text.replace(/Ver 10\.\d+ /, ''));
  return {
    program,
    flavour: mariadb ? 'mariadb' : 'mysql',
    version: [Number(match?.[1] ?? 0), Number(match?.[2] ?? 0)],
  };
}

// The client has a connection of its own and waits on it for ever; so the server is watched while it works, and asked when it failed.
async function runClient(
  program: string,
  args: readonly string[],
  tools: ClientTools,
  db: Database,
  config: DatabaseConfig,
  take: (output: Readable) => Promise<void>,
): Promise<void> {
  const environment = { PATH: tools.path, LANG: 'C.UTF-8', TMPDIR: tools.tempDir };
  const gone = new AbortController();
  const stop = db.signal ? AbortSignal.any([db.signal, gone.signal]) : gone.signal;
  const client = spawnProgram(program, args, environment, take, stop);
  try {
    await whileServerLives(config, db.encrypted, client);
  } catch (error) {
    gone.abort();
    await client.catch(() => undefined);
    db.signal?.throwIfAborted();
    if (isLost(error)) throw statementError(error, config, 'the dump');
    await db.query('SELECT 1');
    throw error;
  }
}

async function spawnProgram(
  program: string,
  args: readonly string[],
  env: Record<string, string>,
  take: (output: Readable) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'], ...(signal ? { signal } : {}) });
  const ended = new Promise<number | string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, by) => resolve(code ?? by ?? 'unknown'));
  });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-2000);
  });
  try {
    const [outcome] = await Promise.all([ended, take(child.stdout)]);
    if (outcome !== 0) throw new Error(`it ended with ${outcome}: ${complaint.trim() || 'no message'}`);
  } catch (error) {
    child.kill();
    signal?.throwIfAborted();
    if (error instanceof UpgradeError) throw error;
    const found = `${program} failed: ${error instanceof Error ? error.message : String(error)}.`;
    throw new UpgradeError({ code: 'BACKUP_FAILED', where: 'database', found }, { cause: error });
  }
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
