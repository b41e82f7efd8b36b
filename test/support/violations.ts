// What a run has left that it should not, in words; empty when all is well. Without a test runner, as the fault suite runs by itself too.

import { setTimeout as sleep } from 'node:timers/promises';
import type { TestCluster } from './cluster.ts';

/** Scripts and locks end within a second or two, on a busy machine later. */
const patienceMs = 20_000;
/** The server ends a session whose farewell the network has swallowed after its wait_timeout of 30 s. */
const sessionPatienceMs = 40_000;

/**
 * Locks that are held, half-made files, staged trees, processes and sessions of ours, scratch schemas. What ends by itself with the
 * connections of a run that is over is waited for.
 */
export async function leftovers(cluster: TestCluster): Promise<string[]> {
  const startMs = performance.now();
  for (;;) {
    const found = await leftoversNow(cluster);
    const isSession = found.every((line) => line.startsWith('database: session'));
    const passedMs = performance.now() - startMs;
    if (found.length === 0 || passedMs > (isSession ? sessionPatienceMs : patienceMs)) return found;
    await sleep(100);
  }
}

/** As `leftovers`, without waiting. */
export async function leftoversNow(cluster: TestCluster): Promise<string[]> {
  const onHosts = cluster.hosts.map(async (host) => {
    const { stdout } = await cluster.exec(host, lookForLeftovers(cluster.home));
    return stdout.split('\n').flatMap((line) => (line === '' ? [] : [`${host}: ${line}`]));
  });
  const inDatabase = async () => {
    const rows = await cluster.sql(
      `SELECT CONCAT('schema ', SCHEMA_NAME) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME LIKE '%scratch%'
       UNION ALL SELECT CONCAT('session ', ID, ' of ', USER, ': ', COALESCE(INFO, COMMAND)) FROM information_schema.PROCESSLIST
       WHERE USER = '${cluster.prepared.database.user}'`,
    );
    return rows.split('\n').flatMap((line) => (line === '' ? [] : [`database: ${line}`]));
  };
  return (await Promise.all([...onHosts, inDatabase()])).flat();
}

function lookForLeftovers(home: string): string {
  return `
    ps -eo args= | grep -E '^(sh|bash|dash|tar) .*eggroll-upgrade-' | grep -v 'ps -eo args' | sed 's/^/process: /'
    find ${home} -name '.eggroll-upgrade-probe*' -not -path '*/.eggroll-upgrade/*'
    cd ${home}/.eggroll-upgrade 2>/dev/null || exit 0
    find . -name '*.partial' -o -name dropped -o -name stream -o -path './runs/*/staged/*' -o -name '.eggroll-upgrade-probe*' -o -name service.out
    for lock in locks/*; do [ -e "$lock/released" ] || echo "held: $lock"; done`;
}
