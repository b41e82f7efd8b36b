import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DatabaseConfig } from '../../../src/config/config.ts';
import type { Database } from '../../../src/database/database.ts';
import { fingerprintOf, schemaFingerprint } from '../../../src/database/fingerprint.ts';
import { readLedger, writeIntent, writePlan } from '../../../src/database/ledger.ts';
import {
  isNamedBy,
  migrate,
  migrationState,
  plannedStatements,
  statementTag,
} from '../../../src/database/migration.ts';
import { parseStatements, type Statement } from '../../../src/database/statements.ts';
import type { Flavour } from '../../support/containers.ts';
import { withSiblings } from '../../support/extent.ts';
import {
  acquireLock,
  migration22,
  schema20,
  startServer,
  type TestServer,
  withDatabase,
  withLockedDatabase,
} from '../../support/mysql.ts';

describe.each(withSiblings<Flavour>(['mysql'], ['mariadb']))('migration on %s', (flavour) => {
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

  const statuses = async (config: DatabaseConfig) =>
    (await server.asRoot('SELECT status FROM session_main ORDER BY session_id', config.name)).map(
      (row) => row['status'],
    );

  it('runs every statement once, records each, and does nothing the second time', async () => {
    const { config, statements } = await prepared();
    await withLockedDatabase(config, async (db) => {
      const told: number[] = [];
      expect(await migrationState(db, 'run-1', statements)).toBe('none');
      await migrate(db, config, 'run-1', statements, { ends: ({ index }) => told.push(index) });
      expect(told).toEqual([1, 2, 3, 4, 5]);
      expect(await migrationState(db, 'run-1', statements)).toBe('complete');
      const changes = db.changes;
      await migrate(db, config, 'run-1', statements, { ends: ({ index }) => told.push(index) });
      expect(db.changes).toBe(changes);
      expect(told).toHaveLength(5);
      const option = (await schemaFingerprint(db, db.name)).tables.find(({ name }) => name === 'store_option');
      expect(
        option?.columns.map(({ name, type, nullable }) => `${name} ${type.replace('(20)', '')} ${nullable}`),
      ).toContain('store_locator_id bigint unsigned false');
    });
    expect(await statuses(config)).toEqual(['ACTIVE!', 'KILLED!']);
  });

  it('stops at a failing statement, says which and where, and goes on there once it is put right', async () => {
    const { config } = await prepared();
    const good = 'ALTER TABLE session_main ADD COLUMN a INT;\n';
    const bad = `${good}ALTER TABLE session_main\n  ADD COLUMN name INT;\nUPDATE session_main SET status = 'x';`;
    await withLockedDatabase(config, async (db) => {
      const failing = parseStatements(bad, 'm.sql');
      const error = await migrate(db, config, 'run-1', failing).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'SQL_FAILED', exitCode: 11 });
      expect(String(error)).toContain('m.sql:3:14: Statement 2 of 3 failed: Duplicate column name');
      expect(String(error)).toContain('\n    ADD COLUMN name INT\n               ^\n');
      expect(String(error)).toContain('Statement 1 is applied.');
      expect(await migrationState(db, 'run-1', failing)).toBe('partial');
      const repaired = parseStatements(bad.replace('COLUMN name', 'COLUMN b'), 'm.sql');
      const told: number[] = [];
      await migrate(db, config, 'run-1', repaired, { ends: ({ index }) => told.push(index) });
      expect(told).toEqual([2, 3]);
      expect(await migrationState(db, 'run-1', repaired)).toBe('complete');
    });
    expect(await statuses(config)).toEqual(['x', 'x']);
  });

  it('stops at a server that became read-only, and goes on where it was once it takes changes again', async () => {
    const { config, statements } = await prepared();
    await withLockedDatabase(config, async (db) => {
      await migrate(db, config, 'run-1', statements.slice(0, 2));
      await server.asRoot('SET GLOBAL read_only = ON');
      try {
        const error = await migrate(db, config, 'run-1', statements).catch((thrown: unknown) => thrown);
        expect(error).toMatchObject({ code: 'DATABASE_READ_ONLY' });
      } finally {
        await server.asRoot('SET GLOBAL read_only = OFF');
      }
      const told: number[] = [];
      await migrate(db, config, 'run-1', statements, { ends: ({ index }) => told.push(index) });
      expect(told).toEqual([3, 4, 5]);
    });
    expect(await statuses(config)).toEqual(['ACTIVE!', 'KILLED!']);
  });

  it('refuses a file whose applied part was changed, and tells the difference', async () => {
    const { config, statements } = await prepared();
    await withLockedDatabase(config, async (db) => {
      await migrate(
        db,
        config,
        'run-1',
        statements.slice(0, 2).map((statement) => ({ ...statement })),
      );
      const changed = parseStatements('alter table store_option modify column store_locator_id int;', 'm.sql');
      const error = await migrate(db, config, 'run-1', changed).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'LEDGER_MISMATCH', exitCode: 11 });
      expect(String(error)).toContain('statement 1, applied as `alter table store_option modify');
      expect(String(error)).toContain('statement 2');
      expect(String(error)).toContain('is no longer there');
    });
  });

  it('refuses to begin while another run stands half-way', async () => {
    const { config, statements } = await prepared();
    await withLockedDatabase(config, async (db) => {
      const bad = parseStatements('ALTER TABLE session_main ADD a INT; ALTER TABLE none ADD b INT;', 'm.sql');
      await expect(migrate(db, config, 'run-0', bad)).rejects.toMatchObject({ code: 'SQL_FAILED' });
      const before = await schemaFingerprint(db, db.name);
      const error = await migrate(db, config, 'run-1', statements).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'LEDGER_MISMATCH' });
      expect(String(error)).toContain('Run run-0 stopped at statement 2');
      expect(await schemaFingerprint(db, db.name)).toEqual(before);
    });
  });

  /** Leaves what a run leaves that is killed while statement `index` is at work, having done the statements before it. */
  async function killedAt(config: DatabaseConfig, statements: readonly Statement[], index: number, took: boolean) {
    await withLockedDatabase(config, async (db) => {
      const before = statements.slice(0, index - 1);
      if (before.length) await migrate(db, config, 'run-1', before);
      await writePlan(db, 'run-1', statements);
      const { tables } = await schemaFingerprint(db, db.name);
      await writeIntent(db, 'run-1', index, fingerprintOf(tables.filter(isNamedBy(statements))));
      if (took) await db.change(statements[index - 1]?.sql ?? '');
    });
  }

  it.each([
    [1, true],
    [1, false],
    [2, true],
    [2, false],
    [3, true],
    [3, false],
    [5, false],
  ])('resumes a run that was killed at statement %i, with it taken effect: %s', async (index, took) => {
    const { config, statements } = await prepared();
    await killedAt(config, statements, index, took);
    await withLockedDatabase(config, async (db) => {
      expect(await migrationState(db, 'run-1', statements)).toBe('partial');
      expect(await plannedStatements(db, 'run-1')).toEqual(statements);
      await expect(migrate(db, config, 'run-1', statements)).resolves.toBeUndefined();
      expect(await migrationState(db, 'run-1', statements)).toBe('complete');
      expect((await readLedger(db)).every(({ state }) => state === 'done')).toBe(true);
      // Nothing was taken for done that was not.
      const undisturbed = await prepared();
      const wanted = await withLockedDatabase(undisturbed.config, async (other) => {
        await migrate(other, undisturbed.config, 'run-1', undisturbed.statements);
        return schemaFingerprint(other, other.name);
      });
      expect(await schemaFingerprint(db, db.name)).toEqual(wanted);
    });
    expect(await statuses(config)).toEqual(['ACTIVE!', 'KILLED!']);
  });

  it.each([1, 2, 3])('goes on when the session died right after statement %i, before its record', async (index) => {
    const { config, statements } = await prepared();
    await withLockedDatabase(config, async (db) => {
      const fragile: Database = {
        ...db,
        change: async (sql, params) => {
          const rows = await db.change(sql, params);
          if (sql.startsWith(statementTag('run-1', index))) await server.asRoot(`KILL ${db.connectionId}`);
          return rows;
        },
      };
      await expect(migrate(fragile, config, 'run-1', statements)).rejects.toMatchObject({ code: 'DATABASE_LOST' });
    });
    await withLockedDatabase(config, async (db) => {
      const told: number[] = [];
      const again = migrate(db, config, 'run-1', statements, { begins: (begun) => told.push(begun) });
      await expect(again).resolves.toBeUndefined();
      expect(told).toEqual([1, 2, 3, 4, 5].slice(index));
    });
    expect(await statuses(config)).toEqual(['ACTIVE!', 'KILLED!']);
  });

  it('does not guess when something else changed while the end of a statement was unknown', async () => {
    const { config, statements } = await prepared();
    await killedAt(config, statements, 2, false);
    await server.asRoot('ALTER TABLE session_main ADD COLUMN rack INT', config.name);
    await withLockedDatabase(config, async (db) => {
      const error = await migrate(db, config, 'run-1', statements).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'LEDGER_MISMATCH' });
      expect(String(error)).toContain('table session_main: column rack is new');
    });
  });

  it('minds no table that it does not name, such as those that FATE makes every day', async () => {
    const { config, statements } = await prepared();
    await killedAt(config, statements, 2, true);
    await server.asRoot('CREATE TABLE t_component_summary_20260101 (id INT)', config.name);
    await withLockedDatabase(config, async (db) => {
      const named = (await readLedger(db)).flatMap(({ before }) => before?.map(({ name }) => name) ?? []);
      expect([...new Set(named)].sort()).toEqual(['session_main', 'session_option', 'store_option']);
      await migrate(db, config, 'run-1', statements);
      expect(await migrationState(db, 'run-1', statements)).toBe('complete');
    });
  });

  const procedure = 'DELIMITER //\nCREATE PROCEDURE p() BEGIN UPDATE session_main SET status = CONCAT(status, 1); ';

  it('asks for a restore when nobody knows how far a procedure got', async () => {
    const { config } = await prepared();
    const statements = parseStatements(`${procedure}END//\nDELIMITER ;\nCALL p();`, 'm.sql');
    await killedAt(config, statements, 2, true);
    await withLockedDatabase(config, async (db) => {
      const error = await migrate(db, config, 'run-1', statements).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'LEDGER_MISMATCH', exitCode: 11 });
      expect(String(error)).toContain('Statement 2 of run run-1 calls a procedure and began');
    });
    expect(await statuses(config)).toEqual(['ACTIVE1', 'KILLED1']);
  });

  it('calls a procedure once, even one that waits for a lock in its middle', async () => {
    const { config } = await prepared();
    await server.asRoot(
      'CREATE TABLE other (id INT PRIMARY KEY); INSERT INTO other VALUES (1)'.split('; '),
      config.name,
    );
    const text = `${procedure}UPDATE other SET id = 2; END//\nDELIMITER ;\nCALL p();`;
    const held = Promise.withResolvers<void>();
    const holding = withDatabase(config, async (blocker) => {
      await blocker.work('START TRANSACTION');
      await blocker.work('UPDATE other SET id = 3');
      await held.promise;
      await blocker.work('ROLLBACK');
    });
    await withLockedDatabase(
      config,
      async (db) => {
        const running = migrate(db, config, 'run-1', parseStatements(text, 'm.sql'));
        await expect(running).rejects.toMatchObject({ code: 'SQL_FAILED' });
        expect((await readLedger(db)).map(({ state }) => state)).toEqual(['done', 'failed']);
      },
      { lockWaitSeconds: 1 },
    ).finally(() => held.resolve());
    await holding;
    expect(await statuses(config)).toEqual(['ACTIVE1', 'KILLED1']);
  });

  it.each([
    ['a partition that is dropped', 'ALTER TABLE parted DROP PARTITION p0'],
    ['a partition that is added', 'ALTER TABLE parted ADD PARTITION (PARTITION p2 VALUES LESS THAN (30))'],
    ['a procedure', 'CREATE PROCEDURE p() SELECT 1'],
    ['a procedure that is dropped', 'CREATE PROCEDURE p() SELECT 1; DROP PROCEDURE p'],
    ['a table that gets another name', 'RENAME TABLE parted TO renamed'],
  ])('sees that it has taken effect: %s', async (_, sql) => {
    const { config } = await prepared();
    const parted =
      'CREATE TABLE parted (id INT) PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN (20))';
    await server.asRoot(parted, config.name);
    const statements = parseStatements(sql, 'm.sql');
    await killedAt(config, statements, statements.length, true);
    await withLockedDatabase(config, async (db) => {
      await migrate(db, config, 'run-1', statements);
      expect(await migrationState(db, 'run-1', statements)).toBe('complete');
    });
  });

  it('asks no question twice whose answer was there, and makes settings again', async () => {
    const { config } = await prepared();
    const text = 'SET foreign_key_checks = 0; SELECT COUNT(*) FROM server_node; DROP TABLE server_node; SHOW TABLES;';
    const statements = parseStatements(text, 'm.sql');
    await killedAt(config, statements, 4, false);
    await withLockedDatabase(config, async (db) => {
      await migrate(db, config, 'run-1', statements);
      const [row] = await db.query('SELECT @@foreign_key_checks AS checks');
      expect(Number(row?.['checks'])).toBe(0);
      expect(await migrationState(db, 'run-1', statements)).toBe('complete');
    });
  });

  it('refuses to change rows of a table that knows no transactions', async () => {
    const { config } = await prepared();
    await server.asRoot('CREATE TABLE plain (n INT) ENGINE=MyISAM', config.name);
    const statements = parseStatements('UPDATE plain SET n = n + 1', 'm.sql');
    await withLockedDatabase(config, async (db) => {
      const error = await migrate(db, config, 'run-1', statements).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'SQL_INVALID', exitCode: 65 });
      expect(String(error)).toContain('rows of plain, whose engine MyISAM knows no transactions');
      expect(await migrationState(db, 'run-1', statements)).toBe('none');
    });
  });

  it('waits for a statement that outlived its client, with its lock, and does not run it twice', async () => {
    const { config } = await prepared();
    const statements = parseStatements(`INSERT INTO session_main SELECT 's3', SLEEP(3), 'NEW'`, 'm.sql');
    let isOver = false;
    const orphan = withDatabase(config, async (db) => {
      await acquireLock(db, 'orphan');
      await writePlan(db, 'run-1', statements);
      await writeIntent(db, 'run-1', 1, await schemaFingerprint(db, db.name));
      await db.change(`${statementTag('run-1', 1)} DO SLEEP(8)`);
    }).finally(() => {
      isOver = true;
    });
    const running = `SELECT 1 FROM information_schema.PROCESSLIST WHERE DB = '${config.name}' AND INFO LIKE '%DO SLEEP(8)'`;
    await expect.poll(() => server.asRoot(running)).toHaveLength(1);
    await withLockedDatabase(config, (db) => migrate(db, config, 'run-1', statements));
    // The statement itself takes three seconds more.
    expect(isOver).toBe(true);
    await orphan;
    expect(await statuses(config)).toEqual(['ACTIVE', 'KILLED', 'NEW']);
  });

  it('names the session that holds a table, after a few short tries', async () => {
    const { config, statements } = await prepared();
    await withDatabase(config, async (blocker) => {
      await blocker.work('START TRANSACTION');
      await blocker.query('SELECT * FROM store_option');
      await withLockedDatabase(
        config,
        async (db) => {
          const error = await migrate(db, config, 'run-1', statements).catch((thrown: unknown) => thrown);
          expect(error).toMatchObject({ code: 'SQL_FAILED' });
          expect(String(error)).toContain('waited 3 times for a lock');
          expect(String(error)).toContain(`connection ${blocker.connectionId} of fate@`);
          await blocker.work('ROLLBACK');
          expect(await migrationState(db, 'run-1', statements)).toBe('none');
        },
        { lockWaitSeconds: 1 },
      );
    });
  });

  it('rolls a failing DML statement back whole', async () => {
    const { config } = await prepared();
    const statements = parseStatements("INSERT INTO session_main VALUES ('s3', '', ''), ('s1', '', '');", 'm.sql');
    await withLockedDatabase(config, async (db) => {
      await expect(migrate(db, config, 'run-1', statements)).rejects.toMatchObject({ code: 'SQL_FAILED' });
      expect(await migrationState(db, 'run-1', statements)).toBe('none');
    });
    expect(await statuses(config)).toEqual(['ACTIVE', 'KILLED']);
  });

  it('runs DML once, though it was killed between the rows and their record', async () => {
    const { config } = await prepared();
    const statements = parseStatements("UPDATE session_main SET status = CONCAT(status, '!');", 'm.sql');
    await withLockedDatabase(config, async (db) => {
      const fragile: Database = {
        ...db,
        change: async (sql, params) => {
          if (sql.includes("state = 'done'")) await server.asRoot(`KILL ${db.connectionId}`);
          return db.change(sql, params);
        },
      };
      await expect(migrate(fragile, config, 'run-1', statements)).rejects.toMatchObject({ code: 'DATABASE_LOST' });
    });
    await withLockedDatabase(config, (db) => migrate(db, config, 'run-1', statements));
    expect(await statuses(config)).toEqual(['ACTIVE!', 'KILLED!']);
  });

  it('asks for a restore after a procedure failed half-way', async () => {
    const { config } = await prepared();
    const text = `DELIMITER //
CREATE PROCEDURE two_steps() BEGIN UPDATE session_main SET status = 'half'; ALTER TABLE nowhere ADD a INT; END//
DELIMITER ;
CALL two_steps();`;
    const statements = parseStatements(text, 'm.sql', config.name);
    await withLockedDatabase(config, async (db) => {
      await expect(migrate(db, config, 'run-1', statements)).rejects.toMatchObject({ code: 'SQL_FAILED' });
      const again = await migrate(db, config, 'run-1', statements).catch((thrown: unknown) => thrown);
      expect(again).toMatchObject({ code: 'LEDGER_MISMATCH' });
      expect(String(again)).toContain('Run `recover`.');
    });
  });

  it('stops before the next statement when the lock is lost', async () => {
    const { config, statements } = await prepared();
    await withLockedDatabase(config, async (db) => {
      const running = migrate(db, config, 'run-1', statements, {
        ends({ index }) {
          if (index === 1) void db.query('SELECT RELEASE_ALL_LOCKS() AS n');
        },
      });
      await expect(running).rejects.toMatchObject({ code: 'LOCK_LOST', exitCode: 75 });
      expect(await migrationState(db, 'run-1', statements)).toBe('partial');
    });
  });
});
