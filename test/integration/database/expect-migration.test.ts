import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DatabaseConfig } from '../../../src/config/config.ts';
import {
  expectMigratedTables,
  expectResumableMigration,
  refuseUnknownMigration,
} from '../../../src/database/expect-migration.ts';
import { migrate } from '../../../src/database/migration.ts';
import { parseStatements, type Statement } from '../../../src/database/statements.ts';
import type { Flavour } from '../../support/containers.ts';
import { withSiblings } from '../../support/extent.ts';
import { migration22, schema20, startServer, type TestServer, withLockedDatabase } from '../../support/mysql.ts';

describe.each(withSiblings<Flavour>(['mysql'], ['mariadb']))('what a migration finds on %s', (flavour) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(flavour);
  });
  afterAll(() => server.stop());

  async function prepared(text = migration22): Promise<{ config: DatabaseConfig; statements: Statement[] }> {
    const config = await server.createDatabase();
    await server.asRoot(schema20, config.name);
    return { config, statements: parseStatements(text.replaceAll('%DB%', config.name), 'm.sql', config.name) };
  }

  /** Stops at a last statement that fails, so that nothing of it is done. */
  const stopping = `${migration22}SET sql_notes = 1;\nALTER TABLE session_main ADD COLUMN status INT;`;

  const outcome = (config: DatabaseConfig, look: typeof expectMigratedTables = expectMigratedTables) =>
    withLockedDatabase(config, (db) =>
      look(db, 'run-1').then(
        () => 'fits',
        (error: { code: string; message: string }) => `${error.code} ${error.message}`,
      ),
    );

  it('is content with what the migration left, whole or half-way, whatever becomes of rows and of other tables', async () => {
    for (const text of [migration22, stopping]) {
      const { config, statements } = await prepared(text);
      expect(await outcome(config)).toBe('fits');
      await withLockedDatabase(config, (db) => migrate(db, config, 'run-1', statements).catch(() => undefined));
      expect(await outcome(config)).toBe('fits');
      await server.asRoot(
        [
          'CREATE TABLE t_tracking_metric_20260101 (id INT)',
          'ALTER TABLE server_node ADD COLUMN by_hand INT',
          "INSERT INTO session_option (session_id, name) VALUES ('s9', 'n')",
          'DELETE FROM store_option',
          'ANALYZE TABLE store_option',
        ],
        config.name,
      );
      expect(await outcome(config)).toBe('fits');
    }
  });

  it.each([
    ['a column is new', 'ALTER TABLE session_main ADD COLUMN by_hand INT', 'table session_main: column by_hand is new'],
    ['a column is changed', 'ALTER TABLE session_main MODIFY session_id VARCHAR(700)', 'column session_id changed'],
    ['a key is gone', 'ALTER TABLE session_option DROP COLUMN session_option_id', 'column session_option_id is gone'],
    ['a table is gone', 'DROP TABLE store_option', 'table store_option: is gone'],
    ['a table has another engine or collation', 'ALTER TABLE store_option CHARACTER SET utf8mb4', 'collation'],
  ])('refuses to go on when %s', async (_name, change, found) => {
    const { config, statements } = await prepared();
    await withLockedDatabase(config, (db) => migrate(db, config, 'run-1', statements));
    await server.asRoot(change, config.name);
    const said = await outcome(config);
    expect(said).toContain('LEDGER_MISMATCH');
    expect(said).toContain('The tables are not as statement 4 of run run-1 left them');
    expect(said).toContain(found);
  });

  it('refuses other statements than the run began with', async () => {
    const { config, statements } = await prepared(stopping);
    await withLockedDatabase(config, async (db) => {
      await migrate(db, config, 'run-1', statements).catch(() => undefined);
      await expectResumableMigration(db, config, 'run-1', statements);
      const other = parseStatements('ALTER TABLE session_main ADD COLUMN a INT;', 'm.sql');
      await expect(expectResumableMigration(db, config, 'run-1', other)).rejects.toMatchObject({
        code: 'LEDGER_MISMATCH',
      });
    });
  });

  it('refuses a new run while a migration is half-way, and not once it is complete', async () => {
    const half = await prepared(stopping);
    await withLockedDatabase(half.config, (db) =>
      migrate(db, half.config, 'run-1', half.statements).catch(() => undefined),
    );
    expect(await outcome(half.config, refuseUnknownMigration)).toMatch(
      /LEDGER_MISMATCH.*run run-1 stopped at statement 7/,
    );
    const whole = await prepared();
    expect(await outcome(whole.config, refuseUnknownMigration)).toBe('fits');
    await withLockedDatabase(whole.config, (db) => migrate(db, whole.config, 'run-1', whole.statements));
    expect(await outcome(whole.config, refuseUnknownMigration)).toBe('fits');
  });
});
