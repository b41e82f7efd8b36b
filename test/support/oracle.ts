// The one oracle of every end-to-end and fault test: the cluster is wholly old or wholly new, nothing of a run lies about, no secret
// is anywhere it does not belong, and the result says what is there.

import { expect } from 'vitest';
import { differences } from '../../src/rehearsal/differences.ts';
import type { Snapshot, TestCluster } from './cluster.ts';
import { differencesFromPackage } from './expected-tree.ts';
import { promise } from './promise.ts';
import { leftovers } from './violations.ts';

/** Every node and the database are what they were: content, modes, owners, links, times; the same services run. */
export async function expectOld(cluster: TestCluster, before: Snapshot): Promise<void> {
  const after = await cluster.snapshot();
  expect(differences(before, after), `${promise}: all is as it was before`).toEqual([]);
  await expectTidy(cluster);
}

/** Every node is on the package's version, with no file of the old one, and runs what ran before; the schema is migrated. */
export async function expectNew(cluster: TestCluster, before: Snapshot): Promise<void> {
  const after = await cluster.snapshot();
  const differing = await differencesFromPackage(cluster, before, after);
  expect(differing, `${promise}: all is what the package makes of it`).toEqual([]);
  const { from, to } = cluster.prepared;
  const renewed = Object.entries(before.services).map(([host, text]) => [host, text.replaceAll(` ${from}`, ` ${to}`)]);
  expect(after.services, `${promise}: what ran before runs, in the new version`).toEqual(Object.fromEntries(renewed));
  const columns = await cluster.sql(
    `SELECT COLUMN_TYPE FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = '${cluster.prepared.database.name}'
     AND TABLE_NAME = 'store_option' AND COLUMN_NAME IN ('store_locator_id', 'store_option_id')`,
  );
  expect(columns.match(/bigint/g), `${promise}: the schema is the new one`).toHaveLength(2);
  await expectTidy(cluster);
}

/** No scratch schema, no lock held, no half-made file, no staged tree, no process of ours. */
export async function expectTidy(cluster: TestCluster): Promise<void> {
  expect(await leftovers(cluster), 'Nothing of a run lies about').toEqual([]);
}
