import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DatabaseConfig } from '../../../src/config/config.ts';
import { describeTables } from '../../../src/database/backup.ts';
import type { Database } from '../../../src/database/database.ts';
import { type Backup, dumpDatabase, isBackupCurrent, proveBackup } from '../../../src/database/dump.ts';
import { tableNames } from '../../../src/database/fingerprint.ts';
import { migrate, migrationState } from '../../../src/database/migration.ts';
import { asideName } from '../../../src/database/names.ts';
import { restoreBackup } from '../../../src/database/restore.ts';
import { parseStatements } from '../../../src/database/statements.ts';
import {
  type Flavour,
  migration22,
  schema20,
  startServer,
  type TestServer,
  withLockedDatabase,
} from '../../support/mysql.ts';

describe.each<Flavour>(['mysql', 'mariadb'])('restore on %s', (flavour) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(flavour);
  });
  afterAll(() => server.stop());

  const longName = `t_tracking_output_data_info_${'x'.repeat(36)}`;
  const text = `${migration22} CREATE TABLE session_ranks (a INT); DROP TABLE server_node;`;

  /** A database that was backed up and then migrated. */
  async function migrated(options: { readonly scratchRights?: boolean } = {}) {
    const base = await server.createDatabase(options);
    const config = { ...base, requireProof: options.scratchRights !== false };
    await server.asRoot([...schema20, `CREATE TABLE ${longName} (a INT)`], config.name);
    const statements = parseStatements(text.replace('%DB%', config.name), 'm.sql', config.name);
    const dir = await mkdtemp(join(server.tools.tempDir, 'backup-'));
    let backup: Backup | undefined;
    await withLockedDatabase(config, async (db) => {
      backup = await proveBackup(db, config, await dumpDatabase(db, config, dir, server.tools));
      await migrate(db, config, 'run-1', statements);
    });
    if (!backup) throw new Error('no backup');
    return { config, backup, statements };
  }

  /** Nothing but what was there at backup time, and tables kept aside. */
  async function expectRestored(db: Database, config: DatabaseConfig, backup: Backup): Promise<string[]> {
    expect(await isBackupCurrent(db, backup)).toBe(true);
    expect(await describeTables(db, db.name)).toEqual(backup.tables);
    expect(await server.asRoot(`SHOW DATABASES LIKE '${config.scratchName}'`)).toEqual([]);
    const own = (await tableNames(db, db.name, true)).filter((name) => name.startsWith('eggroll_upgrade_'));
    expect(own.filter((name) => !name.startsWith('eggroll_upgrade_aside_'))).toEqual([]);
    return own;
  }

  it('puts back the state at backup time, keeps the replaced tables aside, and forgets the run', async () => {
    const { config, backup, statements } = await migrated();
    await withLockedDatabase(config, async (db) => {
      expect(await isBackupCurrent(db, backup)).toBe(false);
      await restoreBackup(db, config, backup, 'run-1');
      const aside = await expectRestored(db, config, backup);
      expect(aside).toContain('eggroll_upgrade_aside_run-1_session_ranks');
      expect(aside).toContain(asideName('run-1', longName));
      expect(aside).toHaveLength(5);
      const kept = await db.query('SELECT status FROM `eggroll_upgrade_aside_run-1_session_main` ORDER BY session_id');
      expect(kept).toEqual([{ status: 'ACTIVE!' }, { status: 'KILLED!' }]);
      expect(await migrationState(db, 'run-1', statements)).toBe('none');
      const { changes } = db;
      await restoreBackup(db, config, backup, 'run-1');
      expect(db.changes).toBe(changes);
    });
  });

  it('can be followed by another migration and restore of the same run', async () => {
    const { config, backup, statements } = await migrated();
    await withLockedDatabase(config, async (db) => {
      await restoreBackup(db, config, backup, 'run-1');
      await migrate(db, config, 'run-1', statements);
      await restoreBackup(db, config, backup, 'run-1');
      expect(await expectRestored(db, config, backup)).toContain('eggroll_upgrade_aside_run-1_session_main_2');
    });
  });

  it.each([
    ['restoring into the scratch schema', /^INSERT INTO `session_main`/],
    ['swapping the tables', /^RENAME TABLE/],
    ['comparing after the swap', /^CHECKSUM TABLE `eggroll_meta_\d+`\.`store_option`/],
    ['forgetting the run', /^DELETE FROM `eggroll_meta_\d+`\.`eggroll_upgrade_ledger`/],
  ])('is finished by a second try after it was killed while %s', async (_, pattern) => {
    const { config, backup } = await migrated();
    await withLockedDatabase(config, async (db) => {
      let seen = 0;
      const killing = (method: Database['change']) => async (sql: string, params?: readonly unknown[]) => {
        if (pattern.test(sql)) seen += 1;
        // The comparison before the swap matches too; the second one comes after it.
        if (pattern.test(sql) && (seen > 1 || !pattern.source.includes('CHECKSUM'))) {
          await server.asRoot(`KILL ${db.connectionId}`);
        }
        return method(sql, params);
      };
      const fragile: Database = {
        ...db,
        query: killing(db.query as never) as never,
        change: killing(db.change),
        work: killing(db.work),
      };
      await expect(restoreBackup(fragile, config, backup, 'run-1')).rejects.toMatchObject({
        code: 'DATABASE_LOST',
        exitCode: 75,
      });
    });
    await withLockedDatabase(config, async (db) => {
      await restoreBackup(db, config, backup, 'run-1');
      await expectRestored(db, config, backup);
    });
  });

  it('works in place without a scratch schema when no proof is asked for', async () => {
    const { config, backup } = await migrated({ scratchRights: false });
    expect(backup.proven).toBe(false);
    await withLockedDatabase(config, async (db) => {
      await restoreBackup(db, config, backup, 'run-1');
      expect(await expectRestored(db, config, backup)).toHaveLength(5);
    });
  });

  it('refuses a backup of another database', async () => {
    const { config, backup } = await migrated();
    await withLockedDatabase(config, async (db) => {
      const wrong = { ...backup, database: 'other' };
      await expect(restoreBackup(db, config, wrong, 'run-1')).rejects.toMatchObject({
        code: 'RESTORE_FAILED',
        exitCode: 11,
      });
      expect(await isBackupCurrent(db, backup)).toBe(false);
    });
  });
});
