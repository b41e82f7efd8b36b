// The oracle of every end-to-end test: the cluster is wholly old or wholly new, and nothing of a run lies about.

import { expect } from 'vitest';
import type { Snapshot, TestCluster } from './cluster.ts';

/** Every node and the database are what they were: content, modes, owners, links, times; the same services run. */
export async function expectOld(cluster: TestCluster, before: Snapshot): Promise<void> {
  const after = await cluster.snapshot();
  expect(after.files).toEqual(before.files);
  expect(after.services).toEqual(before.services);
  expect(after.database).toEqual(before.database);
  await expectTidy(cluster);
}

/** Every node is on the package's version, with no file of the old one, and runs what ran before; the schema is migrated. */
export async function expectNew(cluster: TestCluster, before: Snapshot): Promise<void> {
  const { from, to } = cluster.prepared;
  for (const host of cluster.hosts) {
    const { stdout } = await cluster.exec(host, `cd ${cluster.home} && cat python/eggroll/__init__.py && ls lib`);
    expect(stdout, host).toContain(`__version__ = "${to}"`);
    expect(stdout, host).toContain(`eggroll-core-${to}.jar`);
    expect(stdout, host).not.toContain(`eggroll-core-${from}.jar`);
  }
  const after = await cluster.snapshot();
  const moduleCounts = (services: Snapshot['services']) =>
    Object.fromEntries(Object.entries(services).map(([host, text]) => [host, text.trim().split('\n').length]));
  expect(moduleCounts(after.services)).toEqual(moduleCounts(before.services));
  const columns = await cluster.sql(
    `SELECT COLUMN_TYPE FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = '${cluster.prepared.database.name}'
     AND TABLE_NAME = 'store_option' AND COLUMN_NAME IN ('store_locator_id', 'store_option_id')`,
  );
  expect(columns.match(/bigint/g)).toHaveLength(2);
  await expectTidy(cluster);
}

/** No scratch schema, no lock held, no half-made file, no staged tree. */
export async function expectTidy(cluster: TestCluster): Promise<void> {
  const schemas = await cluster.sql('SHOW DATABASES');
  expect(schemas).not.toContain('scratch');
  for (const host of cluster.hosts) {
    const { stdout } = await cluster.exec(
      host,
      `cd ${cluster.home}/.eggroll-upgrade 2>/dev/null || exit 0
       find . -name '*.partial' -o -name dropped -o -path './runs/*/staged/*' -o -name '.eggroll-upgrade-probe*' -o -name service.out
       for lock in locks/*; do [ -e "$lock/released" ] || echo "held: $lock"; done`,
    );
    expect(stdout.trim(), host).toBe('');
  }
}
