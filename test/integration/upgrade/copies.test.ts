// The copies of the database's backups on two nodes: made with the backup, and found when STATE_DIR is lost.

import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type JobOutcome, type Snapshot, startCluster, type TestCluster } from '../../support/cluster.ts';
import { threeHosts } from '../../support/hosts.ts';
import { expectOld } from '../../support/oracle.ts';

describe('copies of the database backup', () => {
  let cluster: TestCluster;
  let before: Snapshot;

  beforeAll(async () => {
    cluster = await startCluster({ hosts: threeHosts });
  });
  afterAll(() => cluster.stop());
  beforeEach(async () => {
    await cluster.reset();
  });

  const copies = () => `${cluster.home}/.eggroll-upgrade/runs/*/database`;
  const runs = () => join(cluster.stateDir, 'runs');
  const warnings = ({ events }: JobOutcome) =>
    events.filter(({ type }) => type === 'warning').map(({ message }) => String(message));
  const auto = { env: { MYSQL_FILE: 'auto', PURGE: 'all' } };

  /** Names, modes and digests of the files below a folder of a node; empty where there is none. */
  async function listing(host: string): Promise<string> {
    const { stdout } = await cluster.exec(
      host,
      `cd ${copies()} 2>/dev/null || exit 0
       find . -printf '%p %m\\n' | sort; find . -type f | sort | xargs sha256sum`,
    );
    return stdout;
  }

  it('are as good as STATE_DIR: a recovery without it, and with one copy damaged, goes back to what was there', async () => {
    before = await cluster.snapshot();
    const upgrade = await cluster.job('upgrade', auto);
    expect(upgrade.result, upgrade.result.message).toMatchObject({ outcome: 'succeeded', exitCode: 0 });

    const listings = await Promise.all(cluster.hosts.map(listing));
    const kept = listings.filter((text) => text !== '');
    expect(kept).toHaveLength(2);
    expect(kept[0]).toBe(kept[1]);
    expect(kept[0]).toMatch(/^\. 700$/m);
    expect(kept[0]).toMatch(/^\.\/dump\.sql 600$/m);
    expect(kept[0]).toMatch(/^\.\/purged-eggroll_meta\/backup\.json 600$/m);

    await rm(runs(), { recursive: true });
    // The one that is asked first.
    const holder = cluster.hosts[listings.findIndex((text) => text !== '')] ?? '';
    await cluster.exec(holder, `sed -i 's/INSERT/INSURT/' ${copies()}/dump.sql`);
    const recovery = await cluster.job('recover', auto);
    expect(recovery.result, recovery.result.message).toMatchObject({ outcome: 'succeeded', exitCode: 0 });
    expect(warnings(recovery)).toContainEqual(
      expect.stringContaining('The copy of the database backup on this node is damaged'),
    );
    expect(warnings(recovery)).toContainEqual(expect.stringContaining('it was fetched from'));
    await expectOld(cluster, before);
    const [run = ''] = await readdir(runs());
    expect((await readdir(join(runs(), run, 'database'))).sort()).toEqual([
      'backup.json',
      'dump.sql',
      'purged-eggroll_meta',
    ]);
  });

  it('bring back what a run without a migration has purged; without them it is refused, and nothing is touched', {
    tags: ['slow'],
  }, async () => {
    await cluster.sql(`USE ${cluster.prepared.database.name}; ${migrated}`);
    before = await cluster.snapshot();
    const upgrade = await cluster.job('upgrade', auto);
    expect(upgrade.result, upgrade.result.message).toMatchObject({
      outcome: 'succeeded',
      exitCode: 0,
      database: { statements: 0 },
    });

    await rename(runs(), `${runs()}-away`);
    const away = (from: string, to: string) =>
      Promise.all(
        cluster.hosts.map((host) =>
          cluster.exec(host, `for c in ${copies()}${from}; do [ ! -e $c ] || mv $c \${c%-away}${to}; done`),
        ),
      );
    await away('', '-away');
    const upgraded = await cluster.snapshot();
    const refused = await cluster.job('recover', auto);
    expect(refused.result).toMatchObject({ outcome: 'failed', exitCode: 11 });
    expect(refused.result.findings).toEqual([
      expect.objectContaining({ code: 'STATE_UNEXPECTED', found: expect.stringContaining('has purged tables') }),
    ]);
    expect(await cluster.snapshot()).toEqual(upgraded);

    await away('-away', '');
    expect((await cluster.job('recover', auto)).result).toMatchObject({ outcome: 'succeeded', exitCode: 0 });
    await expectOld(cluster, before);
  });
});

// What the built-in migration does, by hand.
const migrated = `ALTER TABLE store_option MODIFY COLUMN store_locator_id BIGINT UNSIGNED NOT NULL;
  ALTER TABLE store_option ADD store_option_id SERIAL PRIMARY KEY;
  ALTER TABLE session_option ADD session_option_id SERIAL PRIMARY KEY;
  ALTER TABLE session_main MODIFY COLUMN session_id VARCHAR(767);
  ALTER TABLE session_processor MODIFY COLUMN session_id VARCHAR(767);`;
