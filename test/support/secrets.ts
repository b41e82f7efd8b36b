// Looks for the secrets that were given to the job in every place where they must not be.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestCluster } from './cluster.ts';
import type { JobRun } from './job.ts';

/** Names every place where a secret shows: output of the runs, STATE_DIR, EGGROLL_HOME, processes of nodes, the server's sessions. */
export async function findSecrets(cluster: TestCluster, runs: readonly JobRun[]): Promise<string[]> {
  const secrets = await plantedSecrets(cluster);
  const texts: [string, string][] = runs.flatMap(({ command, stdout, stderr }): [string, string][] => [
    [`output of ${command}`, stdout],
    [`errors of ${command}`, stderr],
  ]);
  for (const name of await readdir(cluster.stateDir, { recursive: true, withFileTypes: true })) {
    if (name.isFile())
      texts.push([`STATE_DIR/${name.name}`, await readFile(join(name.parentPath, name.name), 'latin1')]);
  }
  texts.push(['sessions of the server', await cluster.sql('SHOW FULL PROCESSLIST')]);
  texts.push(["the server's log of statements", await cluster.sql('SELECT argument FROM mysql.general_log')]);
  const seen = texts.flatMap(([where, text]) =>
    [...secrets].filter(([, secret]) => text.includes(secret)).map(([name]) => `secret: ${name} in ${where}`),
  );
  const onHosts = await Promise.all(cluster.hosts.map((host) => onNode(cluster, host, secrets)));
  return [...seen, ...onHosts.flat()];
}

/** By name: the password of the database, and a line from the middle of the SSH key. */
async function plantedSecrets({ dir }: TestCluster): Promise<Map<string, string>> {
  const key = (await readFile(join(dir, 'secrets/ssh/id'), 'utf8')).split('\n');
  const password = (await readFile(join(dir, 'secrets/mysql'), 'utf8')).trim();
  return new Map([
    ['the SSH key', key[Math.floor(key.length / 2)] ?? ''],
    ['the database password', password],
  ]);
}

// EggRoll keeps the password in its own eggroll.properties; a copy of that file is no leak.
async function onNode(cluster: TestCluster, host: string, secrets: ReadonlyMap<string, string>): Promise<string[]> {
  const patterns = [...secrets.values()].join('\n');
  const { stdout } = await cluster.exec(
    host,
    `patterns=$(mktemp) && echo ${Buffer.from(patterns).toString('base64')} | base64 -d >"$patterns" && chmod 644 "$patterns"
     # The environment of a process is for its own user only.
     as_app="setpriv --reuid app --regid apps --init-groups"
     { grep -rlFf "$patterns" --exclude=eggroll.properties ${cluster.home} /home/app /tmp --exclude="\${patterns##*/}"
       $as_app grep -lFf "$patterns" /proc/[0-9]*/cmdline /proc/[0-9]*/environ
       grep -lFf "$patterns" /proc/[0-9]*/environ; } 2>/dev/null
     rm -f "$patterns"`,
  );
  return stdout.split('\n').flatMap((file) => (file === '' ? [] : [`secret: in ${host}:${file}`]));
}

/** From now on the server keeps every statement that it is given, for `findSecrets`. */
export async function logStatements(cluster: TestCluster): Promise<void> {
  await cluster.sql(
    "SET GLOBAL general_log = OFF; TRUNCATE mysql.general_log; SET GLOBAL log_output = 'TABLE'; SET GLOBAL general_log = ON",
  );
}

/**
 * Looks at the command lines of all processes of a node again and again, until the function that it gives is called: that one names
 * those in which a secret was seen.
 */
export async function watchProcesses(cluster: TestCluster, host: string): Promise<() => Promise<string[]>> {
  const patterns = Buffer.from([...(await plantedSecrets(cluster)).values()].join('\n')).toString('base64');
  const watching = cluster.exec(
    host,
    `umask 077 && mkdir -p /run/watch && echo ${patterns} | base64 -d >/run/watch/patterns
     while [ -e /run/watch ]; do
       for found in $(grep -lFf /run/watch/patterns /proc/[0-9]*/cmdline 2>/dev/null); do tr '\\0' ' ' <"$found"; echo; done
       sleep 0.02
     done 2>/dev/null`,
  );
  return async () => {
    await cluster.exec(host, 'rm -rf /run/watch');
    const { stdout } = await watching;
    return [...new Set(stdout.split('\n'))].flatMap((line) =>
      line === '' ? [] : [`secret: in a process of ${host}: ${line}`],
    );
  };
}
